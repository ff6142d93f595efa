// Where received files go on this machine where nobody said: asks its disk once.
import { open } from 'node:fs/promises';
import { downloadsFolder, userDirsPath } from './downloads.ts';

/** More of it is not the file that desktops write. */
const MAX_USER_DIRS_BYTES = 65_536;

/** Absolute; it need not be there yet. `home`: the person's. Never throws. */
export async function systemDownloads(home: string): Promise<string> {
  const { platform, env } = process;
  const userDirs = await headOf(userDirsPath({ env, home }));
  return downloadsFolder({ platform, home, userDirs });
}

async function headOf(path: string): Promise<string | null> {
  try {
    const handle = await open(path, 'r');
    try {
      const bytes = new Uint8Array(MAX_USER_DIRS_BYTES);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      return Buffer.from(bytes.subarray(0, bytesRead)).toString('utf8');
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
