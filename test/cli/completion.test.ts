// `lanchat completion`: what its scripts know of the commands, and the names that they ask for.
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/command-line.ts';
import { commandsBelow } from '../../src/cli/command-tree.ts';
import { completionModel, SHELLS } from '../../src/cli/completion-model.ts';
import type { Room } from '../../src/client/api.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';

const program = buildProgram({ version: '', write: () => {} }, async () => {});
const NIGHTS = `+${'4f2a91c0'.repeat(8)}`;

/** A public room, and a private one. */
const ROOMS: readonly Room[] = [
  { name: '#lobby', kind: 'public', members: [] },
  {
    ...{ name: NIGHTS, kind: 'private', title: 'ward 3', topic: '', invited: [] },
    ...{ owner: peerId('e'), moderators: [], members: [], expireSeconds: null },
    readOnly: false,
  },
];

describe('what a shell can offer', () => {
  const { commands, commonOptions } = completionModel(program);
  const at = (path: string) => commands.filter((each) => each.path === path);

  it('is every command once, with its options and those of the one above', () => {
    const paths = commandsBelow(program, []).map(({ words }) => words.join(' '));
    for (const path of ['', ...paths]) expect([path, at(path).length]).toEqual([path, 1]);
    const options = (path: string) => at(path)[0]?.options.flatMap(({ names }) => names);
    expect(options('export')).toEqual(['--all', '--format', '-o', '--out', '--force']);
    expect(options('relay peers')).toContain('--data');
    expect(commonOptions.flatMap(({ names }) => names)).toEqual(
      expect.arrayContaining(['--home', '-q', '--quiet', '--help', '--version']),
    );
  });

  it('is of a value what can stand there', () => {
    const [send] = at('send');
    expect(send?.arguments).toEqual(['people-or-rooms', 'other']);
    expect(send?.isVariadic).toBe(true);
    const wait = send?.options.find(({ names }) => names.includes('--wait'));
    expect(wait?.value).toEqual(['relayed', 'delivered']);
    expect(at('set')[0]?.arguments[1]).toEqual(expect.arrayContaining(['default', 'on', 'off']));
    expect(at('help room')[0]?.commands).toEqual(at('room')[0]?.commands);
  });

  it('has words that no script has to quote between others', () => {
    const values = commands.flatMap((each) => [
      ...each.arguments,
      ...each.options.flatMap(({ value }) => (value === null ? [] : [value])),
    ]);
    const words = values.flatMap((value) => (typeof value === 'string' ? [] : value));
    const names = commands.flatMap((each) => each.commands.map(({ name }) => name));
    expect([...words, ...names].filter((word) => !/^[\w-]+$/.test(word))).toEqual([]);
  });
});

describe('lanchat completion', () => {
  it.each(SHELLS)('prints a script for %s that has every command', async (shell) => {
    const run = runCommand(['completion', shell]);
    expect(await run.status).toBe(0);
    for (const { name } of completionModel(program).commands[0]?.commands ?? []) {
      expect(run.stdout()).toContain(name);
    }
    expect(run.opened).toEqual([]);
    const json = runCommand(['completion', shell, '--json']);
    expect(await json.status).toBe(0);
    expect(json.records()).toEqual([{ v: 1, type: 'completion', shell, script: run.stdout() }]);
  });

  it('names the shells where there is no script', async () => {
    const run = runCommand(['completion', 'tcsh', '--json']);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'bad-shell' }]);
    expect(run.stderr()).toContain('bash, zsh, fish');
  });
});

describe('lanchat completion names', () => {
  it('lists rooms, and people by what tells them apart, without a relay', async () => {
    const session = new FakeSession({
      conversations: () => ({
        conversations: ['#lobby', '#ward', `+${'5e'.repeat(32)}`].map((room) => ({
          ...{ with: { room }, unread: 0, last: null },
        })),
      }),
    });
    const people = [
      person('bela', 'b'),
      person('mallory', 'c', { petname: 'mum' }),
      person('asha', 'd'),
      person('asha', 'e'),
      person('', 'f'),
      person('\u001b[2Jx', '1'),
    ];
    session.snapshot = { ...session.snapshot, people, rooms: ROOMS };
    const run = runCommand(['completion', 'names'], { session });
    expect(await run.status).toBe(0);
    const keys = ['d', 'e', 'f', '1'].map((digit) => peerId(digit).slice(0, 16));
    const lines = ['#lobby', '+ward 3', '#ward', '+5e5e5e5e', '@bela', '@mum', ...keys];
    expect(run.stdout()).toBe(`${lines.join('\n')}\n`);
    expect(run.opened).toMatchObject([{ offline: true, existing: true }]);
    expect(session.requests.map((command) => command.do)).toEqual(['snapshot', 'conversations']);
    const json = runCommand(['completion', 'names', '--json'], { session });
    expect(await json.status).toBe(0);
    expect(json.records()[0]).toEqual({ v: 1, type: 'name', name: '#lobby' });
  });

  it('is refused where nothing is kept, and asks nobody', async () => {
    const run = runCommand(['completion', 'names', '--ephemeral', '--json']);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ code: 'ephemeral' }]);
    expect(run.opened).toEqual([]);
  });
});
