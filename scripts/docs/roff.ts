// Text as roff, for the man page. Knows no page.

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** As it reads, whatever it holds: no character of it is a request or an escape, and none is outside ASCII. */
export function escaped(text: string): string {
  return Array.from(text, escapedCharacter).join('');
}

function escapedCharacter(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? character : `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

export function section(title: string): string {
  return `.SH ${escaped(title)}`;
}

export function subsection(title: string): string {
  return `.SS ${escaped(title)}`;
}

/** Escaped text as a paragraph; a dot at its beginning is no request. */
export function paragraph(roff: string): string {
  return `.PP\n\\&${roff}`;
}

/** A term and what it means, both escaped. */
export function definition(term: string, meaning: string): string {
  return `.TP\n\\&${term}\n\\&${meaning}`;
}

/** Lines that stay as they are. */
export function example(lines: readonly string[]): string {
  return ['.PP', '.RS 4', '.nf', ...lines.map((line) => `\\&${escaped(line)}`), '.fi', '.RE'].join(
    '\n',
  );
}
