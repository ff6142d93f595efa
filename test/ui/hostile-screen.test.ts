// Hostile text in every view of the screen: frames stay whole, and nothing in them drives a terminal.
import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { closedRow } from '../../src/ui/frame-row.ts';
import { Notifier } from '../../src/ui/notify.ts';
import { expectHarmless, FRAME_SIZES } from '../support/harmless-frames.ts';
import { hostileEvents, hostileSession } from '../support/hostile-session.ts';
import { drivingPart, HOSTILE } from '../support/hostile-text.ts';
import { painted } from '../support/painted-screen.ts';
import { enter, press } from '../support/screen-presses.ts';
import { testScreen } from '../support/screen-store.ts';

/** What is typed to see every view, and what closes it. */
const VIEWS = ['/help', '/verify asha', '/search x', '/who', '/whois asha', '/set', '/query asha'];

/** Every view of somebody to whom all of it has come. */
async function views(text: string): Promise<{ rows: string[]; columns: number }[]> {
  const screen = testScreen(hostileSession(text));
  const seen: { rows: string[]; columns: number }[] = [];
  const look = () => {
    for (const size of FRAME_SIZES) {
      screen.store.setSize(size);
      seen.push({ rows: painted(screen), columns: size.columns });
    }
  };
  screen.actions.history.start();
  for (const event of hostileEvents(text)) screen.session.emit(event);
  await screen.session.settled();
  look();
  await press(screen, 'escape');
  for (const line of VIEWS) {
    await enter(screen, line);
    look();
    await press(screen, 'escape');
  }
  for (let window = 1; window <= 3; window += 1) {
    await enter(screen, `/win ${window}`);
    look();
  }
  await press(screen, 'ctrl+t');
  look();
  return seen;
}

describe('hostile text on the screen', () => {
  it.each(HOSTILE)(
    '[A98 hostile screen] drives nothing in any view, and takes no cell of another row: $name',
    async ({ text }) => {
      expectHarmless(await views(text));
    },
  );

  it('[A98 hostile screen] leaves header, status and input of a real terminal where they were', async () => {
    for (const { name, text } of HOSTILE) {
      const frames = await views(text);
      for (const { rows, columns } of frames.slice(0, 6)) {
        const shown = await onTerminal(rows, columns);
        expect(shown[0], name).toContain('lanchat');
        expect(shown.at(-1), name).toMatch(/> /);
      }
    }
    // Control: written as it is, it takes them away.
    const [frame] = await views('harmless');
    const [erased] = HOSTILE;
    const rows = frame?.rows.toSpliced(3, 1, erased?.text ?? '') ?? [];
    expect((await onTerminal(rows, frame?.columns ?? 0))[0]).not.toContain('lanchat');
  });

  it.each(HOSTILE)(
    '[A98 hostile screen] nor outside the window, in a notice: $name',
    ({ text }) => {
      const { store } = testScreen(hostileSession(text));
      const { state } = store;
      const notices = hostileEvents(text).flatMap((event) => {
        const attention = applyEvent(store, event);
        if (attention === null || attention === undefined) return [];
        return [new Notifier(() => 0).notice(attention, { state, wall: new Date() })];
      });
      // Control: there are some.
      expect(notices.length).toBeGreaterThan(0);
      for (const notice of notices) expect(drivingPart(notice ?? '')).toBeNull();
    },
  );
});

async function onTerminal(rows: readonly string[], columns: number): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows: rows.length, allowProposedApi: true });
  const bytes = rows.map((row, at) => `\x1b[${at + 1};1H${closedRow(row)}`).join('');
  await new Promise<void>((resolve) => terminal.write(`\x1b[?7l${bytes}`, resolve));
  const { active } = terminal.buffer;
  const shown = rows.map((_, at) => active.getLine(at)?.translateToString(true) ?? '');
  terminal.dispose();
  return shown;
}
