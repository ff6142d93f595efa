// The parts of README.md that are made from the tables, between marks that say so.
import { DEFAULT_KEYS_OF, keyHelp } from '../../src/ui/bound-keys.ts';
import { COMMANDS } from '../../src/ui/commands.ts';
import { TOPICS } from '../../src/ui/help-topics.ts';
import type { KeyPlace } from '../../src/ui/key-bindings.ts';

/** What a page holds between `<!-- NAME: made by npm run docs -->` and `<!-- end of NAME -->`. */
export const SECTIONS: Readonly<Record<string, () => string>> = { keys, commands };

/** Throws where the page lacks a mark. */
export function withSections(page: string): string {
  return Object.entries(SECTIONS).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- ${name}: made by npm run docs -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
    return `${text.slice(0, from)}${begin}\n${make()}\n${text.slice(to)}`;
  }, page);
}

/** A cell of a table. */
function cell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function keys(): string {
  const places: readonly KeyPlace[] = ['screen', 'emptyLine', 'everywhere', 'line'];
  const rows = places.flatMap((place) =>
    keyHelp(DEFAULT_KEYS_OF, place).map(
      ([term, meaning]) => `| ${cell(term)} | ${cell(meaning)} |`,
    ),
  );
  return ['| Key | Does |', '|---|---|', ...rows].join('\n');
}

function commands(): string {
  const rows = TOPICS.flatMap(({ name: topic }) =>
    COMMANDS.filter((command) => command.topic === topic).map(({ name, aliases, args, help }) => {
      const names = [name, ...aliases].map((each) => `/${each}`);
      const [first = '', ...others] = names;
      const typed = code(args === '' ? first : `${first} ${args}`);
      const also = others.map((each) => `, ${code(each)}`).join('');
      return `| ${typed}${also} | ${cell(help)} |`;
    }),
  );
  return ['| Command | Does |', '|---|---|', ...rows].join('\n');
}
