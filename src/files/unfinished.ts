// Under which names something lies in a folder of the person's while it isn't whole yet.
import { createHash } from 'node:crypto';
import { readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileId, PeerId } from '../protocol/ids.ts';

/**
 * Names what a profile makes of a file: 32 hex digits. Another profile of this machine, which may be receiving the same file into the same folder,
 * has another, so that neither writes into what is the other's.
 */
export function landingId(owner: PeerId, file: FileId): string {
  return createHash('sha256').update(`${owner} ${file}`).digest('hex').slice(0, 32);
}

/** RangeError where `id` is anything but 32 hex digits. */
export function unfinishedPath(folder: string, id: string, kind: 'part' | 'unpacked'): string {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new RangeError('not an id');
  return join(folder, `.lanchat-${id}.${kind}`);
}

const OWN_NAME = /^\.lanchat-([0-9a-f]{32})\.(part|unpacked)$/;

/** Takes away from `folder` what lies there under these ids; nothing else, whatever it is called. Never throws: what can't be taken away stays. */
export async function sweepUnfinished(folder: string, ids: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, id = '', kind] = OWN_NAME.exec(name) ?? [];
    if (!ids.has(id)) continue;
    const path = join(folder, name);
    if (kind === 'part') await unlink(path).catch(() => undefined);
    else await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
