// Holds CLI.md to what it claims: every command, option, `type` and `code` that the program has, and none that it hasn't.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/command-line.ts';
import { CommandError, describeFailure } from '../../src/cli/errors.ts';
import { commandOf, parametersOf } from '../../src/cli/rpc-arguments.ts';
import { METHODS } from '../../src/cli/rpc-methods.ts';
import { MESSAGE_REASONS } from '../../src/core/events.ts';
import { CODES } from '../../src/protocol/codes.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'CLI.md'), 'utf8');
const WORD = "'([a-z][a-z-]*)'";

/** Types of JSON that are nobody's but between parts of the program. */
const INTERNAL_TYPES = new Set(['messages']);
/** What a LanchatError says to the program itself and to nobody else. */
const INTERNAL_CODES = /src\/crypto\//;

/** The sources of these folders, by path. */
function sources(...folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.tsx?$/.test(name))) {
      const path = `${folder}/${file.replaceAll('\\', '/')}`;
      found.set(path, readFileSync(join(ROOT, path), 'utf8'));
    }
  }
  return found;
}

function wordsIn(text: string, pattern: string): string[] {
  return [...text.matchAll(new RegExp(pattern, 'g'))].flatMap(([, word]) => word ?? []);
}

/** The words of a union or a table, from where it begins to where it ends. */
function wordsBetween(path: string, begin: string, end: string): string[] {
  const source = readFileSync(join(ROOT, path), 'utf8');
  const from = source.indexOf(begin);
  expect(from, `${path}: ${begin}`).toBeGreaterThanOrEqual(0);
  return wordsIn(source.slice(from, source.indexOf(end, from)), WORD);
}

/** Every code that an error, or an event of type `error`, can have. */
function codes(): Set<string> {
  const thrown = [...sources('src')].flatMap(([path, source]) =>
    INTERNAL_CODES.test(path)
      ? []
      : [
          ...wordsIn(source, `new (?:Usage|Command|Storage|Memory|File)Error\\(\\s*${WORD}`),
          ...wordsIn(source, `type: 'error', code: ${WORD}`),
          ...wordsIn(source, `\\blocal\\(${WORD}`),
        ],
  );
  return new Set([
    ...thrown,
    ...wordsBetween('src/storage/storage-error.ts', 'export type StorageErrorCode', ';'),
    ...wordsBetween('src/relay/listening.ts', 'export type ListenErrorCode', ';'),
    ...wordsBetween('src/cli/errors.ts', 'const EXIT_BY_CODE', ']);'),
    ...wordsBetween('src/core/private-members.ts', 'export type Silence', ';'),
    ...Object.keys(CODES),
    ...MESSAGE_REASONS,
  ]);
}

/** Every `type` that a line of --json can have. */
function types(): Set<string> {
  const printed = [...sources('src/cli').values()].flatMap((source) =>
    wordsIn(source, `type: ${WORD}`),
  );
  const all = [
    ...printed,
    ...wordsBetween('src/cli/listen-stream.ts', 'function eventRecord', "case 'link':"),
    ...wordsBetween('src/relay/events.ts', 'export type RelayEvent', '/** `message` says'),
  ];
  return new Set(all.filter((type) => !INTERNAL_TYPES.has(type)));
}

/** The words in the first cells of the tables in a part of the page, by the heading that they stand under. */
function listed(part: string): Map<string, string[]> {
  const from = PAGE.indexOf(`\n## ${part}\n`);
  const end = PAGE.indexOf('\n## ', from + 1);
  const found = new Map<string, string[]>();
  let heading = part;
  for (const line of PAGE.slice(from, end < 0 ? undefined : end).split('\n')) {
    if (line.startsWith('### ')) heading = line.slice(4);
    const [, cell = ''] = /^\| ((?:[^|\\]|\\.)*) \|/.exec(line) ?? [];
    found.set(heading, [...(found.get(heading) ?? []), ...wordsIn(cell, '`([^`]+)`')]);
  }
  return found;
}

function sorted(words: Iterable<string>): string[] {
  return [...new Set(words)].sort();
}

describe('CLI.md', () => {
  const program = buildProgram({ version: '', write: () => {} }, async () => {});

  it('has every command, each with its own options', () => {
    const rows = PAGE.split('\n').filter((line) => line.startsWith('| `lanchat '));
    const missing: string[] = [];
    let count = 0;
    const look = (command: Command, path: string) => {
      count += 1;
      const row = rows.find((line) => new RegExp(`^\\| .${path}[\`[ A-Z]`).test(line)) ?? '';
      if (row === '') missing.push(path);
      for (const { long, hidden } of command.options) {
        if (long && !hidden && !row.includes(`\`${long}`)) missing.push(`${path} ${long}`);
      }
      for (const each of command.commands) look(each, `${path} ${each.name()}`);
    };
    for (const each of program.commands) look(each, `lanchat ${each.name()}`);
    expect(missing).toEqual([]);
    expect(rows).toHaveLength(count + 1);
  });

  it('has every method of rpc, with its parameters', () => {
    const rows = [...METHODS].map(([name, method]) => {
      const command = commandOf(program, name);
      if (command === null) throw new Error(`${name} is no command`);
      const { needed, others } = parametersOf(command, method);
      const [needs, takes] = [needed, others].map((names) =>
        names.map((each) => `\`${each}\``).join(', '),
      );
      const result = { one: 'object', list: 'list', events: '`ready`' }[method.answers];
      return `| \`${name}\` | ${needs} | ${takes} | ${result} |`.replaceAll('  ', ' ');
    });
    const from = PAGE.indexOf('| Method | Needs |');
    const table = PAGE.slice(from, PAGE.indexOf('\n\n', from)).split('\n').slice(2);
    expect(table).toEqual(rows);
  });

  it('has every option that all commands take, and every variable that is read', () => {
    const page = listed('Options that every command takes');
    const flags = program.options.flatMap(({ long, short }) => [long, short]);
    const shown = [...page.values()].flat().map((flag) => flag.split(/[ =]/)[0]);
    expect(sorted(flags.flatMap((flag) => flag ?? []))).toEqual(
      sorted(shown.flatMap((flag) => flag ?? [])).filter((flag) => flag !== '--help'),
    );
    const read = [...sources('src').values()].flatMap((source) =>
      wordsIn(source, '\\b(LANCHAT_(?!VERSION)[A-Z_]+)'),
    );
    for (const variable of sorted(read)) expect(PAGE).toContain(`| \`${variable}`);
  });

  it('has every type that a line of --json can have, and no other', () => {
    expect(sorted([...listed('JSON').values()].flat())).toEqual(sorted(types()));
  });

  it('has every code of an error, and no other', () => {
    expect(sorted([...listed('Exit codes').values()].flat())).toEqual(sorted(codes()));
  });

  it('has each code under the status that the program ends with', () => {
    for (const [heading, words] of listed('Exit codes')) {
      const [, status] = /^(\d): /.exec(heading) ?? [];
      for (const code of words) {
        if (status === undefined) continue;
        expect([code, describeFailure(new CommandError(code, '')).status]).toEqual([
          code,
          Number(status),
        ]);
      }
    }
  });
});
