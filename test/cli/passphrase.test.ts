import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Interruption } from '../../src/cli/errors.ts';
import { Output } from '../../src/cli/output.ts';
import { givenPassphrase, newPassphrase, passphrasePrompt } from '../../src/cli/passphrase.ts';
import type { Asking } from '../../src/cli/secret-line.ts';
import { safeText } from '../../src/ui/safe-text.ts';

const NEW = safeText('New passphrase');

/** A terminal that remembers when it was raw, and how often it was asked. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  readonly raw: boolean[] = [];

  setRawMode(isRaw: boolean): void {
    this.raw.push(isRaw);
  }
}

interface Scene extends Asking {
  stderr(): string;
  readonly interruption: AbortController;
}

function scene(stdin: Asking['stdin'], env: NodeJS.ProcessEnv = {}): Scene {
  const stderr = new PassThrough();
  let text = '';
  stderr.on('data', (chunk) => {
    text += chunk;
  });
  const output = new Output({ stdout: new PassThrough(), stderr });
  const interruption = new AbortController();
  const { signal } = interruption;
  return { stdin, env, output, signal, interruption, stderr: () => text };
}

/** Types each of these once the one before has been answered. */
function typing(...answers: readonly string[]): { terminal: Terminal; asking: Scene } {
  const terminal = new Terminal();
  const asking = scene(terminal);
  const left = [...answers];
  const question = asking.output.question.bind(asking.output);
  asking.output.question = (text) => {
    question(text);
    const next = text.endsWith(': ') ? left.shift() : undefined;
    if (next !== undefined) terminal.write(next);
  };
  return { terminal, asking };
}

function pipe(...chunks: readonly string[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

describe('a passphrase typed at a terminal', () => {
  it('is what was typed up to Enter, and the terminal is raw only meanwhile', async () => {
    const { terminal, asking } = typing('correct horse\r');
    expect(await passphrasePrompt(asking)(false)).toBe('correct horse');
    expect(terminal.raw).toEqual([true, false]);
    expect(asking.stderr()).toBe('Passphrase of this profile: \n');
  });

  it.each([
    ['Backspace takes one character back', 'añb\x7f\x7fn d\r', 'an d'],
    ['Ctrl+U begins again', 'wrong\x15right\r', 'right'],
    ['Ctrl+W begins again', 'wrong\x17right\r', 'right'],
    ['Backspace beyond the beginning does nothing', '\x7f\x7fab\r', 'ab'],
    ['arrows and function keys do nothing', 'a\x1b[Db\x1bOP\x1b[15~c\r', 'abc'],
    ['other controls do nothing', 'a\x1a\x1c\x00b\r', 'ab'],
    ['a paste in brackets is its text', '\x1b[200~pasted\x1b[201~\r', 'pasted'],
    ['Ctrl+D ends what was typed', 'abc\x04', 'abc'],
    ['one form of a letter', 'cafe\u0301\r', 'caf\u00e9'],
    ['blanks stay', '  a b \n', '  a b '],
  ])('%s', async (_what, typed, passphrase) => {
    const { asking } = typing(typed);
    expect(await passphrasePrompt(asking)(false)).toBe(passphrase);
  });

  it('leaves what was typed after Enter to whoever reads next', async () => {
    const { terminal, asking } = typing('secret\r\nnext');
    await passphrasePrompt(asking)(false);
    terminal.end();
    expect(Buffer.concat(await terminal.toArray()).toString()).toBe('next');
  });

  it('may come byte by byte, characters of several bytes too', async () => {
    const { terminal, asking } = typing();
    const answer = passphrasePrompt(asking)(false);
    for (const byte of Buffer.from('pässwörd🙂\r')) {
      terminal.write(Buffer.of(byte));
    }
    expect(await answer).toBe('pässwörd🙂');
  });

  it.each([
    ['nothing but Enter', '\r', 'bad-passphrase'],
    ['Ctrl+D at once', '\x04', 'bad-passphrase'],
    ['what is not UTF-8', Buffer.of(0xff, 0x0d), 'bad-passphrase'],
    ['more than 1,024 bytes', `${'x'.repeat(1025)}\r`, 'bad-passphrase'],
    ['a key held down without end', 'x'.repeat(20_000), 'bad-passphrase'],
    ['Ctrl+C', 'abc\x03', 'interrupted'],
  ])('%s is none, and the terminal is put back', async (_what, typed, code) => {
    const { terminal, asking } = typing();
    const answer = passphrasePrompt(asking)(false);
    terminal.write(typed);
    await expect(answer).rejects.toMatchObject({ code });
    expect(terminal.raw).toEqual([true, false]);
  });

  it('is none where the terminal goes away', async () => {
    for (const leave of [
      (terminal: Terminal) => terminal.end('half'),
      (terminal: Terminal) => terminal.destroy(),
      (terminal: Terminal) => terminal.destroy(new Error('EIO')),
    ]) {
      const { terminal, asking } = typing();
      const answer = passphrasePrompt(asking)(false);
      leave(terminal);
      await expect(answer).rejects.toMatchObject({ code: 'bad-passphrase' });
      await expect(passphrasePrompt(asking)(false)).rejects.toMatchObject({
        code: 'bad-passphrase',
      });
    }
  });

  it('is asked no more after SIGTERM, and the terminal is put back', async () => {
    const { terminal, asking } = typing();
    const answer = passphrasePrompt(asking)(false);
    asking.interruption.abort(new Interruption('SIGTERM'));
    await expect(answer).rejects.toMatchObject({ signalName: 'SIGTERM' });
    expect(terminal.raw).toEqual([true, false]);
    expect(terminal.listenerCount('data')).toBe(0);
    await expect(passphrasePrompt(asking)(false)).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('is asked three times at most', async () => {
    const { asking } = typing('one\r', 'two\r', 'three\r', 'four\r');
    const prompt = passphrasePrompt(asking);
    expect(await prompt(false)).toBe('one');
    expect(await prompt(true)).toBe('two');
    expect(await prompt(true)).toBe('three');
    await expect(prompt(true)).rejects.toMatchObject({ code: 'wrong-passphrase' });
    expect(asking.stderr().match(/That is not it\. Passphrase/g)).toHaveLength(2);
    // Another session of the same command begins anew.
    expect(await prompt(false)).toBe('four');
  });
});

describe('a passphrase from LANCHAT_PASSPHRASE_FILE', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lanchat-passphrase-'));
    path = join(folder, 'secret');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function fromFile(): Scene {
    return scene(new Terminal(), { LANCHAT_PASSPHRASE_FILE: path });
  }

  it.each([
    ['a line', 'correct horse\n', 'correct horse'],
    ['no line end', 'correct horse', 'correct horse'],
    ['a line end of Windows', 'correct horse\r\n', 'correct horse'],
    ['a byte order mark', '\ufeffcorrect horse\n', 'correct horse'],
    ['more lines', 'correct horse\nnot this\n', 'correct horse'],
    ['the longest', `${'x'.repeat(1024)}\r\n`, 'x'.repeat(1024)],
  ])('may have %s', async (_what, text, passphrase) => {
    writeFileSync(path, text, { mode: 0o600 });
    const asking = fromFile();
    expect(await passphrasePrompt(asking)(false)).toBe(passphrase);
    expect(asking.stderr()).toBe('');
  });

  it.each([
    ['nothing', ''],
    ['an empty first line', '\nsecret\n'],
    ['a line of Windows that is empty', '\r\n'],
    ['a line that is too long', 'x'.repeat(5_000)],
    ['a line of one byte too many', `${'x'.repeat(1025)}\n`],
    ['what is not UTF-8', Buffer.of(0xc3, 0x28, 0x0a)],
  ])('is refused where the file holds %s', async (_what, contents) => {
    writeFileSync(path, contents, { mode: 0o600 });
    const refused = passphrasePrompt(fromFile())(false);
    await expect(refused).rejects.toMatchObject({ code: 'bad-passphrase' });
  });

  it('is refused where there is no file, and where it is a folder or a pipe, without waiting', async () => {
    await expect(passphrasePrompt(fromFile())(false)).rejects.toMatchObject({
      code: 'bad-passphrase',
      message: expect.stringContaining(`${path} is not there`),
    });
    path = folder;
    await expect(passphrasePrompt(fromFile())(false)).rejects.toMatchObject({
      message: expect.stringContaining('is not a plain file'),
    });
    path = join(folder, 'pipe');
    spawnSync('mkfifo', [path]);
    await expect(passphrasePrompt(fromFile())(false)).rejects.toMatchObject({
      message: expect.stringContaining('is not a plain file'),
    });
  });

  it('is tried once, and nobody is asked instead', async () => {
    writeFileSync(path, 'wrong\n', { mode: 0o600 });
    const prompt = passphrasePrompt(fromFile());
    expect(await prompt(false)).toBe('wrong');
    await expect(prompt(true)).rejects.toMatchObject({
      code: 'wrong-passphrase',
      message: expect.stringContaining('LANCHAT_PASSPHRASE_FILE'),
    });
  });

  it('is taken with a warning where others can read the file', async () => {
    writeFileSync(path, 'correct horse\n');
    chmodSync(path, 0o644);
    const asking = fromFile();
    expect(await passphrasePrompt(asking)(false)).toBe('correct horse');
    expect(asking.stderr()).toContain('others can read');
  });

  it('is no file where the variable is empty', async () => {
    path = '';
    const asking = scene(pipe('x\n'), { LANCHAT_PASSPHRASE_FILE: '' });
    await expect(passphrasePrompt(asking)(false)).rejects.toMatchObject({ code: 'locked-profile' });
  });
});

describe('a passphrase where stdin is no terminal', () => {
  it('is not taken from what a command reads for something else', async () => {
    const stdin = pipe('a message\n');
    await expect(passphrasePrompt(scene(stdin))(false)).rejects.toMatchObject({
      code: 'locked-profile',
      message: expect.stringContaining('LANCHAT_PASSPHRASE_FILE'),
    });
    expect(Buffer.concat(await stdin.toArray()).toString()).toBe('a message\n');
  });

  it.each([
    ['in one piece', ['old secret\nnew secret\n']],
    ['in pieces', ['old sec', 'ret\nn', 'ew secret', '\n']],
    ['without a last line end', ['old secret\n', 'new secret']],
    ['with line ends of Windows', ['old secret\r\nnew secret\r\n']],
  ])('is the next line, %s', async (_what, chunks) => {
    const asking = scene(pipe(...chunks));
    expect(await passphrasePrompt(asking, { stdin: true })(false)).toBe('old secret');
    expect(await newPassphrase(asking, NEW)).toBe('new secret');
    await expect(givenPassphrase(asking, NEW)).rejects.toMatchObject({ code: 'bad-passphrase' });
    expect(asking.stderr()).toBe('');
  });

  it.each([
    ['an empty line', '\nsecret words\n'],
    ['nothing', ''],
    ['a line without end', 'x'.repeat(20_000)],
    ['what is not UTF-8', Buffer.of(0xff, 0x0a)],
  ])('is refused where stdin holds %s', async (_what, contents) => {
    const stdin = Readable.from([Buffer.from(contents)]);
    const refused = givenPassphrase(scene(stdin), NEW);
    await expect(refused).rejects.toMatchObject({ code: 'bad-passphrase' });
  });

  it('is tried once', async () => {
    const prompt = passphrasePrompt(scene(pipe('one\ntwo\n')), { stdin: true });
    expect(await prompt(false)).toBe('one');
    await expect(prompt(true)).rejects.toMatchObject({ code: 'wrong-passphrase' });
  });

  it('is not waited for after SIGINT', async () => {
    const asking = scene(new PassThrough());
    const answer = givenPassphrase(asking, NEW);
    asking.interruption.abort(new Interruption('SIGINT'));
    await expect(answer).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a new passphrase', () => {
  it('is typed twice', async () => {
    const { asking } = typing('secret words\r', 'secret words\r');
    expect(await newPassphrase(asking, NEW)).toBe('secret words');
    expect(asking.stderr()).toBe('New passphrase: \nAgain: \n');
  });

  it('is asked again where the two differ, or where it is short, three times in all', async () => {
    const { asking } = typing(
      'secret words\r',
      'secret wodrs\r',
      'short\r',
      'good secret\r',
      'x\r',
    );
    await expect(newPassphrase(asking, NEW)).rejects.toMatchObject({
      code: 'bad-passphrase',
      message: expect.stringContaining('differ'),
    });
    expect(asking.stderr()).toContain('the two differ');
    expect(asking.stderr()).toContain('8 characters or more');
    expect(asking.stderr()).not.toMatch(/secret|short/);
  });

  it('counts characters, not bytes', async () => {
    await expect(newPassphrase(scene(pipe('🙂🙂🙂🙂🙂🙂🙂\n')), NEW)).rejects.toMatchObject({
      code: 'bad-passphrase',
    });
    expect(await newPassphrase(scene(pipe('🙂🙂🙂🙂🙂🙂🙂🙂\n')), NEW)).toHaveLength(16);
  });

  it('that was set elsewhere is typed once, and may be short', async () => {
    const { asking } = typing('short\r');
    expect(await givenPassphrase(asking, safeText('Passphrase of the backup'))).toBe('short');
  });
});
