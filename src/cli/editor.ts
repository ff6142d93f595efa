// Has a draft edited in the person's own editor: a file that only they can read, gone whatever happens. Knows no screen.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../protocol/errors.ts';
import type { Edited, EditorWish } from '../ui/draft-editor.ts';
import { safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { type Environment, passingPlace } from './passing-place.ts';

/** What a shell ends with where there is no such program. */
const NOT_FOUND = 127;
/** Above what the composer takes; nobody reads a file of any size into memory. */
const MAX_BYTES = 1024 * 1024;
/** What ends with the screen has so long to end by itself. */
const KILL_DELAY_MS = 2_000;

/**
 * Runs `$VISUAL`, else `$EDITOR`, else vi, at the terminal of this process, which must not read from it meanwhile, on a file
 * with this text: 0600, in a folder of its own, 0700, in `XDG_RUNTIME_DIR` where that is there. Returns the text as it
 * was left, or why there is none. The file, and what the editor put beside it, is overwritten and removed at the end, also
 * where the process exits. Never throws.
 */
export async function editText(
  { text, signal }: EditorWish,
  env: Environment = process.env,
): Promise<Edited> {
  let folder: string;
  try {
    folder = mkdtempSync(join(passingPlace(env), 'lanchat-draft-'));
  } catch (error) {
    return noFile(error);
  }
  const remove = () => removeDraft(folder);
  process.once('exit', remove);
  try {
    return await edited({ file: writeDraft(folder, text), signal, env });
  } catch (error) {
    return noFile(error);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

function noFile(error: unknown): Edited {
  const code = safeText(errnoOf(error) ?? 'a fault');
  return { why: t`No editor was started, there is no file for the draft: ${code}` };
}

function writeDraft(folder: string, text: string): string {
  const file = join(folder, 'draft.txt');
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const descriptor = openSync(file, O_CREAT | O_EXCL | O_WRONLY, 0o600);
  try {
    writeSync(descriptor, text === '' ? text : `${text}\n`);
  } finally {
    closeSync(descriptor);
  }
  return file;
}

interface Editing {
  readonly file: string;
  readonly signal: AbortSignal;
  readonly env: Environment;
}

async function edited({ file, signal, env }: Editing): Promise<Edited> {
  const editor = [env.VISUAL, env.EDITOR].find((each) => (each ?? '').trim() !== '') ?? fallback();
  const name = safeText(editor, { maxLength: 60 });
  const end = await run({ editor, file, signal });
  if (end === NOT_FOUND) {
    return {
      why: t`There is no editor "${name}"; set VISUAL or EDITOR to yours. The draft is as it was.`,
    };
  }
  if (end !== 0)
    return { why: t`The editor "${name}" ended with a failure; the draft is as it was.` };
  // Editors end the last line; nobody sends that.
  return { text: readDraft(file).replace(/\r?\n$/, '') };
}

function fallback(): string {
  return process.platform === 'win32' ? 'notepad' : 'vi';
}

/** Its exit code; null where a signal ended it, or it was never there. */
function run({ editor, file, signal }: Omit<Editing, 'env'> & { readonly editor: string }) {
  return new Promise<number | null>((resolve) => {
    const child = start(editor, file);
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill();
      timer = setTimeout(() => child.kill('SIGKILL'), KILL_DELAY_MS);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    const done = (code: number | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(code);
    };
    child.once('exit', (code) => done(code));
    child.once('error', () => done(NOT_FOUND));
  });
}

/** By the shell, as every program does it: what is set may have options, `code --wait`. In its place, so that a signal reaches the editor. */
function start(editor: string, file: string): ChildProcess {
  if (process.platform === 'win32') {
    return spawn(`${editor} "${file}"`, { stdio: 'inherit', shell: true });
  }
  return spawn('/bin/sh', ['-c', `exec ${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
}

function readDraft(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY);
  try {
    const { size } = fstatSync(descriptor);
    return size > MAX_BYTES
      ? readFileSync(descriptor).subarray(0, MAX_BYTES).toString()
      : readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Nothing here may keep anything else from being removed, nor the process from ending. */
function removeDraft(folder: string): void {
  for (const name of orNothing(() => readdirSync(folder)) ?? []) {
    orNothing(() => overwrite(join(folder, name)));
  }
  orNothing(() => rmSync(folder, { recursive: true, force: true }));
}

function overwrite(path: string): void {
  const { O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const descriptor = openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return;
    writeSync(descriptor, randomBytes(Math.min(stat.size, MAX_BYTES)), 0, null, 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function orNothing<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
