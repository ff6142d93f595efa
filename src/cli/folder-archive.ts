// A folder that is sent is one file, an archive; here it is made, and becomes a folder again. All of the format is in files/.
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileTransfer } from '../client/api.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
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

/** The path of the folder, beside the archive, which is deleted then. Throws as `unpackArchive`; then the archive stays. */
export async function unpackBeside(
  path: string,
  { file }: FileTransfer,
  signal: AbortSignal,
): Promise<string> {
  const { unpackArchive } = await import('../files/unpack-archive.ts');
  const folder = await unpackArchive(path, { folder: dirname(path), id: file, signal });
  await rm(path, { force: true });
  return folder;
}
