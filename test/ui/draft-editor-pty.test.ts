// The person's editor and the screen share one terminal: given, taken back, and the draft with it.
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PtySession } from '../support/pty.ts';
import { ptyProgram } from '../support/pty-program.ts';

const program = ptyProgram(new URL('../support/fake-screen.ts', import.meta.url));
const CTRL_X_CTRL_E = '\x18\x05';

let folder: string;
let runtime: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-editing-'));
  runtime = mkdtempSync(join(folder, 'runtime-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start(script: string, size = { columns: 80, rows: 24 }): Promise<PtySession> {
  const path = join(folder, 'editor');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const env = { SCENE: '{}', EDITOR: path, XDG_RUNTIME_DIR: runtime };
  const session = program.start({ ...size, env });
  await session.waitForText('You are asha');
  return session;
}

describe('Ctrl+X Ctrl+E', () => {
  it.each([
    { columns: 40, rows: 15 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 50 },
  ])(
    'lets the editor have the whole terminal of $columns×$rows, and brings its text back as a draft',
    async (size) => {
      const session = await start(
        `stty -a < /dev/tty | grep -o ' icanon' > '${folder}/mode'; cat "$1"; echo 'EDITOR HERE'; read answer; echo "$answer" > "$1"; echo 'second line' >> "$1"`,
        size,
      );
      session.type('half a sent');
      await session.waitForText('> half a sent');
      session.type(CTRL_X_CTRL_E);
      await session.waitForText('EDITOR HERE');
      expect(session.isAlternateScreen).toBe(false);
      expect(session.modes.bracketedPasteMode).toBe(false);
      expect(readFileSync(join(folder, 'mode'), 'utf8').trim()).toBe('icanon');
      session.type('a whole sentence\r');
      await session.waitFor(({ screen }) => screen.at(-1)?.trim() === 'second line', 'the draft');
      expect(session.screen.at(-2)).toContain('> a whole sentence');
      expect(session.isAlternateScreen).toBe(true);
      expect(session.modes.bracketedPasteMode).toBe(true);
      expect(session.screen.join('\n')).not.toContain('EDITOR HERE');
      // Nothing was sent: the words stand in the composer alone.
      expect(session.screen.filter((row) => row.includes('a whole sentence'))).toHaveLength(1);
      expect(readdirSync(runtime)).toEqual([]);
      session.type('!');
      await session.waitFor(({ screen }) => screen.at(-1)?.trim() === 'second line!');
      // Undo brings back what was there before.
      session.type('\x1f\x1f');
      await session.waitFor(({ screen }) => screen.at(-1)?.endsWith('> half a sent') === true);
    },
  );

  it('says that the editor failed, and keeps the draft', async () => {
    const session = await start('echo lost > "$1"; exit 1');
    session.type(`my draft${CTRL_X_CTRL_E}`);
    await session.waitForText('with a failure; the draft is as it was.');
    expect(session.screen.at(-1)).toBe('#lobby> my draft');
    expect(readdirSync(runtime)).toEqual([]);
  });

  it('sends nothing by a key that was typed ahead of the editor', async () => {
    const session = await start(`cat "$1"; echo EDITOR HERE; read line`);
    session.type(`my draft${CTRL_X_CTRL_E}\r`);
    await session.waitForText('EDITOR HERE');
    expect(session.screen).toContain('my draft');
    session.type('\r');
    await session.waitFor(({ screen }) => screen.at(-1) === '#lobby> my draft');
    session.type('!');
    await session.waitFor(({ screen }) => screen.at(-1) === '#lobby> my draft!');
    expect(session.screen.filter((row) => row.includes('my draft'))).toHaveLength(1);
    // Control: the same key sends it now.
    session.type('\r');
    await session.waitFor(
      ({ screen }) =>
        screen.at(-1)?.includes('my draft!') === false &&
        screen.some((row) => row.includes('my draft!')),
    );
  });

  it('gives Ctrl+C to the editor alone', async () => {
    const session = await start(
      `trap 'echo interrupted > "$1"; exit 0' INT; echo EDITOR HERE; while :; do read line; done`,
    );
    session.type(CTRL_X_CTRL_E);
    await session.waitForText('EDITOR HERE');
    session.type('\x03');
    await session.waitForText('#lobby> interrupted');
    session.type(' still here');
    await session.waitForText('interrupted still here');
  });

  it('leaves no file and no editor where the program is ended meanwhile', async () => {
    const session = await start(`echo $$ > '${folder}/pid'; echo EDITOR HERE; exec sleep 60`);
    session.type(`secret${CTRL_X_CTRL_E}`);
    await session.waitForText('EDITOR HERE');
    expect(readdirSync(runtime)).toHaveLength(1);
    process.kill(session.pid, 'SIGTERM');
    await session.exited;
    expect(readdirSync(runtime)).toEqual([]);
    const pid = readFileSync(join(folder, 'pid'), 'utf8').trim();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('is two keys: another second key is that key', async () => {
    const session = await start('echo EDITOR HERE; read line');
    session.type('ab\x18\x01c');
    await session.waitForText('#lobby> cab');
    session.type('\x05d');
    await session.waitForText('#lobby> cabd');
    expect(session.output).not.toContain('EDITOR HERE');
  });
});
