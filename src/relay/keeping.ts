// KEEP: chunks of one file come and are written, in order, as fast as the disk takes them.
import { ProtocolError } from '../protocol/errors.ts';
import type { Frame, FrameOf } from '../protocol/frames.ts';
import { MAX_CHUNKS_AHEAD, SEALED_CHUNK_BYTES } from '../protocol/limits.ts';
import type { LargeFile } from '../storage/file-folder.ts';
import type { Carrier } from './carriers.ts';
import type { Carriage } from './carrying.ts';
import type { FileShelf } from './file-shelf.ts';
import type { FileWriter, KeptFile } from './kept-file.ts';
import { CHUNKS_A_HAVE } from './limits.ts';
import { Pace, type PaceContext } from './pace.ts';

export interface FileContext {
  readonly shelf: FileShelf;
  readonly pace: PaceContext;
}

/** What refused it; what was to be written after that is dropped. */
type Refusal = Extract<Frame, { type: 'error' }>['code'];

export class Keeping implements Carriage, FileWriter {
  readonly #carrier: Carrier;
  readonly #request: FrameOf<'keep'>;
  readonly #shelf: FileShelf;
  readonly #pace: Pace;
  #waiting: Uint8Array[] = [];
  #file: KeptFile | null = null;
  #target: LargeFile | null = null;
  /** The next chunk that may come; null before the first HAVE. */
  #next: number | null = null;
  #said = 0;
  #movedTo = 0;
  #isRefused = false;
  #stopped: Promise<void> | null = null;
  /** What is being done with the disk. */
  #work: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(carrier: Carrier, request: FrameOf<'keep'>, { shelf, pace }: FileContext) {
    this.#carrier = carrier;
    this.#request = request;
    this.#shelf = shelf;
    const waitingBytes = () => this.#waiting.length * SEALED_CHUNK_BYTES;
    this.#pace = new Pace(carrier.connection, waitingBytes, pace);
  }

  begin(): void {
    this.#work = this.#doing(() => this.#open());
  }

  received(frame: Frame): void {
    if (frame.type !== 'chunk') {
      this.#carrier.connection.end('unexpected', `${frame.type} on the way of a file`);
      return;
    }
    // Those were on their way when it was refused.
    if (this.#isRefused) return;
    const next = this.#next;
    if (next === null || next >= this.#request.chunks) throw new ProtocolError('chunk of no file');
    if (frame.index !== next) throw new ProtocolError(`chunk ${frame.index} instead of ${next}`);
    if (next >= this.#said + MAX_CHUNKS_AHEAD) throw new ProtocolError('chunks too far ahead');
    this.#next = next + 1;
    this.#waiting.push(frame.sealed);
    this.#pace.read(frame.sealed.length);
    this.#write();
  }

  ended(): void {
    void this.stop();
  }

  hasMoved(): boolean {
    const hasMoved = this.#said > this.#movedTo;
    this.#movedTo = this.#said;
    return hasMoved;
  }

  /** Of what has come, everything is written first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  dropped(): void {
    this.#refuse('no-file');
  }

  async #stop(): Promise<void> {
    await this.#work;
    while (this.#isWriting) await this.#work;
    const target = this.#target;
    this.#target = null;
    if (target !== null) {
      await this.#doing(async () => {
        try {
          await this.#sync(target);
        } finally {
          await target.close();
        }
      });
    }
    if (this.#file?.writer === this) this.#file.writer = null;
  }

  async #open(): Promise<void> {
    const { file: id, chunks, ttlSeconds } = this.#request;
    const { sender, source } = this.#carrier;
    const request = { id, chunks, ttlMs: ttlSeconds * 1_000, sender, source };
    const file = await this.#shelf.keep(request);
    if (typeof file === 'string') {
      this.#refuse(file);
      return;
    }
    if (file.isDropped) {
      this.#refuse('no-file');
      return;
    }
    this.#file = file;
    await this.#takeOver(file);
    if (this.#isRefused || this.#carrier.connection.ended) return;
    if (file.isComplete) file.writer = null;
    else this.#target = await this.#openTarget(file);
    if (this.#isRefused) return;
    this.#next = file.written;
    this.#movedTo = file.written;
    this.#have(file.written, this.#request.req);
  }

  /** Whoever comes anew has lost the connection before, and goes on where that one was. */
  async #takeOver(file: KeptFile): Promise<void> {
    const before = file.writer;
    file.writer = this;
    if (before instanceof Keeping) {
      before.#carrier.connection.end('replaced', 'keeps the file on another connection');
      await before.stop();
    }
  }

  #openTarget(file: KeptFile): Promise<LargeFile> {
    return this.#shelf.folder.openToWrite(file.id, file.written * SEALED_CHUNK_BYTES);
  }

  /** One batch after the other, until nothing waits. */
  #write(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#work = this.#doing(async () => {
      while (this.#waiting.length > 0 && !this.#isRefused) await this.#writeSome();
    }).finally(() => {
      this.#isWriting = false;
    });
  }

  async #writeSome(): Promise<void> {
    const [file, target] = [this.#file, this.#target];
    if (file === null || target === null) return;
    const batch = this.#waiting.slice(0, CHUNKS_A_HAVE);
    await target.write(batch, file.written * SEALED_CHUNK_BYTES);
    this.#waiting.splice(0, batch.length);
    this.#pace.taken();
    file.grewTo(file.written + batch.length, this.#shelf.nowMs());
    const isWhole = file.written === file.chunks;
    if (isWhole || file.written - file.synced >= this.#shelf.limits.chunksASync) {
      await this.#sync(target);
    }
    if (this.#isRefused) return;
    this.#have(file.written, 0);
    if (isWhole) this.#shelf.done('kept', file, this.#carrier);
  }

  /** Throws where it is not on the disk then. */
  async #sync(target: LargeFile): Promise<void> {
    const file = this.#file;
    if (file === null || file.isDropped || file.synced === file.written) return;
    const { written } = file;
    await target.sync();
    const outcome = await this.#shelf.noteSynced(file, written);
    if (outcome !== 'stored') this.#refuse(outcome);
  }

  #have(count: number, req: number): void {
    this.#said = count;
    this.#carrier.connection.send({ type: 'have', req, count });
  }

  #refuse(code: Refusal): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#waiting = [];
    this.#pace.taken();
    this.#carrier.connection.send({ type: 'error', req: this.#request.req, code });
  }

  async #doing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#refuse(this.#shelf.failed(error));
    }
  }
}
