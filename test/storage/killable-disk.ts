// Stands between our code and node:fs/promises, and ends everything at a step that the test names, as a kill would.
import type * as FsPromises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

let stepsLeft = Number.POSITIVE_INFINITY;
let killed = () => {};
const handles = new Set<FileHandle>();

/** What `vi.mock('node:fs/promises', …)` puts in the place of the real one. */
export function killableDisk(real: typeof FsPromises): Partial<typeof FsPromises> {
  return {
    ...real,
    link: (from, to) => step(() => real.link(from, to)),
    rename: (from, to) => step(() => real.rename(from, to)),
    unlink: (path) => step(() => real.unlink(path)),
    rm: (path, options) => step(() => real.rm(path, options)),
    rmdir: (path) => step(() => real.rmdir(path)),
    open: (path, flags, mode) =>
      step(async () => killableHandle(await real.open(path, flags, mode))),
  };
}

function killableHandle(handle: FileHandle): FileHandle {
  handles.add(handle);
  const writeFile = handle.writeFile.bind(handle);
  const close = handle.close.bind(handle);
  const sync = handle.sync.bind(handle);
  handle.writeFile = async (data, options) => {
    // A kill may come half way.
    if (stepsLeft === 0 && data instanceof Uint8Array) {
      await writeFile(data.subarray(0, data.length / 2));
    }
    await step(() => writeFile(data, options));
  };
  handle.sync = () => step(sync);
  handle.close = () => {
    handles.delete(handle);
    return close();
  };
  return handle;
}

async function step<T>(work: () => Promise<T>): Promise<T> {
  if (stepsLeft > 0) {
    stepsLeft -= 1;
    return work();
  }
  killed();
  return new Promise(() => {});
}

/** Lets `work` take so many steps on the disk and no more. Whether that ended it. */
export async function killedAfter(steps: number, work: () => Promise<unknown>): Promise<boolean> {
  stepsLeft = steps;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      killed = () => resolve(true);
      work().then(() => resolve(false), reject);
    });
  } finally {
    stepsLeft = Number.POSITIVE_INFINITY;
    for (const handle of handles) await handle.close();
  }
}
