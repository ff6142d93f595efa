// Texts that are long, or of many lines: they are counted, scroll, and what is too long is never sent nor lost.
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_TEXT_BYTES } from '../../src/protocol/limits.ts';
import { FakeSession, messageId } from '../support/fake-session.ts';
import { type InkScreen, inkScreen } from '../support/ink-screen.tsx';
import { keysOf, press, settled } from '../support/screen-presses.ts';
import { lines, testScreen } from '../support/screen-store.ts';

let shown: InkScreen | null = null;
afterEach(() => {
  shown?.close();
  shown = null;
});

function scene(size = { columns: 80, rows: 24 }) {
  const screen = testScreen(new FakeSession({ send: () => ({ id: messageId('1') }) }));
  screen.store.setSize(size);
  const ink = inkScreen(screen.store);
  shown = ink;
  const paste = async (text: string) => {
    keysOf(screen).take({ kind: 'paste', text });
    await settled(screen);
  };
  const sent = () => screen.session.requests.filter((command) => command.do === 'send');
  return {
    screen,
    paste,
    sent,
    rows: ink.rows,
    status: () => ink.rows().findLast((row) => / · /.test(row)) ?? '',
  };
}

describe('a long text', () => {
  it('is counted in its last fifth', async () => {
    const { paste, status } = scene();
    await paste('x'.repeat(47_999));
    expect(status()).not.toContain('bytes');
    await paste('y');
    expect(status()).toContain('48,000 of 60,000 bytes');
    await paste('漢');
    expect(status()).toContain('48,003 of 60,000 bytes');
  });

  it('that is as long as it may be is sent, and a byte more is not, and stays', async () => {
    const { screen, paste, sent, status } = scene();
    await paste('x'.repeat(MAX_TEXT_BYTES + 1));
    expect(status()).toContain('1 byte too long');
    await press(screen, 'enter');
    expect(sent()).toEqual([]);
    expect(screen.store.active.composer.text).toHaveLength(MAX_TEXT_BYTES + 1);
    expect(screen.store.active.entries.at(-1)).toMatchObject({
      kind: 'notice',
      text: 'Not sent: a message holds 60,000 bytes, and this is 1 too long. Send it in parts.',
    });
    await press(screen, 'backspace', 'enter');
    expect(sent()).toHaveLength(1);
    expect(screen.store.active.composer.text).toBe('');
  });

  it('that is longer than what can be typed here at all is said to be cut', async () => {
    const { screen, paste } = scene();
    const notices = () => lines(screen.store, '#lobby').filter((line) => line.includes('left out'));
    await paste('漢'.repeat(80_000));
    expect(notices()).toEqual([]);
    await paste('x\x07');
    expect(notices()).toHaveLength(1);
    expect(screen.store.active.composer.text).toHaveLength(80_000);
  });

  it('is measured without the command before it, and with its emoji', async () => {
    const { screen, paste, sent } = scene();
    await paste(`//${'x'.repeat(MAX_TEXT_BYTES - 1)}`);
    await press(screen, 'enter');
    expect(sent()).toHaveLength(1);
    await paste(`:smile:${'x'.repeat(MAX_TEXT_BYTES - 4)}`);
    await press(screen, 'enter');
    expect(sent()).toHaveLength(2);
  });
});

describe.each([
  { columns: 40, rows: 15, most: 4 },
  { columns: 80, rows: 24, most: 5 },
  { columns: 200, rows: 50, most: 5 },
])('a paste of forty lines at $columns×$rows', ({ columns, rows: height, most }) => {
  it('is inserted, scrolls in a few rows, says where the cursor is, and is not sent', async () => {
    const { screen, paste, sent, rows, status } = scene({ columns, rows: height });
    await paste(Array.from({ length: 40 }, (_, index) => `line-${index + 1}`).join('\n'));
    expect(sent()).toEqual([]);
    const lines = () => rows().filter((row) => row.includes('line-'));
    expect(lines()).toHaveLength(most);
    expect(lines().at(-1)).toContain('line-40');
    expect(status()).toContain('line 40 of 40');
    expect(shown?.cursor()?.row).toBe(height - 1);
    for (let count = 0; count < 10; count += 1) await press(screen, 'up');
    expect(status()).toContain('line 30 of 40');
    expect(lines()[0]).toContain('line-30');
    expect(shown?.cursor()?.row).toBe(height - most);
  });
});
