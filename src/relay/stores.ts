// Everything that a relay keeps on disk, over one database and one committer.
import { randomBytes } from 'node:crypto';
import { deriveKey, KEY_BYTES } from '../crypto/transcript.ts';
import { utf8FromText } from '../protocol/bytes.ts';
import { idBytes, type PeerId } from '../protocol/ids.ts';
import type { Database } from '../storage/database.ts';
import type { Clock } from './clock.ts';
import { Committer } from './committer.ts';
import { Directory } from './directory.ts';
import type { EventLog } from './events.ts';
import { FileShelf } from './file-shelf.ts';
import { type RelayLimits, SWEEP_INTERVAL_MS } from './limits.ts';
import { Mailbox } from './mailbox.ts';
import { MembersTable } from './members-table.ts';
import { networkOf } from './network.ts';
import { RoomLog } from './room-log.ts';
import { ORIGIN_BYTES } from './shares.ts';
import { type RelayStart, recordStart } from './shelf-clock.ts';
import type { Tick } from './tick.ts';

export interface StoresContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly tick: Tick;
  readonly events: EventLog;
  readonly limits: RelayLimits;
  /** What kept files may take of the disk; 0 keeps none. */
  readonly fileBytes?: number;
}

/** Owns the database. The constructor throws StorageError. */
export class Stores {
  readonly start: RelayStart;
  readonly committer: Committer;
  readonly directory: Directory;
  readonly mailbox: Mailbox;
  readonly log: RoomLog;
  readonly members: MembersTable;
  readonly files: FileShelf;
  readonly #database: Database;
  readonly #sourceKey = randomBytes(KEY_BYTES);
  #sweptAtMs = 0;

  constructor(context: StoresContext) {
    const { database, clock, events, limits } = context;
    this.#database = database;
    this.start = recordStart(database, clock);
    this.committer = new Committer(context);
    const { start, committer } = this;
    const table = { database, committer, events, limits, shelf: start.shelf };
    this.directory = new Directory(table);
    this.mailbox = new Mailbox({ ...table, start });
    this.log = new RoomLog(table);
    this.members = new MembersTable(table);
    this.files = new FileShelf(table, context.fileBytes ?? 0);
    this.#sweptAtMs = clock.nowMs();
  }

  /** 16 bytes that stand for a person on disk: without this database's key they name nobody. */
  senderHash(id: PeerId): Uint8Array {
    const hash = deriveKey(this.start.senderKey, 'relay-sender', idBytes(id));
    return hash.slice(0, ORIGIN_BYTES);
  }

  /**
   * 16 bytes that stand for a machine on disk: what comes from one address, or one IPv6 network elsewhere,
   * belongs together. Nobody can tell which address that was once this run is over.
   */
  sourceHash(address: string): Uint8Array {
    const network = utf8FromText(networkOf(address));
    return deriveKey(this.#sourceKey, 'relay-source', network).slice(0, ORIGIN_BYTES);
  }

  /** The relay's heartbeat: true each time that what is in memory is to be swept as well. */
  beat(nowMs: number): boolean {
    this.start.shelf.beat(this.committer);
    if (nowMs - this.#sweptAtMs < SWEEP_INTERVAL_MS) return false;
    this.#sweptAtMs = nowMs;
    const { directory, mailbox, log, members, files } = this;
    for (const store of [directory, mailbox, log, members, files]) store.sweep();
    return true;
  }

  /** Stores what is left. */
  close(): void {
    this.committer.lazy(this.start.shelf);
    this.committer.close();
    this.#database.close();
  }
}
