// `lanchat` itself: decides between the screen and plain lines. The screen's code is loaded only for it.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { CommandContext } from './context.ts';

/** `target`: `#room`, `@nick` or a fingerprint to begin with, or null. Resolves when the person leaves. */
export async function open(
  context: CommandContext,
  { target, version }: { target: string | null; version: string },
): Promise<void> {
  const { stdin, env, options, output } = context;
  if (output.options.json) {
    throw new UsageError(
      'no-json',
      phrase`the screen has no --json; lanchat listen --json streams what arrives, lanchat send writes`,
    );
  }
  if (stdin.isTTY !== true) {
    throw new UsageError(
      'no-terminal',
      phrase`the screen needs a terminal; without one use lanchat send, listen, peers, history, search, export, backup, relay or demo`,
    );
  }
  if (options.plain || env.TERM === 'dumb' || !output.isTerminal) {
    return (await import('./plain.ts')).plain(context, target);
  }
  await (await import('./screen.ts')).runScreen(context, { target, version });
}
