// Holds man/lanchat.1 and the made parts of README.md to the tables that they are made from.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manPage } from '../../scripts/docs/man-page.ts';
import { SECTIONS, withSections } from '../../scripts/docs/readme-sections.ts';
import { definition, escaped, example, paragraph } from '../../scripts/docs/roff.ts';
import { buildProgram } from '../../src/cli/command-line.ts';
import { EXIT } from '../../src/cli/errors.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const program = buildProgram({ version: '', write: () => {} }, async () => {});

const hasGroff = spawnSync('groff', ['--version']).status === 0;

/** As a reader sees it, without its breaks of lines. */
function formatted(page: string): { readonly text: string; readonly warnings: string } {
  const { stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-P-c', '-rLL=10000n', '-ww'], {
    input: page,
    encoding: 'utf8',
  });
  // Bold and underlined are a character struck over itself or over "_".
  return { text: stdout.replace(/.\x08/gu, ''), warnings: stderr };
}

/** The terms of the section with this title. */
function termsOf(page: string, title: string): string[] {
  const [, rest = ''] = page.split(`\n.SH ${title}\n`);
  const [section = ''] = rest.split('\n.SH ');
  return [...section.matchAll(/^\.TP\n\\&\\fB(.*)\\fR$/gm)].map(([, term = '']) => term);
}

describe('man/lanchat.1', () => {
  const page = read('man/lanchat.1');

  it('is what npm run docs makes', () => {
    expect(page).toBe(manPage(program));
  });

  it('has every exit status, and the variables of CLI.md', () => {
    expect(termsOf(page, 'EXIT STATUS')).toEqual(Object.values(EXIT).map(String));
    const variables = [...read('CLI.md').matchAll(/^\|[^|]*\| `([A-Z_]+)[^|]*` \|/gm)];
    expect(termsOf(page, 'ENVIRONMENT')).toEqual(variables.map(([, name]) => name));
  });

  it.skipIf(!hasGroff)('reads without a warning', () => {
    const { text, warnings } = formatted(page);
    expect(warnings).toBe('');
    expect(text).toContain('lanchat history [CONVERSATION]');
    expect(text).toContain('/poll [anonymous] QUESTION | CHOICE | …');
    expect(formatted('.nonsense\n').warnings, 'Control: a wrong page warns').not.toBe('');
  });
});

describe('roff', () => {
  const NASTY = [`.SH x 'y' \\fBz\\fR "q" \\n[.z]`, '-- ~^` …', `'br`, '.ex', '\\'];

  it('has no request and no escape from a text, and is ASCII', () => {
    for (const text of NASTY) {
      const roff = [
        paragraph(escaped(text)),
        definition(escaped(text), escaped(text)),
        example([text]),
      ];
      const lines = roff.join('\n').split('\n');
      const requests = lines.filter((line) => /^[.']/.test(line));
      expect(requests).toEqual(['.PP', '.TP', '.PP', '.RS 4', '.nf', '.fi', '.RE']);
      expect(roff.join('')).toMatch(/^[\n -~]*$/);
    }
  });

  it.skipIf(!hasGroff)('shows a text as it is', () => {
    const { text } = formatted(
      `.TH X 1\n.SH X\n${NASTY.map((each) => example([each])).join('\n')}\n`,
    );
    for (const each of NASTY) expect(text).toContain(each);
  });
});

describe('README.md', () => {
  it('has the commands and the keys as they are', () => {
    expect(read('README.md')).toBe(withSections(read('README.md')));
  });

  it('is made anew where it says something else', () => {
    const page = Object.keys(SECTIONS)
      .map((name) => `<!-- ${name}: made by npm run docs -->\nas it was\n<!-- end of ${name} -->`)
      .join('\nkept\n');
    const made = withSections(page);
    expect(made).not.toContain('as it was');
    expect(made).toContain('\nkept\n');
    expect(made).toContain('| `/join #room`, `/j` |');
    expect(() => withSections('no marks')).toThrow('keys: made by npm run docs');
  });
});
