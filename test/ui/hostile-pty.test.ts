// Hostile text at the whole screen in a pseudo-terminal: all that is written is ours.
import { describe, expect, it } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { jsonSafe } from '../../src/ui/safe-text.ts';
import { peerId } from '../support/fake-session.ts';
import { DRIVING } from '../support/hostile-text.ts';
import { ptyProgram } from '../support/pty-program.ts';
import { message } from '../support/screen-store.ts';

const program = ptyProgram(new URL('../support/fake-screen.ts', import.meta.url));

/** What a frame is made of: rows by address, erased before, in colours, all at once; a title and a bell. */
const OURS =
  /\x1b\[(?:\d+;\d+H|[02]?K|[\d;]*m)|\x1b\[\?(?:25|2026)[hl]|\x1b\]2;(?:\(\d+\) )?lanchat\x1b\\|\x07/g;

function said(text: string): ClientEvent {
  const from = { nick: text, fingerprint: peerId('b'), trust: 'known' } as const;
  return { type: 'message', message: message({ text, from }) };
}

describe.each([
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
])('hostile text at $columns×$rows', (size) => {
  it('[A98 hostile screen] leaves the real screen whole, and writes nothing but rows and colours', async () => {
    const session = program.start({ ...size, env: { SCENE: '{}' } });
    await session.waitForText('You are asha');
    const before = session.output.length;
    for (const [at, { text }] of DRIVING.entries()) {
      const events = [said(text), said(`number ${at} came`)];
      for (const event of events) {
        session.type(`\x1b[200~emit ${jsonSafe(event)}\x1b[201~\r`);
      }
      await session.waitForText(`number ${at} came`);
      expect(session.screen[0]).toContain('lanchat');
      await session.waitFor(({ screen }) => screen.at(-1)?.startsWith('#lobby> ') ?? false);
    }
    const written = session.output.slice(before);
    expect(written.replace(OURS, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    expect(session.isAlternateScreen).toBe(true);
    expect(session.modes).toMatchObject({ bracketedPasteMode: true, wraparoundMode: false });
    // Control: what is hostile is none of ours.
    for (const { text } of DRIVING.filter((each) => each.text.includes('\x1b[2J'))) {
      expect(text.replace(OURS, '')).toContain('\x1b');
    }
  });
});
