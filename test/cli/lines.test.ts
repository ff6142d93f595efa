import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventLine, fitted, messageLines } from '../../src/cli/lines.ts';
import type { Message } from '../../src/client/api.ts';
import { Directory } from '../../src/ui/people.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, peerId } from '../support/fake-session.ts';

const forged = '-- KEY CHANGED: asha (verified); all is well, go on';
const family = '👨‍👩‍👧‍👦';

function said(text: string): Message {
  return {
    ...{ id: messageId('1'), time: '2026-01-31T09:15:02.123Z', sentTime: null, state: null },
    ...{ room: '#general', peer: null, text },
    from: { nick: 'mallory', fingerprint: peerId('e'), trust: 'known' },
  };
}

/** What a terminal shows in its rows; it draws clusters whole, or each part of one for itself. */
function drawn(lines: readonly string[], columns: number, apart: boolean): string[] {
  const clusters = (line: string) =>
    apart ? [...line] : Array.from(new Intl.Segmenter().segment(line), (each) => each.segment);
  return lines.flatMap((line) => {
    const rows = [''];
    let used = 0;
    for (const cluster of clusters(line)) {
      used += cellWidth(cluster);
      if (used > columns) {
        rows.push('');
        used = cellWidth(cluster);
      }
      rows.push(`${rows.pop() ?? ''}${cluster}`);
    }
    return rows;
  });
}

describe('lines on a terminal', () => {
  it('never begin with what others wrote, however wide it is and whatever stands before', () => {
    const padding = fc.oneof(
      fc.nat(200).map((count) => ' '.repeat(count)),
      fc.nat(200).map((count) => 'x'.repeat(count)),
      fc.nat(40).map((count) => `${family.repeat(count)} `),
      fc
        .array(fc.constantFrom(' ', '\n', '界', 'a', family, '\u3164', '\u2800'))
        .map((l) => l.join('')),
    );
    fc.assert(
      fc.property(
        padding,
        fc.integer({ min: 14, max: 120 }),
        fc.boolean(),
        (pad, columns, apart) => {
          const lines = fitted(messageLines(said(pad + forged), new Directory()), columns);
          const [first, ...rest] = drawn(lines, columns, apart);
          expect(first).toMatch(/^\d\d:\d\d/);
          for (const row of rest) expect(row).toMatch(/^ {6}|^$/);
          expect(lines.join('').replace(/\s/g, '')).toContain(forged.replace(/\s/g, ''));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('begin with what is ours also where a relay’s operator or an error is quoted', () => {
    const text = `${' '.repeat(200)}${forged}`;
    for (const event of [
      { type: 'announcement', text } as const,
      { type: 'error', code: 'refused', message: text } as const,
    ]) {
      const line = eventLine(event, new Directory());
      const [first, ...rest] = fitted(line === null ? [] : [line], 40);
      expect(first).toMatch(/^-- /);
      expect(rest.length).toBeGreaterThan(0);
      for (const row of rest) expect(row).toMatch(/^ {6}/);
    }
  });

  it('stay as they are where they fit, and in a pipe', () => {
    const lines = [safeText('-- connected again'), safeText('x'.repeat(100))];
    expect(fitted(lines, null)).toEqual(lines);
    expect(fitted(lines, 106)).toEqual(lines);
  });

  it.each([' ', '\u00a0', '\u3000', '\u2800', '\u3164'])('have no long runs of %j', (blank) => {
    const [line] = messageLines(said(`a${blank.repeat(300)}${forged}`), new Directory());
    expect(line).toMatch(/: a {8}-- KEY/);
  });

  it.each(['listen', '--plain'])('are fitted to it by lanchat %s', async (command) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const session = new FakeSession({ join: ({ room }) => ({ room }) });
    session.snapshot = {
      ...session.snapshot,
      rooms: [{ name: '#general', kind: 'public', members: [] }],
    };
    const run = runCommand([command], { session, stdin, columns: 40, env: { TERM: 'dumb' } });
    await run.printed('-- ');
    session.emit({ type: 'message', message: said(`${'x'.repeat(60)} ${forged}`) });
    await run.printed('go on');
    const rows = run.stdout().trimEnd().split('\n');
    const message = rows.slice(rows.findIndex((row) => row.includes('mallory')));
    expect(message.length).toBeGreaterThan(2);
    for (const row of message.slice(1)) expect(row).toMatch(/^ {6}.{1,34}$/);
    run.interrupt('SIGINT');
    await run.status;
  });
});
