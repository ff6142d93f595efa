// DROP: a file is forgotten for whoever had the relay keep it.
import { equalBytes } from '../protocol/bytes.ts';
import type { Frame, FrameOf } from '../protocol/frames.ts';
import type { Carrier } from './carriers.ts';
import type { Carriage } from './carrying.ts';
import type { FileShelf } from './file-shelf.ts';

export class Dropping implements Carriage {
  readonly #carrier: Carrier;
  readonly #request: FrameOf<'drop'>;
  readonly #shelf: FileShelf;

  constructor(carrier: Carrier, request: FrameOf<'drop'>, shelf: FileShelf) {
    this.#carrier = carrier;
    this.#request = request;
    this.#shelf = shelf;
  }

  begin(): void {
    const { connection, sender } = this.#carrier;
    const { req, file: id } = this.#request;
    const file = this.#shelf.find(id);
    if (file === null) {
      // It may have been said before, on a connection that was lost.
      connection.sendDone(req);
    } else if (!equalBytes(file.sender, sender)) {
      connection.send({ type: 'error', req, code: 'not-admitted' });
    } else {
      this.#shelf.drop(file).then((outcome) => {
        if (outcome === 'stored') connection.sendDone(req);
        else connection.send({ type: 'error', req, code: outcome });
      });
    }
  }

  received({ type }: Frame): void {
    this.#carrier.connection.end('unexpected', `${type} after drop`);
  }

  ended(): void {
    // What was asked for is done all the same.
  }

  hasMoved(): boolean {
    return false;
  }
}
