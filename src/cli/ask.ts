// Asks the person at the terminal for a line that may be seen. Secrets: passphrase.ts.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { SafeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { untilAborted } from './session.ts';

/** The line typed, without blanks around it; empty where the terminal ends. Rejects when interrupted. */
export async function ask(
  { stdin, output, signal }: CommandContext,
  question: SafeText,
): Promise<string> {
  const reader = createInterface({ input: stdin });
  try {
    output.question(question);
    const line = once(reader, 'line').then(([text]) => String(text).trim());
    const end = once(reader, 'close').then(() => '');
    return await untilAborted(Promise.race([line, end]), signal);
  } finally {
    reader.close();
  }
}
