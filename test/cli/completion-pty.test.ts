// Completion as a person meets it: in real shells, those that are installed here.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { PtySession } from '../support/pty.ts';

/** Whom the profile knows. The last five are no names that lanchat lets through, should one come all the same. */
const NAMES = [
  ...['#lobby', '+ward 3', '@asha', '@bela', "@o'brien", '+$(touch pwned)', '@`touch pwned`'],
  ...["+x';touch pwned;'", '+y";touch pwned;"', '+z!touch'],
];

let home = '';
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-test-'));
  // Stands for lanchat: notes what it is asked, and answers as `completion names` does.
  writeFileSync(join(home, 'names'), `${NAMES.join('\n')}\n`);
  const program = `#!/bin/sh\necho "$*" >> '${home}/asked'\ncat '${home}/names'\n`;
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin/lanchat'), program);
  chmodSync(join(home, 'bin/lanchat'), 0o700);
  writeFileSync(join(home, 'sealed.bak'), '');
  mkdirSync(join(home, 'folder'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const run = runCommand(['completion', shell]);
    expect(await run.status).toBe(0);
    writeFileSync(join(home, shell), run.stdout());
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function isHere(shell: string): boolean {
  return process.platform !== 'win32' && spawnSync(shell, ['--version']).status === 0;
}

function environment(): Record<string, string> {
  const path = `${join(home, 'bin')}:${process.env.PATH}`;
  return { PATH: path, HOME: home, PS1: '$ ', INPUTRC: '/dev/null', LANG: 'C.UTF-8' };
}

function asked(): string[] {
  return readFileSync(join(home, 'asked'), 'utf8').trimEnd().split('\n');
}

/** What is typed before Tab, and the line after it. */
const LINES: readonly (readonly [string, string])[] = [
  ['lanchat pee', 'lanchat peers '],
  ['lanchat room tr', 'lanchat room transfer '],
  ['lanchat help room tr', 'lanchat help room transfer '],
  ['lanchat --json --timeout 3 pee', 'lanchat --json --timeout 3 peers '],
  ['lanchat send --act', 'lanchat send --action '],
  ['lanchat relay peers --da', 'lanchat relay peers --data '],
  ['lanchat send --wait del', 'lanchat send --wait delivered '],
  ['lanchat send --wait=del', 'lanchat send --wait=delivered '],
  ['lanchat set hid', 'lanchat set hidden '],
  ['lanchat set hidden de', 'lanchat set hidden default '],
  ['lanchat send @be', 'lanchat send @bela '],
  ['lanchat send "@be', 'lanchat send "@bela" '],
  ['lanchat send #lo', 'lanchat send \\#lobby '],
  ["lanchat send '#lo", "lanchat send '#lobby' "],
  ['lanchat send +wa', 'lanchat send +ward\\ 3 '],
  ['lanchat send +ward\\ ', 'lanchat send +ward\\ 3 '],
  ['lanchat send "+ward ', 'lanchat send "+ward 3" '],
  ['lanchat send "@o', 'lanchat send "@o\'brien" '],
  ['lanchat search --in @be', 'lanchat search --in @bela '],
  ['lanchat search --in=@be', 'lanchat search --in=@bela '],
  ['lanchat room invite +ward\\ 3 @bela @as', 'lanchat room invite +ward\\ 3 @bela @asha '],
  ['lanchat backup seal', 'lanchat backup sealed.bak '],
  ['lanchat --home fol', 'lanchat --home folder/'],
];

/** Behind which nothing fits. */
const WITHOUT = [
  'lanchat edit ',
  'lanchat send @bela @',
  'lanchat peers s',
  'lanchat send -- --act',
];

describe.each([
  { shell: 'bash', args: ['--norc', '--noprofile', '-i'], before: '' },
  { shell: 'zsh', args: ['-f', '-i'], before: 'autoload -U compinit; compinit -D -u; ' },
])('completion in $shell', ({ shell, args, before }) => {
  const skip = !isHere(shell);

  it.skipIf(skip)('completes a line, and runs nothing of a name', async () => {
    const size = { columns: 100, rows: 30 };
    const pty = new PtySession({ file: shell, args, ...size, env: environment(), cwd: home });
    try {
      const shows = (line: string) =>
        pty.waitFor(({ textLeftOfCursor }) => textLeftOfCursor === `$ ${line}`, line);
      const clear = async () => {
        pty.type('\u0015');
        await shows('');
      };
      await shows('');
      pty.type(`${before}. ./${shell} && echo 'rea''dy'\r`);
      await pty.waitForText('ready');
      await shows('');
      for (const [typed, completed] of LINES) {
        pty.type(`${typed}\t`);
        await shows(completed);
        await clear();
      }
      for (const typed of WITHOUT) {
        pty.type(`${typed}\tx`);
        await shows(`${typed}x`);
        await clear();
      }
      pty.type('lanchat --home ~/other whois @be\t');
      await shows('lanchat --home ~/other whois @bela ');
      expect(asked().at(-1)).toBe(`completion names --home=${home}/other`);
      // All names, the wrong ones too, are listed and not run.
      await clear();
      pty.type('lanchat send \t\t');
      await pty.waitForText('pwned');
      await shows('lanchat send ');
      expect(existsSync(join(home, 'pwned'))).toBe(false);
      await clear();
      pty.type('touch pwned; echo ro""om\r');
      await pty.waitForText('room');
      expect(existsSync(join(home, 'pwned')), 'Control: a command is run').toBe(true);
    } finally {
      rmSync(join(home, 'pwned'), { force: true });
      await pty.close();
    }
  });
});

describe.skipIf(!isHere('bash'))('completion behind an open quote', () => {
  it('[A104 name out of its quote] offers bash no name that would end the quote or be run in it', async () => {
    const args = ['--norc', '--noprofile', '-i'];
    const size = { columns: 100, rows: 30 };
    const pty = new PtySession({ file: 'bash', args, ...size, env: environment(), cwd: home });
    try {
      const shows = (line: string) =>
        pty.waitFor(({ textLeftOfCursor }) => textLeftOfCursor === `$ ${line}`, line);
      await shows('');
      pty.type(`. ./bash && echo 'rea''dy'\r`);
      await pty.waitForText('ready');
      for (const begun of ["'+x", '"+y', '"+z', '"+$', '"@`']) {
        pty.type(`lanchat send ${begun}\t_`);
        await shows(`lanchat send ${begun}_`);
        pty.type('\u0015');
      }
      // Control: what means nothing there is offered, and all are where no quote is open, quoted.
      for (const [begun, completed] of [
        ["'+$", "'+$(touch pwned)' "],
        ['"@o', '"@o\'brien" '],
        ['+x', "+x\\'\\;touch\\ pwned\\;\\' "],
        ['+z', '+z\\!touch '],
      ]) {
        pty.type(`lanchat send ${begun}\t`);
        await shows(`lanchat send ${completed}`);
        pty.type('\u0015');
      }
    } finally {
      await pty.close();
    }
  });
});

describe('completion in fish', () => {
  const skip = !isHere('fish');

  function offered(line: string): string[] {
    const script = 'source ./fish; complete -C $argv[1]';
    const { stdout } = spawnSync('fish', ['--no-config', '-c', script, line], {
      ...{ cwd: home, env: environment(), encoding: 'utf8' },
    });
    return stdout.split('\n').filter((each) => each !== '');
  }

  it.skipIf(skip)('offers what fits, with what it means', () => {
    const ends = LINES.map(([typed, completed]) => {
      const [, last = ''] = /(\S+)\s*$/.exec(completed) ?? [];
      return [typed, last];
    });
    const plain = ends.filter(([typed]) => !/["'\\#+]/.test(typed ?? ''));
    expect(plain.length).toBeGreaterThan(10);
    for (const [typed = '', last] of plain) {
      expect([typed, offered(typed).map((each) => each.split('\t')[0])]).toEqual([typed, [last]]);
    }
    expect(offered('lanchat pee')).toEqual(['peers\twho is online, with fingerprints and trust']);
    for (const typed of WITHOUT) expect([typed, offered(typed)]).toEqual([typed, []]);
  });

  it.skipIf(skip)('offers names, and runs nothing of them', () => {
    expect(offered('lanchat send "#')).toEqual(['#lobby']);
    expect(offered('lanchat send +ward\\ ')).toEqual(['+ward 3']);
    expect(offered('lanchat --home ~/other whois ')).toEqual([
      ...['@asha', '@bela', "@o'brien", '@`touch pwned`'],
    ]);
    expect(asked().at(-1)).toBe(`completion names --home=${home}/other`);
    expect(offered('lanchat send ').sort()).toEqual(NAMES.toSorted());
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });
});
