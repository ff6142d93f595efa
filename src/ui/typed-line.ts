// What a line in the composer asks for, and doing it in its turn. The table of commands is commands.ts.
import { splitFirst } from './command-text.ts';
import { COMMANDS, findCommand, type SlashCommand } from './commands.ts';
import { nearest } from './nearest.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { type ScreenActions, say } from './talk.ts';
import { tellPerson, tellRoom } from './talk-tasks.ts';

/** `@asha,@ravi` or `@asha, @ravi`: each with its `@`, since after `@asha, ` people go on with words. */
const PEOPLE = /^@[^\s,]+(?:\s*,\s*@[^\s,]+)+/u;

/** What a line in the composer asks for. A slash, or an address, counts only at its very beginning. */
export type Line =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'tell-person'; readonly name: string; readonly text: string }
  | { readonly kind: 'tell-room'; readonly room: string; readonly text: string }
  | { readonly kind: 'command'; readonly command: SlashCommand; readonly args: string }
  | { readonly kind: 'unknown-command'; readonly name: string };

/** Never throws. What was typed is said as it is, but for blanks at the end and one of two slashes. */
export function parseLine(typed: string): Line {
  const text = typed.trimEnd();
  if (text.trim() === '') return { kind: 'nothing' };
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) };
  const [first, rest] = splitFirst(text);
  if (text.startsWith('/')) {
    const command = findCommand(first.slice(1));
    if (command === null) return { kind: 'unknown-command', name: first };
    return { kind: 'command', command, args: rest };
  }
  const group = PEOPLE.exec(text)?.[0];
  if (group !== undefined) {
    const name = group.replace(/\s/g, '');
    return { kind: 'tell-person', name, text: text.slice(group.length).trimStart() };
  }
  if (/^@\S/.test(text)) return { kind: 'tell-person', name: first, text: rest };
  if (/^#[^\s#]/.test(text)) return { kind: 'tell-room', room: first, text: rest };
  return { kind: 'say', text };
}

/** Does what the line asks for, in its turn. An unknown command is never sent to anybody. */
export function runLine(actions: ScreenActions, line: Line): void {
  const { lines, store } = actions;
  const here = store.state.active;
  switch (line.kind) {
    case 'nothing':
      break;
    case 'say':
      lines.add(async () => {
        await say(actions, here, line.text);
      });
      break;
    case 'tell-person':
      lines.add(() => tellPerson(actions, line.name, line.text));
      break;
    case 'tell-room':
      lines.add(() => tellRoom(actions, line.room, line.text));
      break;
    case 'command': {
      const { command, args } = line;
      if (command.runs === 'at-once') void command.run(actions, args, here);
      else lines.add(() => command.run(actions, args, here));
      break;
    }
    case 'unknown-command':
      store.note(unknownCommandWords(line.name), 'warning');
      break;
    default:
      line satisfies never;
  }
}

/** That it is none, and which one was probably meant. */
export function unknownCommandWords(typed: string): SafeText {
  const name = safeText(typed, { maxLength: 40 });
  const names = COMMANDS.flatMap((command) => [command.name, ...command.aliases]);
  const meant = nearest(typed.slice(1), names);
  return meant === null
    ? t`${name} is no command and was not sent; /help lists them. //text sends a slash.`
    : t`${name} is no command and was not sent; did you mean /${safeText(meant)}? //text sends a slash.`;
}
