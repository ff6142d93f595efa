// The clipboard: what a terminal is told to put there, and what is said about it. Runs nothing.
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

/** xterm's own limit; what exceeds it is dropped whole by most terminals. */
const MAX_OSC52_LENGTH = 100_000;

/** OSC 52, or null where it would be longer than terminals take. */
export function clipboardSequence(text: string): string | null {
  const base64 = Buffer.from(text, 'utf8').toString('base64');
  return base64.length > MAX_OSC52_LENGTH ? null : `\x1b]52;c;${base64}\x1b\\`;
}

/** `told`: the terminal was asked. `program`: what took it for certain. */
export function copiedWords(told: boolean, program: string | null): SafeText {
  if (program !== null) return t`Copied by ${safeText(program, { maxLength: 40 })}.`;
  if (told) return t`Given to the terminal (OSC 52), which does not say whether it took it.`;
  return t`Not copied: too long for the terminal, and no clipboard program is here.`;
}
