// The line of a changed key as history keeps it: whole at every size, once beside what was just told of it, and lasting.
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { peerId, person } from '../support/fake-session.ts';
import { stillMoment } from '../support/ink-screen.tsx';
import { stored } from '../support/kept-history.ts';
import { keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter, press } from '../support/screen-presses.ts';
import { lines, type TestScreen } from '../support/screen-store.ts';

const was = person('ravi', '1', { trust: 'verified', online: false });
const now = person('ravi', '2', { ambiguous: true });
const LINE = stored(3, {
  ...{ from: now, text: '', kind: 'change' },
  change: { what: 'key-changed', who: [was, now], text: 'verified' },
});
const KEPT = [stored(1), stored(2), LINE, stored(4)];
const WORDS =
  /^-- KEY CHANGED: ravi·2222 has another key\. It was 1111 .* \(verified\), and is now 2222 /;

async function opened(people = [was, now]) {
  return keptScreen(await openHistory(KEPT), { people });
}

function shown({ store }: TestScreen): string {
  const frame = frameOf(store.state, stillMoment);
  return (frame?.main ?? []).map((row) => row.map(({ text }) => text).join('')).join('\n');
}

const told = { type: 'key-changed', nick: 'ravi', trust: 'verified' } as const;
const change = { ...told, was: was.fingerprint, now: now.fingerprint };

describe('the line of a changed key', () => {
  it.each([
    { columns: 40, rows: 15 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 50 },
  ])('is there after a restart, whole, at $columns×$rows', async (size) => {
    const screen = await opened();
    screen.store.setSize(size);
    expect(lines(screen.store, '#lobby')).toEqual([
      ...['message 1', 'message 2', expect.stringMatching(WORDS), 'message 4'],
    ]);
    const text = shown(screen);
    expect(text).toContain('!! KEY CHANGED: ravi·2222 has');
    expect(text.match(/1111/g)).toHaveLength(16);
    // In its own rows, and in the name.
    expect(text.match(/2222/g)).toHaveLength(17);
    // What to do about it may be done long ago.
    expect(text).not.toContain('/trust');
  });

  it('stands once where it was told a moment ago, with what to do', async () => {
    const waiting = { ...now, keyChangedFrom: [was.fingerprint] };
    const screen = await opened([was, waiting]);
    expect(lines(screen.store, '#lobby')).toEqual([
      ...['message 1', 'message 2', 'message 4', 'key changed ravi 1111 2222'],
    ]);
    // Control: of another key under the name, history has no line here.
    applyEvent(screen.store, { ...change, now: peerId('3') });
    expect(lines(screen.store, '#lobby').at(-1)).toContain('key changed ravi 1111 3333');
  });

  it('stays when the window is cleared, and is not doubled when history comes back', async () => {
    const screen = await opened();
    await enter(screen, '/clear');
    expect(lines(screen.store, '#lobby')).toEqual(['key changed ravi·2222 1111 2222']);
    await press(screen, 'pageup');
    expect(lines(screen.store, '#lobby')).toEqual([
      ...['message 1', 'message 2', 'message 4', 'key changed ravi·2222 1111 2222'],
    ]);
  });

  it('is nobody’s message: no key acts on it', async () => {
    const screen = await opened();
    await press(screen, 'alt+up', 'alt+up');
    expect(screen.store.active.selection?.id).toBe(stored(2).id);
  });
});
