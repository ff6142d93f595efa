// Stands between our code and node:fs/promises, and ends everything at a step that the test names, as a kill would.
import { AsyncLocalStorage } from 'node:async_hooks';
import type * as FsPromises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

interface Run {
  stepsLeft: number;
  readonly killed: () => void;
  readonly handles: Set<FileHandle>;
}

/** What a killed run left to timers and promises stays killed, whatever comes after it. */
const runs = new AsyncLocalStorage<Run>();

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
  const run = runs.getStore();
  run?.handles.add(handle);
  const writeFile = handle.writeFile.bind(handle);
  const close = handle.close.bind(handle);
  const sync = handle.sync.bind(handle);
  handle.writeFile = async (data, options) => {
    // A kill may come half way.
    if (run?.stepsLeft === 0 && data instanceof Uint8Array) {
      await writeFile(data.subarray(0, data.length / 2));
    }
    await step(() => writeFile(data, options));
  };
  handle.sync = () => step(sync);
  handle.close = () => {
    run?.handles.delete(handle);
    return close();
  };
  return handle;
}

async function step<T>(work: () => Promise<T>): Promise<T> {
  const run = runs.getStore();
  if (run === undefined) return work();
  if (run.stepsLeft > 0) {
    run.stepsLeft -= 1;
    return work();
  }
  run.killed();
  return new Promise(() => {});
}

/** Lets `work` take so many steps on the disk and no more. Whether that ended it. */
export async function killedAfter(steps: number, work: () => Promise<unknown>): Promise<boolean> {
  const handles = new Set<FileHandle>();
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const run = { stepsLeft: steps, killed: () => resolve(true), handles };
      runs.run(run, () => work().then(() => resolve(false), reject));
    });
  } finally {
    for (const handle of handles) await handle.close();
  }
}
