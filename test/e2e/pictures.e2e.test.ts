// The built program shows pictures: its thread's file is where it looks for it.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLES, withOrientation } from '../media/sample-pictures.ts';
import { Lan } from '../support/cli.ts';
import { PtySession } from '../support/pty.ts';

const executable = fileURLToPath(new URL('../../bin/lanchat.js', import.meta.url));
// Nobody is there: nothing is looked for, and nothing goes out.
const ALONE = ['--ephemeral', '--nick', 'asha', '--relay', '127.0.0.1:1'];

const lan = new Lan();

beforeAll(() => {
  writeFileSync(lan.path('tea.jpg'), withOrientation(SAMPLES.jpeg, 6));
  writeFileSync(lan.path('tea.webp'), SAMPLES.lossyWebp);
  writeFileSync(lan.path('tea.txt'), 'no picture');
});

afterAll(() => lan.close());

describe('the built program', () => {
  it('says of a picture what it is, in plain lines', async () => {
    const program = lan.run(['--plain', ...ALONE]);
    await program.printed('what you type now');
    for (const name of ['tea.jpg', 'tea.webp', 'tea.txt'])
      program.type(`/view ${lan.path(name)}\n`);
    await program.printed('JPEG picture, 8 × 16 pixels');
    await program.printed('WebP picture, 16 × 8 pixels');
    await program.printed('this is no picture');
    program.endInput();
    expect((await program.ended).status).toBe(0);
  });

  it('has a terminal draw it that can, and take it away', async () => {
    const pty = new PtySession({
      file: process.execPath,
      args: [executable, ...ALONE],
      ...{ columns: 80, rows: 24, env: { HOME: lan.folder, TERM: 'xterm-kitty' } },
    });
    try {
      await pty.waitForText('end-to-end encrypted');
      pty.type(`/view ${lan.path('tea.jpg')}\r`);
      await pty.waitForText('JPEG picture, 8 × 16 pixels');
      await pty.waitFor(({ output }) => output.includes('\x1b_Ga=T,f=100'), 'the picture');
      pty.type('\x1b');
      await pty.waitFor(({ output }) => output.includes('\x1b_Ga=d,d=I'), 'the end of it');
    } finally {
      await pty.close();
    }
  });
});
