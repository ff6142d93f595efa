// A process of its own for one part of a measurement: asked by its parent, it answers with numbers.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';

const numbers = v.array(v.number());

type Asked = string | number | boolean | null | readonly number[];

/** The parent's end. One request at a time. */
export interface Worker {
  readonly pid: number;
  /** Resolves to the answer. Rejects where the process ends first; its stderr is ours. */
  ask(request: Readonly<Record<string, Asked>>): Promise<readonly number[]>;
  close(): void;
}

/** Starts `scripts/NAME.mjs`; it ends with this process or at `close`. */
export function startWorker(scripts: string, name: string): Worker {
  const child = fork(join(scripts, `${name}.mjs`), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    pid: child.pid ?? 0,
    ask: (request) =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error(`the ${name} process ended`));
        child.once('exit', ended);
        child.once('message', (reply) => {
          child.off('exit', ended);
          resolve(v.parse(numbers, reply));
        });
        child.send(request);
      }),
    close: () => void child.kill(),
  };
}

/** The worker's end: answers each request. A fault ends the process, and so does its parent's end. */
export function serveRequests<T>(
  schema: v.GenericSchema<unknown, T>,
  answer: (request: T) => Promise<readonly number[]> | readonly number[],
): void {
  process.on('message', async (message: unknown) => {
    const reply = await answer(v.parse(schema, message));
    process.send?.(reply);
  });
  process.on('disconnect', () => process.exit());
}
