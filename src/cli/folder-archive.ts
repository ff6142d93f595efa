// A folder that is sent is one file, an archive; here it is made, and becomes a folder again. All of the format is in files/.
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileTransfer } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { fileName } from '../ui/shared-file-words.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { spool } from './spool.ts';

/** Left out one by one; more are counted. */
const MAX_NAMED = 10;

/** The path of the archive, which whoever takes it deletes. Throws as `packFolder`, `writeArchive` and `spool`. */
export async function spoolFolder(context: CommandContext, folder: string): Promise<string> {
  const { packFolder, writeArchive } = await import('../files/pack-folder.ts');
  const packed = await packFolder(folder);
  for (const { path } of packed.skipped.slice(0, MAX_NAMED)) {
    context.output.note(safeTemplate`lanchat: left out: ${safeText(path)}`);
  }
  const more = packed.skipped.length - MAX_NAMED;
  if (more > 0) context.output.note(safeTemplate`lanchat: left out besides these: ${more}`);
  return spool(context, (path) => writeArchive(packed, path, context.signal));
}

export interface Unpacking {
  /** Whose profile it is in. */
  readonly me: PeerId;
  readonly signal: AbortSignal;
}

/**
 * The path of the folder, beside the archive, which is deleted then. Throws CommandError `bad-archive`, and as `unpackArchive`; then
 * the archive stays.
 */
export async function unpackBeside(
  path: string,
  { file, name }: FileTransfer,
  { me, signal }: Unpacking,
): Promise<string> {
  const { landingId } = await import('../files/unfinished.ts');
  const { unpackArchive } = await import('../files/unpack-archive.ts');
  const around = { folder: dirname(path), id: landingId(me, file) };
  const folder = await unpackArchive(path, { ...around, signal }).catch((cause: unknown) => {
    if (!(cause instanceof LanchatError) || cause.code !== 'bad-archive') throw cause;
    const message = phrase`${fileName(name)}: ${cause.message}; it is in ${path}, as it came`;
    throw new CommandError(cause.code, message, { cause });
  });
  await rm(path, { force: true });
  return folder;
}
