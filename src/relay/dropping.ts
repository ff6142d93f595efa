// DROP: a file is forgotten for whoever had the relay keep it.
import type { Frame } from '../protocol/frames.ts';
import type { FileId } from '../protocol/ids.ts';
import type { Carrier } from './carriers.ts';
import type { Carriage } from './carrying.ts';
import type { FileShelf } from './file-shelf.ts';

interface Drop {
  readonly shelf: FileShelf;
  /** By its name there. */
  readonly file: FileId;
}

export class Dropping implements Carriage {
  readonly #carrier: Carrier;
  readonly #req: number;
  readonly #drop: Drop;

  constructor(carrier: Carrier, req: number, drop: Drop) {
    this.#carrier = carrier;
    this.#req = req;
    this.#drop = drop;
  }

  begin(): void {
    const { connection } = this.#carrier;
    const file = this.#drop.shelf.find(this.#drop.file);
    if (file === null) {
      // It may have been said before, on a connection that was lost.
      connection.sendDone(this.#req);
      return;
    }
    this.#drop.shelf.drop(file).then((outcome) => {
      if (outcome === 'stored') connection.sendDone(this.#req);
      else connection.send({ type: 'error', req: this.#req, code: outcome });
    });
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
