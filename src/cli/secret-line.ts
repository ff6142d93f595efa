// One line from stdin that nobody may see: unseen from a terminal, or as it comes from a pipe. Never waits for more
// than that line, and leaves what follows it to whoever reads next. Knows not what the line is for.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { type SafeText, safeText } from '../ui/safe-text.ts';
import type { CommandContext, Input } from './context.ts';
import { Interruption } from './errors.ts';

export type Asking = Pick<CommandContext, 'stdin' | 'env' | 'signal' | 'output'>;

const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?/gsu;
const [CTRL_C, CTRL_D, LINE_FEED, RETURN] = [0x03, 0x04, 0x0a, 0x0d];
/** What a person holds down by mistake, or a pipe without line ends, must not fill our memory. */
const MAX_LINE_BYTES = 16 * 1024;

/**
 * What is typed up to Enter, shown nowhere. Throws UsageError `bad-passphrase` where nothing was, or where it is
 * not UTF-8; rejects when interrupted.
 */
export async function askUnseen(
  { stdin, output, signal }: Asking,
  question: SafeText,
): Promise<string> {
  signal.throwIfAborted();
  rawMode(stdin, true);
  output.question(question);
  try {
    const ends = [LINE_FEED, RETURN, CTRL_C, CTRL_D];
    const { bytes, end } = await takeLine(stdin, { ends, signal });
    // A raw terminal raises no signal: the key comes as a byte.
    if (end === CTRL_C) throw new Interruption('SIGINT');
    if (end === null || (end === CTRL_D && bytes.length === 0)) throw nothingTyped();
    return edited(decodeSecret(bytes));
  } finally {
    rawMode(stdin, false);
    output.question(safeText('\n', { multiline: true }));
  }
}

function rawMode(stdin: Input, isRaw: boolean): void {
  try {
    stdin.setRawMode?.(isRaw);
  } catch {
    // The terminal has hung up (EIO): then stdin ends, and there is nothing to put back.
  }
}

/** The next line of a pipe, without its end; null where there is none. Throws and rejects as `askUnseen`. */
export async function nextLine({ stdin, signal }: Asking): Promise<string | null> {
  signal.throwIfAborted();
  const { bytes, end } = await takeLine(stdin, { ends: [LINE_FEED], signal });
  if (end === null && bytes.length === 0) return null;
  return decodeSecret(bytes).replace(/\r$/, '');
}

/** Text of UTF-8, a byte order mark taken off. Throws UsageError `bad-passphrase`. */
export function decodeSecret(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The cause would quote the passphrase.
    throw new UsageError('bad-passphrase', phrase`the passphrase is not valid UTF-8`);
  }
}

interface Line {
  readonly bytes: Buffer;
  /** The byte that ended it, or null where stdin did. */
  readonly end: number | null;
}

function takeLine(
  stdin: Input,
  { ends, signal }: { readonly ends: readonly number[]; readonly signal: AbortSignal },
): Promise<Line> {
  let bytes = Buffer.alloc(0);
  if (stdin.readableEnded || stdin.destroyed) return Promise.resolve({ bytes, end: null });
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      stdin.pause();
      stdin.off('data', take).off('end', ended).off('error', ended).off('close', ended);
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = () => finish(() => reject(signal.reason));
    const ended = () => finish(() => resolve({ bytes, end: null }));
    const take = (data: Buffer | string) => {
      const chunk = Buffer.from(data);
      const at = chunk.findIndex((byte) => ends.includes(byte));
      bytes = Buffer.concat([bytes, at < 0 ? chunk : chunk.subarray(0, at)]);
      if (at < 0 && bytes.length <= MAX_LINE_BYTES) return;
      finish(() => {
        if (at >= 0) giveBack(stdin, chunk, at);
        resolve({ bytes, end: chunk[at] ?? LINE_FEED });
      });
    };
    stdin.on('data', take).once('end', ended).once('error', ended).once('close', ended);
    signal.addEventListener('abort', abort, { once: true });
    stdin.resume();
  });
}

/** What came after the line that ended at `at`. */
function giveBack(stdin: Input, chunk: Buffer, at: number): void {
  // A pasted line may end as files of Windows do.
  const isPair = chunk[at] === RETURN && chunk[at + 1] === LINE_FEED;
  const rest = chunk.subarray(at + (isPair ? 2 : 1));
  if (rest.length > 0) stdin.unshift(rest);
}

function nothingTyped(): UsageError {
  return new UsageError('bad-passphrase', phrase`no passphrase was typed; nothing was changed`);
}

/** What the keys amount to: Backspace takes a character back, Ctrl+U and Ctrl+W all; arrows do nothing. */
function edited(typed: string): string {
  const kept: string[] = [];
  for (const key of typed.replace(ESCAPE_SEQUENCE, '')) {
    if (key === '\x7f' || key === '\b') kept.pop();
    else if (key === '\x15' || key === '\x17') kept.length = 0;
    else if (key >= ' ') kept.push(key);
  }
  return kept.join('');
}
