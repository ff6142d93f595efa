// Message texts from flags and stdin: bounded, valid UTF-8, whole lines. Sends nothing.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { MAX_TEXT_BYTES } from '../protocol/limits.ts';
import { safeText } from '../ui/safe-text.ts';
import type { CommandContext, Input } from './context.ts';

/** The text as it may be sent. Throws UsageError where it is empty, too long or not valid Unicode. */
export function checkText(text: string, what: string, maxBytes = MAX_TEXT_BYTES): string {
  if (text === '') throw new UsageError('empty-text', phrase`${what} is empty; nothing was sent`);
  if (/\p{Cs}/u.test(text)) throw new UsageError('bad-text', phrase`${what} is not valid Unicode`);
  if (Buffer.byteLength(text) > maxBytes) throw tooLong(what, maxBytes);
  return text;
}

/** All of stdin as one text, without its last line end. Throws UsageError. */
export async function readText(context: CommandContext): Promise<string> {
  if (context.stdin.isTTY) {
    context.output.note(safeText(phrase`Type the message, then Ctrl+D on a line of its own.`));
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunksOf(context.stdin)) {
    sizeBytes += chunk.length;
    // One more for the line end that is taken off.
    if (sizeBytes > MAX_TEXT_BYTES + 2) throw tooLong(phrase`the text on stdin`);
    chunks.push(chunk);
  }
  const text = decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  return checkText(text, phrase`the text on stdin`);
}

const LINE_FEED = 0x0a;

/** Each line of stdin as it comes, without its end; empty ones are passed over. Throws UsageError. */
export async function* readLines(stdin: Input): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunksOf(stdin)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      yield* asLine(Buffer.concat([rest, chunk.subarray(start, end)]));
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(start)]);
    if (rest.length > MAX_TEXT_BYTES + 1) throw tooLong(phrase`a line on stdin`);
  }
  yield* asLine(rest);
}

function* asLine(bytes: Buffer): Generator<string> {
  const line = decode(bytes).replace(/\r$/, '');
  if (line !== '') yield checkText(line, phrase`a line on stdin`);
}

async function* chunksOf(stdin: Input): AsyncGenerator<Buffer> {
  for await (const chunk of stdin) yield Buffer.from(chunk);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError('bad-text', phrase`stdin is not valid UTF-8; nothing of it was sent`);
  }
}

function tooLong(what: string, maxBytes = MAX_TEXT_BYTES): UsageError {
  return new UsageError('too-long', phrase`${what} is longer than ${maxBytes} bytes; split it`);
}
