// Why a file did not get where it was to go, as an error with a stable code, and what goes wrong with several.
import type { FileTransfer } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { fileName, reasonWords } from '../ui/shared-file-words.ts';
import type { CommandContext } from './context.ts';
import { CommandError, Interruption } from './errors.ts';

/** Codes that no part of lanchat makes are none. */
const CODE = /^[a-z][a-z0-9-]{0,39}$/;

/** Null where it has neither failed nor been cancelled. */
export function fileFailure({ state, reason, name }: FileTransfer): CommandError | null {
  if (state === 'cancelled') {
    return new CommandError('cancelled', phrase`${fileName(name)} was cancelled`);
  }
  if (state !== 'failed') return null;
  // Its sender has it no longer: for who wanted it that is as if there had been none.
  const told = reason === 'gone' ? 'no-file' : reason;
  const code = told !== null && CODE.test(told) ? told : 'refused';
  return new CommandError(
    code,
    phrase`${fileName(name)} did not get there: ${reasonWords(told ?? code)}`,
  );
}

/** That time is over, and why, as far as anybody knows. */
export function stuckWords(
  { name, reason }: Pick<FileTransfer, 'name' | 'reason'>,
  { options }: CommandContext,
): string {
  const seconds = options.timeoutMs / 1000;
  const file = fileName(name);
  if (reason === null) return phrase`nothing of ${file} has moved for ${seconds} s`;
  return phrase`nothing of ${file} has moved for ${seconds} s: ${reasonWords(reason)}`;
}

/** What goes wrong with some of several files: the others go on, and the first fault ends the command after them. */
export class Faults {
  readonly #output: CommandContext['output'];
  readonly #isOne: boolean;
  #first: LanchatError | null = null;

  /** `count`: how many files there are. */
  constructor({ output }: CommandContext, count: number) {
    this.#output = output;
    this.#isOne = count === 1;
  }

  /** Throws it where nothing else is to be done: it was the only one, it is a bug, or somebody has interrupted. */
  add(error: unknown): void {
    if (this.#isOne || error instanceof Interruption || !(error instanceof LanchatError))
      throw error;
    this.#first ??= error;
    this.#output.note(safeTemplate`lanchat: ${safeText(error.message)}`);
  }

  throwFirst(): void {
    if (this.#first !== null) throw this.#first;
  }
}
