// The commands of a comparison by words. Knows no link and no screens.
import { answerWords, startWords, tellSame } from '../core/words.ts';
import type { Command, Replies } from './api.ts';
import type { ClientParts } from './run-command.ts';

export type WordsCommand = Extract<Command, { do: 'words-start' | 'words-answer' }>;

/** Throws LanchatError with a stable code where it is refused: then nothing has changed. */
export async function runWords(
  { engine, pins }: Pick<ClientParts, 'engine' | 'pins'>,
  command: WordsCommand,
): Promise<Replies['words-start']> {
  const { peer } = command;
  switch (command.do) {
    case 'words-start':
      engine.command((core) => startWords(core, peer));
      return {};
    case 'words-answer': {
      const person = engine.command((core) => answerWords(core, peer, command.same));
      if (person === null) return {};
      // "The same" is said when the verified mark is on disk, not before.
      await pins.flush();
      engine.command((core) => tellSame(core, peer));
      return {};
    }
    default:
      return command satisfies never;
  }
}
