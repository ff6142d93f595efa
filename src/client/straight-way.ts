// Whether a file goes straight from machine to machine: who lets it, who is asked first, what has failed. Moves nothing.
import type { CoreState } from '../core/state.ts';
import { formatAddress } from '../protocol/address.ts';
import type { FileState } from '../protocol/file-content.ts';
import type { FileId, MeetingId, PeerId } from '../protocol/ids.ts';
import type { Settings } from '../storage/settings.ts';
import type { FileEntry } from './file-ledger.ts';
import type { Appointment } from './file-meeting.ts';
import type { Neighbourhood } from './straight-addresses.ts';
import { type Entrance, StraightDoor } from './straight-door.ts';

/** Of a smaller file the relay's copy is quicker than a question to its sender. */
const ASKED_FIRST_BYTES = 4 * 1024 * 1024;

export interface StraightParts {
  readonly core: CoreState;
  readonly settings: () => Settings;
  readonly neighbourhood: Neighbourhood;
}

/** A way in for one reader, and what they are told of it. */
export interface OpenWay {
  readonly entrance: Entrance;
  readonly at: readonly string[];
}

export class StraightWay {
  readonly #parts: StraightParts;
  readonly #door: StraightDoor;
  /** Of theirs: their sender was asked, and has not opened the way. */
  readonly #asked = new Set<FileId>();
  /** Of theirs: we went to addresses of it, and nothing has come that way. So a sender can't make us knock without end. */
  readonly #fruitless = new Set<FileId>();
  /** Our address towards the relay. */
  #first: string | null = null;

  constructor(parts: StraightParts) {
    this.#parts = parts;
    this.#door = new StraightDoor(parts.core.me);
  }

  /** Everything may be tried again. `first`: our address towards the relay. */
  connected(first: string | null): void {
    this.#first = first;
    this.#asked.clear();
    this.#fruitless.clear();
  }

  /** Whoever hides shows nobody an address. */
  get isAllowed(): boolean {
    const { core, settings } = this.#parts;
    return settings().directFiles && !core.hidden;
  }

  /** What is said beside a `want`. */
  wish(file: FileId): Pick<FileState, 'direct'> {
    return this.isAllowed && !this.#fruitless.has(file) ? { direct: true } : {};
  }

  /** Whether the sender is asked before the relay is: once, until they open the way. To a room the relay's copy is for all. */
  asksFirst({ conversation, file }: FileEntry): boolean {
    const isForOne = 'peer' in conversation && file.size >= ASKED_FIRST_BYTES;
    const isNew = !this.#asked.has(file.id) && !this.#fruitless.has(file.id);
    return isForOne && isNew && this.isAllowed;
  }

  asked(file: FileId): void {
    this.#asked.add(file);
  }

  /** Where to go now that the sender is ready. */
  appointment(from: PeerId, { file, meeting, at }: FileState): Appointment | null {
    if (meeting === undefined) return null;
    this.#asked.delete(file);
    const sender = this.#parts.core.peers.get(from)?.keys ?? null;
    const isTried = this.wish(file).direct === true && at !== undefined;
    const addresses = isTried ? this.#parts.neighbourhood.toTry(at) : [];
    if (addresses.length > 0) this.#fruitless.add(file);
    return { meeting, sender, addresses };
  }

  /** Something of it has come straight. */
  brings(file: FileId): void {
    this.#fruitless.delete(file);
  }

  /** Null: they come to the relay. */
  async open(to: PeerId, meeting: MeetingId): Promise<OpenWay | null> {
    const { core, neighbourhood } = this.#parts;
    const reader = core.peers.get(to)?.keys ?? null;
    const hosts = neighbourhood.offered(this.#first);
    if (!this.isAllowed || reader === null || hosts.length === 0) return null;
    const door = await this.#door.open({ meeting, reader });
    if (door === null) return null;
    const { entrance, port } = door;
    return { entrance, at: hosts.map((host) => formatAddress({ host, port })) };
  }
}
