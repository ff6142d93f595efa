// Holds attacks.md to what it claims: every test it names exists, and every attack has tests or a later part.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const TEST_FOLDER = import.meta.dirname;

interface Row {
  readonly id: string;
  readonly attack: string;
  /** Of the later part that the attack belongs to; null where there are tests. */
  readonly later: string | null;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

function rows(): Row[] {
  const lines = readFileSync(join(TEST_FOLDER, 'attacks.md'), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, id, attack, shown] = /^\| (A\d{2,}) \| (.+?) \| (.+) \|$/.exec(line) ?? [];
    if (id === undefined || attack === undefined || shown === undefined) return [];
    const [, later] = /^later: (.+)$/.exec(shown) ?? [];
    return [{ id, attack, later: later ?? null, tests: later === undefined ? named(shown) : [] }];
  });
}

function named(shown: string): { file: string; title: string }[] {
  return shown.split(/; (?=\w+\/)/).map((test) => {
    const [file = '', title = ''] = test.split(' › ');
    return { file, title };
  });
}

/** Titles of the tests in a file, as they stand in its source. */
function titlesIn(file: string): string[] {
  const source = readFileSync(join(TEST_FOLDER, file), 'utf8');
  const titles = source.matchAll(
    /\b(?:it|test)(?:\.each\([\s\S]*?\))?\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g,
  );
  return [...titles].map(([, single, double, template]) => single ?? double ?? template ?? '');
}

function testFiles(): string[] {
  const files = readdirSync(TEST_FOLDER, { recursive: true, encoding: 'utf8' });
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.test\.tsx?$/.test(file));
}

describe('the table of attacks', () => {
  it('numbers them without a hole, and each has tests or the part it waits for', () => {
    const table = rows();
    expect(table.length).toBeGreaterThan(40);
    table.forEach(({ id, tests, later }, index) => {
      expect(id).toBe(`A${String(index + 1).padStart(2, '0')}`);
      expect(tests.length > 0 || later !== null, id).toBe(true);
    });
  });

  it('names tests that exist', () => {
    const known = new Map(testFiles().map((file) => [file, titlesIn(file)]));
    const missing = rows().flatMap(({ id, tests }) =>
      tests.flatMap(({ file, title }) => {
        const isThere = known
          .get(file)
          ?.some((other) => other === title || other.startsWith(`${title} (`));
        return isThere ? [] : [`${id} ${file} › ${title}`];
      }),
    );
    expect(missing).toEqual([]);
  });

  it('holds every test whose title begins with an id', () => {
    const listed = new Set(
      rows().flatMap(({ id, tests }) => tests.map(({ file, title }) => `${id} ${file} ${title}`)),
    );
    const stray = testFiles().flatMap((file) =>
      titlesIn(file).flatMap((title) => {
        const [, id] = /^\[(A\d{2,}) /.exec(title) ?? [];
        return id === undefined || listed.has(`${id} ${file} ${title}`)
          ? []
          : [`${file} › ${title}`];
      }),
    );
    expect(stray).toEqual([]);
  });
});
