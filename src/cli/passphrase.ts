// Passphrases: typed at the terminal unseen, or from a file or stdin. Never from the command line.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { PassphrasePrompt } from '../client/open-session.ts';
import { phrase } from '../language/translate.ts';
import { errnoOf, UsageError } from '../protocol/errors.ts';
import { isForeign } from '../storage/private-file.ts';
import { storageErrorFrom } from '../storage/storage-error.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { CommandError } from './errors.ts';
import { type Asking, askUnseen, decodeSecret, nextLine } from './secret-line.ts';

const MAX_TRIES = 3;
/** Of a new one. What guesses it has the file and all the time in the world. */
const MIN_LENGTH = 8;
const MAX_BYTES = 1_024;
const OTHERS = 0o077;
const LINE_FEED = 0x0a;

/**
 * For the profile's passphrase: from LANCHAT_PASSPHRASE_FILE, else from the person at the terminal, three times
 * at most, else (`stdin`) the next line of stdin, where that is not for something else.
 */
export function passphrasePrompt(
  asking: Asking,
  { stdin = false }: { readonly stdin?: boolean } = {},
): PassphrasePrompt {
  const file = asking.env.LANCHAT_PASSPHRASE_FILE ?? '';
  let tries = 0;
  return async (isRetry) => {
    if (file !== '') {
      if (isRetry) throw wrong(phrase`the passphrase in LANCHAT_PASSPHRASE_FILE`);
      return readPassphraseFile(asking, file);
    }
    if (asking.stdin.isTTY !== true) {
      if (!stdin) throw nobodyToAsk();
      if (isRetry) throw wrong(phrase`the passphrase on stdin`);
      return lineOfStdin(asking);
    }
    tries = isRetry ? tries + 1 : 1;
    if (tries > MAX_TRIES) throw wrong('that passphrase');
    const again = isRetry ? safeText(phrase`That is not it. `) : safeText('');
    return askPassphrase(asking, safeTemplate`${again}Passphrase of this profile: `);
  };
}

function wrong(what: string): CommandError {
  const message = phrase`${what} doesn't open this; nothing was changed, try again with the right one`;
  return new CommandError('wrong-passphrase', message);
}

function nobodyToAsk(): CommandError {
  return new CommandError(
    'locked-profile',
    phrase`this profile is locked and there is no terminal to ask at; set LANCHAT_PASSPHRASE_FILE to a file that holds the passphrase`,
  );
}

/** One that is about to be set: typed twice, or the next line of stdin where that is no terminal. */
export async function newPassphrase(asking: Asking, what: SafeText): Promise<string> {
  if (asking.stdin.isTTY !== true) {
    const passphrase = await lineOfStdin(asking);
    if (isWeak(passphrase)) throw tooWeak();
    return passphrase;
  }
  for (let tries = 1; ; tries += 1) {
    const typed = await typedTwice(asking, what);
    if (typeof typed === 'string') return typed;
    if (tries === MAX_TRIES) throw typed;
    asking.output.question(safeText(`lanchat: ${typed.message}\n`, { multiline: true }));
  }
}

async function typedTwice(asking: Asking, what: SafeText): Promise<string | UsageError> {
  const first = await askPassphrase(asking, safeTemplate`${what}: `);
  if (isWeak(first)) return tooWeak();
  if (first === (await askPassphrase(asking, safeTemplate`Again: `))) return first;
  return new UsageError('bad-passphrase', phrase`the two differ; try again`);
}

/** One that was set elsewhere: typed once, or the next line of stdin where that is no terminal. */
export function givenPassphrase(asking: Asking, what: SafeText): Promise<string> {
  if (asking.stdin.isTTY !== true) return lineOfStdin(asking);
  return askPassphrase(asking, safeTemplate`${what}: `);
}

async function askPassphrase(asking: Asking, question: SafeText): Promise<string> {
  return checked(await askUnseen(asking, question));
}

async function lineOfStdin(asking: Asking): Promise<string> {
  asking.output.detail(safeText(phrase`lanchat: a passphrase is read from stdin`));
  const line = await nextLine(asking);
  if (line !== null) return checked(line);
  throw new UsageError('bad-passphrase', phrase`stdin holds no passphrase; give it one on a line`);
}

function isWeak(passphrase: string): boolean {
  return [...passphrase].length < MIN_LENGTH;
}

function tooWeak(): UsageError {
  return new UsageError(
    'bad-passphrase',
    phrase`a passphrase needs ${MIN_LENGTH} characters or more; several words are easy to keep in mind`,
  );
}

/** One form of each letter: keyboards and file systems differ in how they write `é`. */
function checked(text: string): string {
  const passphrase = text.normalize('NFC');
  if (passphrase === '') throw new UsageError('bad-passphrase', phrase`the passphrase is empty`);
  if (Buffer.byteLength(passphrase) <= MAX_BYTES) return passphrase;
  throw new UsageError('bad-passphrase', phrase`a passphrase has at most ${MAX_BYTES} bytes`);
}

/** The first line of a plain file. Never waits: a pipe that nobody writes to is refused. */
async function readPassphraseFile({ output }: Asking, path: string): Promise<string> {
  const shown = safeText(path);
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw badFile(phrase`${shown} is not a plain file`);
      const isOpen = process.platform !== 'win32' && (stat.mode & OTHERS) !== 0;
      if (isOpen || isForeign(stat.uid)) {
        output.note(safeTemplate`lanchat: others can read ${shown}; make it yours, chmod 600`);
      }
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES + 2), 0, null, 0);
      return firstLine(buffer.subarray(0, bytesRead), shown);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (errnoOf(error) === 'ENOENT') throw badFile(phrase`${shown} is not there`);
    throw storageErrorFrom(error, path, 'reading');
  }
}

function firstLine(bytes: Uint8Array, shown: SafeText): string {
  const end = bytes.indexOf(LINE_FEED);
  if (end < 0 && bytes.length > MAX_BYTES)
    throw badFile(phrase`the first line of ${shown} is too long`);
  const line = decodeSecret(bytes.subarray(0, end < 0 ? bytes.length : end)).replace(/\r$/, '');
  if (line === '') throw badFile(phrase`the first line of ${shown} is empty`);
  return checked(line);
}

function badFile(what: string): UsageError {
  return new UsageError(
    'bad-passphrase',
    phrase`${what}; LANCHAT_PASSPHRASE_FILE names a file whose first line is the passphrase`,
  );
}
