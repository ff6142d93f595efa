// `lanchat completion`: a script by which a shell completes lanchat's commands, and the names that it asks for.

import type { Command } from 'commander';
import type { Person } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { Directory } from '../ui/people.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { type CompletionModel, completionModel, NAMES, SHELLS } from './completion-model.ts';
import { zshScript } from './completion-zsh.ts';
import type { CommandContext } from './context.ts';
import { withHistory } from './kept-session.ts';
import { Cast } from './message-records.ts';

/** Of somebody's key: enough to name them. */
const KEY_DIGITS = 16;

const SCRIPTS: ReadonlyMap<string, (model: CompletionModel) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
] satisfies readonly [(typeof SHELLS)[number], unknown][]);

/** Throws UsageError `bad-shell`, and for names as `withHistory`. */
export async function completion(
  context: CommandContext,
  { shell, program }: { readonly shell: string; readonly program: Command },
): Promise<void> {
  if (shell === NAMES) return names(context);
  const scriptOf = SCRIPTS.get(shell);
  if (scriptOf === undefined) {
    const message = phrase`there is no script for "${shell}"; there are ${SHELLS.join(', ')}`;
    throw new UsageError('bad-shell', message);
  }
  const script = scriptOf(completionModel(program));
  if (context.output.options.json) context.output.json({ type: 'completion', shell, script });
  else context.output.write(script);
}

/** Rooms and people that this profile knows without a relay, as commands take them. */
async function names(context: CommandContext): Promise<void> {
  const [snapshot, { conversations }] = await withHistory(context, async (session) => [
    await session.request({ do: 'snapshot' }),
    // Public rooms are entered only with a relay.
    await session.request({ do: 'conversations' }),
  ]);
  const { names } = new Cast(snapshot);
  const kept = conversations.flatMap(({ with: place }) => ('room' in place ? [place.room] : []));
  const rooms = new Set([...snapshot.rooms.map(({ name }) => name), ...kept]);
  const people = snapshot.people.map((person) => personName(person, names));
  for (const name of [...[...rooms].map((room) => names.rooms.label(room)), ...people]) {
    context.output.data({ type: 'name', name }, name);
  }
}

/** By their key where they share a name or have none. */
function personName({ fingerprint, petname, nick }: Person, names: Directory): SafeText {
  const label = names.label(fingerprint);
  return label === (petname ?? nick)
    ? safeTemplate`@${label}`
    : safeText(fingerprint.slice(0, KEY_DIGITS));
}
