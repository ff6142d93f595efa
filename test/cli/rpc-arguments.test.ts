import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandOf, parametersOf, wordsOf } from '../../src/cli/rpc-arguments.ts';

/** With every kind of argument and option that a command may have. */
function program(): { root: Command; contact: Command; seen: unknown[] } {
  const seen: unknown[] = [];
  const root = new Command('lanchat').option('--timeout <S>').option('--home <DIR>').exitOverride();
  const contact = root
    .command('contact')
    .argument('<who>')
    .argument('[words...]')
    .option('--petname <NAME>')
    .option('--no-petname')
    .option('--favourite')
    .option('--no-favourite')
    .option('--with-history')
    .option('--no-mdns')
    .option('--mention <WHO>', '', (value: string, before: string[]) => [...before, value], [])
    .action((...values: unknown[]) => {
      seen.push(values.slice(0, -1));
    });
  root.command('room').command('create').argument('<title>');
  return { root, contact, seen };
}

/** What the command is given for these params. */
function given(params: object): unknown {
  const { root, contact, seen } = program();
  root.parse(wordsOf(contact, params, {}), { from: 'user' });
  return seen[0];
}

const usual = { mdns: true, mention: [] };

describe('params as the words of a command', () => {
  it.each([
    ['a word', { who: '@bela' }, ['@bela', [], usual]],
    ['a number', { who: 12 }, ['12', [], usual]],
    ['one word where many are taken', { who: 'x', words: 'a b' }, ['x', ['a b'], usual]],
    ['many words', { who: 'x', words: ['-v', '--home=/'] }, ['x', ['-v', '--home=/'], usual]],
    [
      'a value',
      { who: 'x', petname: '--no-petname' },
      ['x', [], { ...usual, petname: '--no-petname' }],
    ],
    ['an empty value', { who: 'x', petname: '' }, ['x', [], { ...usual, petname: '' }]],
    ['false for a value', { who: 'x', petname: false }, ['x', [], { ...usual, petname: false }]],
    ['true', { who: 'x', favourite: true }, ['x', [], { ...usual, favourite: true }]],
    ['false', { who: 'x', favourite: false }, ['x', [], { ...usual, favourite: false }]],
    ['false where there is no more to it', { who: 'x', withHistory: false }, ['x', [], usual]],
    ['several words', { who: 'x', withHistory: true }, ['x', [], { ...usual, withHistory: true }]],
    ['false of what is usual', { who: 'x', mdns: false }, ['x', [], { ...usual, mdns: false }]],
    ['true of what is usual', { who: 'x', mdns: true }, ['x', [], usual]],
    ['a list', { who: 'x', mention: ['a', '-b'] }, ['x', [], { ...usual, mention: ['a', '-b'] }]],
    ['one of a list', { who: 'x', mention: 'a' }, ['x', [], { ...usual, mention: ['a'] }]],
  ])('takes %s', (_what, params, values) => {
    expect(given(params)).toEqual(values);
  });

  it('gives no command an option of all commands but the time it has', () => {
    const { root, contact } = program();
    root.parse(wordsOf(contact, { who: 'x', timeout: 5 }, {}), { from: 'user' });
    expect(root.opts()).toEqual({ timeout: '5' });
    expect(() => wordsOf(contact, { who: 'x', home: '/' }, {})).toThrow('"home"');
  });

  it.each([
    [{ who: 'x', petname: true }, 'takes a value'],
    [{ who: 'x', petname: ['a'] }, 'takes a string or a number'],
    [{ who: 'x', favourite: 'yes' }, 'takes true or false'],
    [{ who: 'x', mention: [{}] }, 'takes a string or a number'],
    [{ who: ['x'] }, 'takes a string or a number'],
    [{ words: ['a'] }, '"who" is missing'],
  ])('refuses %j, saying that one %s', (params, said) => {
    expect(() => given(params)).toThrow(said);
  });

  it('finds commands of commands, and what is needed beyond them', () => {
    const { root, contact } = program();
    const create = commandOf(root, 'room create');
    expect(create && wordsOf(create, { title: 'ward' }, {})).toEqual([
      'room',
      'create',
      '--',
      'ward',
    ]);
    expect(commandOf(root, 'room destroy')).toBeNull();
    expect(commandOf(root, 'room create more')).toBeNull();
    const shape = { needs: ['words'], without: ['mention', 'mdns'] };
    expect(parametersOf(contact, shape)).toEqual({
      needed: ['who', 'words'],
      others: ['petname', 'favourite', 'withHistory', 'timeout'],
    });
    expect(() => wordsOf(contact, { who: 'x' }, shape)).toThrow('"words" is missing');
    expect(() => wordsOf(contact, { who: 'x', words: 'a', mdns: false }, shape)).toThrow('"mdns"');
  });
});
