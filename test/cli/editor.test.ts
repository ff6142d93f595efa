// Drafts in the person's own editor: who can read the file, that it goes whatever happens, and what is said of faults.
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
import { editText } from '../../src/cli/editor.ts';

let folder: string;
let runtime: string;
let seen: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-editor-'));
  runtime = mkdtempSync(join(folder, 'runtime-'));
  seen = join(folder, 'seen');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An editor that does this to the file `$1`. */
function editor(script: string): string {
  const path = join(folder, 'my editor');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return `'${path}'`;
}

const never = new AbortController().signal;

function edit(text: string, env: Record<string, string>, signal = never) {
  return editText({ text, signal }, { XDG_RUNTIME_DIR: runtime, ...env });
}

describe('the editor', () => {
  it('gets the draft in a file that nobody else can read, and gives its text back', async () => {
    const EDITOR = editor(
      `{ stat -c %a "$1"; stat -c %a "$(dirname "$1")"; cat "$1"; } > '${seen}'; printf 'नमस्ते\\nthere\\n' > "$1"`,
    );
    expect(await edit('hello\nyou', { EDITOR })).toEqual({ text: 'नमस्ते\nthere' });
    expect(readFileSync(seen, 'utf8')).toBe('600\n700\nhello\nyou\n');
    expect(readdirSync(runtime)).toEqual([]);
  });

  it('gives back what it was given where nothing was changed', async () => {
    for (const text of ['', 'one line', 'ends with a feed\n', ' blanks \n\n']) {
      expect(await edit(text, { EDITOR: 'true' })).toEqual({ text });
    }
  });

  it('is VISUAL before EDITOR, with its options, and takes its file wherever that is', async () => {
    const VISUAL = `${editor(`echo "$1" > '${seen}'; echo visual > "$2"`)} --wait`;
    expect(await edit('x', { VISUAL, EDITOR: 'false' })).toEqual({ text: 'visual' });
    expect(readFileSync(seen, 'utf8')).toBe('--wait\n');
    expect(await edit('x', { VISUAL: ' ', EDITOR: 'true' })).toEqual({ text: 'x' });
  });

  it.each([
    ['fails', 'exit 3', 'ended with a failure'],
    ['is killed', 'kill -9 $$', 'ended with a failure'],
    ['takes its file away', 'rm "$1"', 'ENOENT'],
  ])('that %s leaves the draft, says so, and leaves no file', async (_what, script, why) => {
    const edited = await edit('secret', { EDITOR: editor(script) });
    expect(edited).toEqual({ why: expect.stringContaining(why) });
    expect(readdirSync(runtime)).toEqual([]);
  });

  it('that is not there is named, cleaned', async () => {
    const { why } = { why: '', ...(await edit('x', { EDITOR: 'no-such-\x1b[31m-editor' })) };
    expect(why).toContain('There is no editor "no-such--editor"');
    expect(readdirSync(runtime)).toEqual([]);
  });

  it('leaves nothing of what it put beside the file, and nothing of a link but the link', async () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'not ours');
    const EDITOR = editor(
      `cp "$1" "$1~"; mkdir "$(dirname "$1")/deep"; ln -s '${other}' "$(dirname "$1")/link"; mkfifo "$(dirname "$1")/pipe"; cp "$1" '${seen}'; ln "$1~" '${folder}/still-there'`,
    );
    expect(await edit('secret', { EDITOR })).toEqual({ text: 'secret' });
    expect(readdirSync(runtime)).toEqual([]);
    expect(readFileSync(other, 'utf8')).toBe('not ours');
    // What was removed had been overwritten: another name of the same file shows it.
    const left = readFileSync(join(folder, 'still-there'));
    expect(left).toHaveLength('secret\n'.length);
    expect(left.toString()).not.toBe('secret\n');
    // Control: the text had been in it.
    expect(readFileSync(seen, 'utf8')).toBe('secret\n');
  });

  it('ends when the screen does, and its file is gone', async () => {
    const closing = new AbortController();
    const EDITOR = editor(`echo started > '${seen}'; exec sleep 60`);
    const editing = edit('secret', { EDITOR }, closing.signal);
    await expect.poll(() => existsSync(seen)).toBe(true);
    expect(readdirSync(runtime)).toHaveLength(1);
    closing.abort();
    expect(await editing).toEqual({ why: expect.any(String) });
    expect(readdirSync(runtime)).toEqual([]);
  });

  it('reads no more of a file than a draft can be', async () => {
    const EDITOR = editor('head -c 3000000 /dev/zero | tr "\\0" x > "$1"');
    const edited = await edit('x', { EDITOR });
    expect('text' in edited && edited.text.length).toBe(1024 * 1024);
  });

  it.each(['relative', '/no/such/folder'])(
    'has its file in the folder for temporary files where XDG_RUNTIME_DIR is %s',
    async (XDG_RUNTIME_DIR) => {
      const EDITOR = editor(`dirname "$1" > '${seen}'`);
      expect(await editText({ text: 'x', signal: never }, { XDG_RUNTIME_DIR, EDITOR })).toEqual({
        text: 'x',
      });
      const used = readFileSync(seen, 'utf8').trim();
      expect(used.startsWith(join(tmpdir(), 'lanchat-draft-'))).toBe(true);
      expect(existsSync(used)).toBe(false);
    },
  );
});
