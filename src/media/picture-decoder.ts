// Decodes pictures, each in a thread of its own that is ended when it is done, takes too long or is wanted no more.
import { Worker } from 'node:worker_threads';
import {
  type DecodedPicture,
  damaged,
  PICTURE_LIMITS,
  type PictureLimits,
  type PictureSize,
  pictureError,
  timedOut,
  tooLarge,
} from './picture.ts';
import type { PictureAnswer, PictureJob } from './picture-job.ts';
import { THUMBNAIL_BOX } from './thumbnail.ts';

/** What V8 itself may hold in such a thread; pixels lie outside of it, and are counted before (PictureLimits). */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 };

export interface Thumbnail {
  /** Of the picture itself, as it is to be seen. */
  readonly size: PictureSize;
  /** At most MAX_THUMBNAIL_BYTES. */
  readonly png: Uint8Array;
}

export interface PictureDecoderOptions {
  /** The bundle of picture-worker.ts; without it the one that stands beside this code in dist/parts/. */
  readonly worker?: URL;
  readonly limits?: PictureLimits;
}

/** Load it when a picture is there: nothing of it is needed at the start. One picture at a time, so that their memory isn't needed at once. */
export class PictureDecoder {
  readonly #worker: URL;
  readonly #limits: PictureLimits;
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor({ worker, limits = PICTURE_LIMITS }: PictureDecoderOptions = {}) {
    this.#worker = worker ?? new URL('./picture-worker.js', import.meta.url);
    this.#limits = limits;
  }

  /** Scaled down into the box, never up. Throws PictureError, the signal's reason where that aborts. */
  async decode(bytes: Uint8Array, box: PictureSize, signal?: AbortSignal): Promise<DecodedPicture> {
    const answer = await this.#run(this.#job(bytes, box, 'pixels'), signal);
    if (answer.kind !== 'pixels') throw failureOf(answer);
    return answer.picture;
  }

  /** Throws PictureError, the signal's reason where that aborts. */
  async thumbnail(bytes: Uint8Array, signal?: AbortSignal): Promise<Thumbnail> {
    const answer = await this.#run(this.#job(bytes, THUMBNAIL_BOX, 'thumbnail'), signal);
    if (answer.kind !== 'thumbnail') throw failureOf(answer);
    return answer;
  }

  /** Ends what runs; what waits is refused. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  #job(bytes: Uint8Array, box: PictureSize, as: PictureJob['as']): PictureJob {
    // The whole process would end with a thread that takes more than there is.
    const memoryBytes = Math.min(this.#limits.memoryBytes, process.availableMemory() / 2);
    return { bytes, as, wish: { box, limits: { ...this.#limits, memoryBytes } } };
  }

  #run(job: PictureJob, wanted?: AbortSignal): Promise<PictureAnswer> {
    const closing = this.#closing.signal;
    const signal = wanted === undefined ? closing : AbortSignal.any([closing, wanted]);
    const run = this.#last.then(() => {
      signal.throwIfAborted();
      // Copied to the thread for nothing.
      if (job.bytes.length > this.#limits.bytes) throw tooLarge();
      return this.#inThread(job, signal);
    });
    this.#last = run.catch(() => {});
    return run;
  }

  async #inThread(job: PictureJob, signal: AbortSignal): Promise<PictureAnswer> {
    const { promise, resolve, reject } = deferred<PictureAnswer>();
    const worker = new Worker(this.#worker, {
      ...{ workerData: job, env: {}, argv: [], execArgv: [], resourceLimits: HEAP_LIMITS },
    });
    const timer = setTimeout(() => reject(timedOut()), this.#limits.timeMs);
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    worker.once('message', resolve);
    worker.once('error', (fault) => reject(faultOf(fault)));
    worker.once('exit', () => reject(damaged()));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      await worker.terminate();
    }
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}

function failureOf(answer: PictureAnswer): Error {
  return (answer.kind === 'failed' ? pictureError(answer.code) : null) ?? damaged();
}

/** A decoder that fell over its picture: whatever it stumbled at was in there. */
function faultOf(fault: Error): Error {
  const isFull = 'code' in fault && fault.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isFull ? tooLarge() : damaged({ cause: fault });
}
