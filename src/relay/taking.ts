// TAKE: chunks of a kept file go to one reader, as far as it has them, and as they come where it is on its way.
import type { Code } from '../protocol/codes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { CHUNK_HEAD_BYTES, encodeChunkHead, type Frame, type FrameOf } from '../protocol/frames.ts';
import { MAX_CHUNKS_AHEAD, SEALED_CHUNK_BYTES } from '../protocol/limits.ts';
import type { LargeFile } from '../storage/file-folder.ts';
import type { Carrier } from './carriers.ts';
import type { Carriage } from './carrying.ts';
import type { FileShelf } from './file-shelf.ts';
import type { FileContext } from './keeping.ts';
import type { FileReader, KeptFile } from './kept-file.ts';
import { CARRIED_BYTES_A_TURN } from './limits.ts';
import type { PaceContext } from './pace.ts';

const FRAME_BYTES = CHUNK_HEAD_BYTES + SEALED_CHUNK_BYTES;

export class Taking implements Carriage, FileReader {
  readonly #carrier: Carrier;
  readonly #request: FrameOf<'take'>;
  readonly #shelf: FileShelf;
  readonly #pace: PaceContext;
  readonly #taken = () => this.#send();
  #file: KeptFile | null = null;
  #source: LargeFile | null = null;
  /** The next chunk that goes out. */
  #next: number;
  /** Chunks that the reader has. */
  #has: number;
  #hasMoved = false;
  #isReading = false;

  constructor(carrier: Carrier, request: FrameOf<'take'>, { shelf, pace }: FileContext) {
    this.#carrier = carrier;
    this.#request = request;
    this.#shelf = shelf;
    this.#pace = pace;
    this.#next = this.#has = request.from;
  }

  begin(): void {
    const file = this.#shelf.find(this.#request.file);
    if (file === null) {
      this.#refuse('no-file');
      return;
    }
    if (this.#request.from > file.chunks) throw new ProtocolError('take beyond the end');
    this.#file = file;
    file.readers.add(this);
    this.#send();
  }

  received(frame: Frame): void {
    if (frame.type !== 'have') {
      this.#carrier.connection.end('unexpected', `${frame.type} on the way of a file`);
      return;
    }
    // One was on its way when the file was dropped.
    if (this.#file === null) return;
    const { count } = frame;
    if (count < this.#has || count > this.#next) throw new ProtocolError(`have of ${count} chunks`);
    const isLast = count === this.#file.chunks && count > this.#has;
    if (count > this.#has) this.#hasMoved = true;
    this.#has = count;
    if (isLast) this.#shelf.done('taken', this.#file, this.#carrier);
    this.#send();
  }

  ended(): void {
    this.#leave();
  }

  hasMoved(): boolean {
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    return hasMoved;
  }

  grew(): void {
    this.#send();
  }

  dropped(): void {
    this.#refuse('no-file');
  }

  /** Reads and sends what may go out now, unless that is being done. */
  #send(): void {
    if (this.#isReading || this.#file === null) return;
    this.#isReading = true;
    this.#sendAll()
      .catch((error) => {
        if (this.#file !== null) this.#refuse(this.#shelf.failed(error));
      })
      .finally(() => {
        this.#isReading = false;
        if (this.#file === null) this.#close();
      });
  }

  async #sendAll(): Promise<void> {
    for (let count = this.#room(); count > 0; count = this.#room()) {
      this.#source ??= await this.#shelf.folder.openToRead(this.#request.file);
      const bytes = Buffer.allocUnsafe(count * FRAME_BYTES);
      const parts: Uint8Array[] = [];
      for (let index = 0; index < count; index++) {
        const at = index * FRAME_BYTES;
        encodeChunkHead(bytes.subarray(at), this.#next + index);
        parts.push(bytes.subarray(at + CHUNK_HEAD_BYTES, at + FRAME_BYTES));
      }
      await this.#source.read(parts, this.#next * SEALED_CHUNK_BYTES);
      if (this.#file === null) return;
      this.#next += count;
      this.#hasMoved = true;
      this.#carrier.connection.pass(bytes, this.#taken);
    }
  }

  /** How many chunks may go out now: that are there, that the reader has asked for, and that memory allows. */
  #room(): number {
    if (this.#file === null) return 0;
    const until = Math.min(this.#file.written, this.#has + MAX_CHUNKS_AHEAD);
    const { passingBytes } = this.#carrier.connection;
    const freeBytes = Math.min(CARRIED_BYTES_A_TURN, this.#pace.shareBytes() - passingBytes);
    const fit = passingBytes === 0 ? Math.max(1, freeBytes / FRAME_BYTES) : freeBytes / FRAME_BYTES;
    return Math.max(0, Math.min(until - this.#next, Math.floor(fit)));
  }

  #refuse(code: Code): void {
    this.#leave();
    const { req } = this.#request;
    this.#carrier.connection.send({ type: 'error', req, code });
  }

  #leave(): void {
    this.#file?.readers.delete(this);
    this.#file = null;
    if (!this.#isReading) this.#close();
  }

  #close(): void {
    const source = this.#source;
    this.#source = null;
    source?.close().catch((error) => this.#shelf.failed(error));
  }
}
