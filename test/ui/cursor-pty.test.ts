// The terminal's cursor, where input methods put what they compose: behind what was typed, in any script, by the terminal's own count.
import { describe, expect, it } from 'vitest';
import type { PtySession } from '../support/pty.ts';
import { ptyProgram } from '../support/pty-program.ts';

const program = ptyProgram(new URL('../support/fake-screen.ts', import.meta.url));
const PROMPT = '#lobby> ';
const LEFT = '\x1b[D';

const sizes = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
];

// Of the last three, some take more cells in some terminals, this one among them, than in others.
const SCRIPTS: readonly (readonly [string, string])[] = [
  ['Latin with marks of its own', 'cafe\u0301 nai\u0308ve fac\u0327ade '],
  ['Chinese', '我们明天早上六点在码头见面'],
  ['Korean', '안녕하세요 여러분 '],
  ['Arabic', 'السَّلَامُ عَلَيْكُمْ يا جماعة '],
  ['Hebrew', 'שָׁלוֹם לְכֻלָּם '],
  ['Thai', 'ทำงานกำลังน้ำ'],
  ['Hindi', 'क्षत्रिय विद्यार्थी नमस्ते '],
  ['emoji', '👩‍👩‍👧‍👦 👍🏽 ❤️ '],
];

async function start(size: { columns: number; rows: number }, scene = {}): Promise<PtySession> {
  const session = program.start({ ...size, env: { SCENE: JSON.stringify(scene) } });
  await session.waitForText('#lobby');
  return session;
}

/** The composer's rows without the prompt's cells, and without what vanishes where a row breaks. */
function composed({ screen }: PtySession): string {
  const first = screen.findIndex((row) => row.startsWith(PROMPT));
  return withoutBlanks(screen.slice(first).map((row) => row.slice(PROMPT.length)));
}

function withoutBlanks(rows: readonly string[]): string {
  return rows.join('').replaceAll(' ', '');
}

describe.each(sizes)('at $columns×$rows the cursor', (size) => {
  it.each(SCRIPTS)(
    'stands behind what was typed in %s, row after row, and all of it is seen',
    async (_script, word) => {
      const session = await start(size);
      const top = size.rows - 3;
      let typed = '';
      // Until the composer has three rows.
      while (!(session.screen[top] ?? '').startsWith(PROMPT)) {
        session.type(word);
        typed += word;
        const all = withoutBlanks([typed]);
        await session.waitFor((now) => composed(now) === all && isBehind(now, all), typed);
      }
      // From the end back over the edge of a row, cluster by cluster.
      const clusters = Array.from(new Intl.Segmenter().segment(typed), ({ segment }) => segment);
      for (let back = 1; back <= 12; back += 1) {
        session.type(LEFT);
        const before = withoutBlanks(clusters.slice(0, -back));
        await session.waitFor((now) => isBehind(now, before), `${back} to the left`);
      }
      session.type('x');
      const [head, tail] = [clusters.slice(0, -12).join(''), clusters.slice(-12).join('')];
      await session.waitFor((now) => composed(now) === withoutBlanks([head, 'x', tail]));
    },
  );
});

/** What stands in the composer up to the cursor, by the terminal's count. */
function isBehind(session: PtySession, text: string): boolean {
  const { screen, cursor, textLeftOfCursor } = session;
  const first = screen.findIndex((row) => row.startsWith(PROMPT));
  if (cursor.row < first) return false;
  const above = screen.slice(first, cursor.row).map((row) => row.slice(PROMPT.length));
  return withoutBlanks([...above, textLeftOfCursor.slice(PROMPT.length)]) === text;
}

describe('the cursor', () => {
  it.each([
    ['привет', 'я'],
    ['漢字', '漢'],
    ['שלום', 'ש'],
  ])('costs few bytes for a key at the end of a long row of %s', async (word, letter) => {
    const session = await start({ columns: 80, rows: 24 });
    const typed = word.repeat(Math.floor(60 / Buffer.byteLength(word)));
    session.type(typed);
    await session.waitFor((now) => isBehind(now, typed));
    const before = session.bytesWritten;
    session.type(letter);
    await session.waitFor((now) => isBehind(now, typed + letter));
    expect(session.bytesWritten - before).toBeLessThan(20);
  });

  it('stays where it is when the screen changes by itself', async () => {
    const session = await start({ columns: 80, rows: 24 }, { slow: true });
    session.type('नमस्ते 漢字');
    await session.waitFor((now) => isBehind(now, withoutBlanks(['नमस्ते 漢字'])));
    session.type(LEFT);
    const before = withoutBlanks(['नमस्ते 漢']);
    await session.waitFor((now) => isBehind(now, before));
    process.kill(session.pid, 'SIGUSR2');
    await session.waitForText('You are asha');
    expect(isBehind(session, before)).toBe(true);
    expect(session.output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(
      session.output.lastIndexOf('\x1b[?25l'),
    );
  });

  it.each(sizes)(
    'is in the line of what lies over the messages, however long that gets: $columns×$rows',
    async (size) => {
      const session = await start(size);
      session.type('\x14');
      await session.waitForText('Go to');
      const text = 'क्षत्रिय漢字'.repeat(Math.ceil(size.columns / 6));
      session.type(text);
      await session.waitFor(
        ({ textLeftOfCursor, cursor }) =>
          cursor.row < size.rows - 2 && textLeftOfCursor.endsWith('क्षत्रिय漢字'),
      );
      expect(text).not.toContain(session.textLeftOfCursor);
      session.type('\x01');
      await session.waitFor(({ textLeftOfCursor }) => textLeftOfCursor.endsWith(' > '));
      const row = session.screen[session.cursor.row] ?? '';
      expect(row).toContain(' > क्षत्रिय漢字');
      session.type('\x1b');
      await session.waitFor(({ cursor }) => cursor.row === size.rows - 1);
    },
  );
});
