// Who is known to this relay: cards, bundles and who is connected. Checks signatures of what comes from disk only.
import { CryptoError } from '../crypto/errors.ts';
import { type Card, openBundle, openCard } from '../crypto/signed-objects.ts';
import { equalBytes } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { ObjectKind, PresenceEntry } from '../protocol/frames.ts';
import { type PeerId, type PeerPrefix, peerPrefix, type TopicId } from '../protocol/ids.ts';
import type { Database } from '../storage/database.ts';
import type { CommitOutcome, Committer, Write } from './committer.ts';
import type { Connection } from './connection.ts';
import type { EventLog } from './events.ts';
import { type RelayLimits, SEEN_INTERVAL_MS, SWEEP_ROWS } from './limits.ts';
import { PeopleTable, type StoredPerson } from './people-table.ts';
import type { TokenBucket } from './rate.ts';
import { readOr } from './relay-database.ts';
import type { ShelfClock } from './shelf-clock.ts';

/** A card or bundle whose signature holds, as it was signed. The bytes are a copy of our own. */
export interface Published {
  readonly seq: bigint;
  readonly bytes: Uint8Array;
}

export interface Person {
  readonly id: PeerId;
  readonly ed25519: Uint8Array;
  /** From the newest card; untrusted text. */
  nick: string;
  readonly objects: { card: Published; bundle: Published | null };
  /** 16 bytes that stand for the address they came from last, see `sourceHash`. */
  source: Uint8Array;
  /** Whether these objects are on disk. */
  saved: boolean;
  /** Null while not connected. */
  login: Login | null;
}

/** A connection that proved who it is. */
export interface Login {
  readonly connection: Connection;
  readonly person: Person;
  /** 16 bytes that stand for the person on disk, see `senderHash`. */
  readonly sender: Uint8Array;
  /** 16 bytes that stand for the address, see `sourceHash`. */
  readonly source: Uint8Array;
  readonly sinceMs: number;
  /** They want nobody else to be told that they are here. */
  hidden: boolean;
  /** Those subscribed. */
  readonly topics: Map<TopicId, 'joined' | 'guest'>;
  readonly requests: TokenBucket;
  /** Private messages, each of which costs its recipient a decapsulation. */
  readonly sends: TokenBucket;
  /** Bytes for rooms. */
  readonly roomBytes: TokenBucket;
}

/** `stale-seq`: below the known one. `fork`: the known seq with other bytes. */
export type PublishOutcome = 'newer' | 'same' | 'stale-seq' | 'fork';

export interface DirectoryContext {
  readonly database: Database;
  readonly committer: Committer;
  readonly events: EventLog;
  readonly shelf: ShelfClock;
  readonly limits: Pick<RelayLimits, 'people' | 'peopleAgeMs' | 'peopleStayMs' | 'unsavedPeople'>;
}

/** In memory, who is connected or not saved yet; on disk, who was here, up to bounds of number and age. */
export class Directory implements Write {
  readonly #context: DirectoryContext;
  readonly #table: PeopleTable;
  readonly #people = new Map<PeerId, Person>();
  readonly #prefixes = new Map<PeerPrefix, Person>();
  /** Who came, left or published since the last commit; the one longest ago first. */
  readonly #unsaved = new Set<Person>();
  /** When all who are connected were noted as seen, by the shelf clock. */
  #seenMs: number;

  constructor(context: DirectoryContext) {
    this.#context = context;
    this.#table = new PeopleTable(context.database);
    this.#seenMs = context.shelf.nowMs();
  }

  /**
   * The person of a card that was just proven, new or known; a card below the known one is ignored
   * (its owner sees the higher seq in PRESENCE). `prefix-taken`: frames for the two would be mixed up.
   */
  enter(card: Card, bytes: Uint8Array, source: Uint8Array): Person | 'prefix-taken' | 'fork' {
    const prefix = peerPrefix(card.id);
    const known = this.#prefixes.get(prefix) ?? this.#load(prefix);
    if (known === null) {
      const { id, ed25519, nick } = card;
      const objects = { card: { seq: card.seq, bytes: bytes.slice() }, bundle: null };
      const person: Person = { id, ed25519, nick, objects, source, saved: false, login: null };
      this.#keep(person);
      return person;
    }
    if (known.id !== card.id) return 'prefix-taken';
    known.source = source;
    this.#keep(known);
    return this.publishCard(known, card, bytes) === 'fork' ? 'fork' : known;
  }

  /** Marks the person as connected; whoever calls has ended the login before. */
  arrive(login: Login): void {
    login.person.login = login;
    this.#keep(login.person);
  }

  /** True unless the person is already there with another connection. */
  leave(login: Login): boolean {
    const { person } = login;
    if (person.login !== login) return false;
    person.login = null;
    this.#keep(person);
    return true;
  }

  publishCard(person: Person, card: Card, bytes: Uint8Array): PublishOutcome {
    const outcome = this.publish(person, 'card', { seq: card.seq, bytes });
    if (outcome === 'newer') person.nick = card.nick;
    return outcome;
  }

  /** Keeps a copy of what is newer. */
  publish(person: Person, kind: ObjectKind, fresh: Published): PublishOutcome {
    const known = person.objects[kind];
    if (known !== null && fresh.seq < known.seq) return 'stale-seq';
    if (known !== null && fresh.seq === known.seq) {
      return equalBytes(known.bytes, fresh.bytes) ? 'same' : 'fork';
    }
    person.objects[kind] = { seq: fresh.seq, bytes: fresh.bytes.slice() };
    person.saved = false;
    this.#keep(person);
    return 'newer';
  }

  /** The newest card or bundle of somebody connected or away; null where there is none. */
  object(id: PeerId, kind: ObjectKind): Uint8Array | null {
    const present = this.#people.get(id);
    if (present !== undefined) return present.objects[kind]?.bytes ?? null;
    const stored = this.#stored(peerPrefix(id));
    return stored?.id === id ? stored[kind] : null;
  }

  /** The connected person whose ID begins with these 16 bytes. */
  recipient(prefix: PeerPrefix): Login | null {
    return this.#prefixes.get(prefix)?.login ?? null;
  }

  /** Whether anybody whose ID begins so was ever here, as far as that is remembered. */
  knows(prefix: PeerPrefix): boolean {
    if (this.#prefixes.has(prefix)) return true;
    return readOr(this.#context.events, false, () => this.#table.has(prefix));
  }

  *present(): Generator<Login> {
    for (const { login } of this.#people.values()) if (login !== null) yield login;
  }

  /** Has who is gone too long forgotten, and who is here noted as seen, with a later commit. */
  sweep(): void {
    const { committer, events, limits, shelf } = this.#context;
    const nowMs = shelf.nowMs();
    if (nowMs - this.#seenMs >= SEEN_INTERVAL_MS) {
      this.#seenMs = nowMs;
      for (const { person } of [...this.present()]) this.#keep(person);
    }
    const sinceMs = nowMs - limits.peopleAgeMs;
    const gone = readOr(events, [], () => this.#table.absentSince(sinceMs, 1));
    if (gone.length > 0) committer.lazy(this);
  }

  apply(): void {
    const seenMs = this.#context.shelf.nowMs();
    for (const { id, source, saved, objects } of this.#unsaved) {
      const { card, bundle } = objects;
      if (saved && this.#table.see({ id, source }, seenMs)) continue;
      this.#table.put({ id, source, card: card.bytes, bundle: bundle?.bytes ?? null }, seenMs);
    }
    this.#forgetAbsent(seenMs);
  }

  finished(outcome: CommitOutcome): void {
    if (outcome === 'storage') return;
    for (const person of this.#unsaved) {
      person.saved = outcome === 'stored';
      if (person.login === null) this.#drop(person);
    }
    this.#unsaved.clear();
  }

  /** In memory until it is saved. On a failing disk, who left longest ago is forgotten. */
  #keep(person: Person): void {
    this.#people.set(person.id, person);
    this.#prefixes.set(peerPrefix(person.id), person);
    this.#unsaved.delete(person);
    this.#unsaved.add(person);
    this.#context.committer.lazy(this);
    if (this.#unsaved.size <= this.#context.limits.unsavedPeople) return;
    for (const oldest of this.#unsaved) {
      if (oldest.login !== null || oldest === person) continue;
      this.#unsaved.delete(oldest);
      this.#drop(oldest);
      return;
    }
  }

  #drop({ id }: Person): void {
    this.#people.delete(id);
    this.#prefixes.delete(peerPrefix(id));
  }

  #forgetAbsent(nowMs: number): void {
    const { people, peopleAgeMs, peopleStayMs } = this.#context.limits;
    for (const prefix of this.#table.absentSince(nowMs - peopleAgeMs, SWEEP_ROWS)) {
      if (!this.#prefixes.has(prefix)) this.#table.remove(prefix);
    }
    const excess = this.#table.count() - people;
    if (excess <= 0) return;
    // Those connected may be among them: they are in memory, and are saved again when they leave.
    for (const prefix of this.#table.mostCrowded(nowMs - peopleStayMs, excess)) {
      this.#table.remove(prefix);
    }
  }

  #stored(prefix: PeerPrefix): StoredPerson | null {
    return readOr(this.#context.events, null, () => this.#table.get(prefix));
  }

  /** Whose row is damaged starts anew: a flipped bit must not pass for a fork, or for another's prefix. */
  #load(prefix: PeerPrefix): Person | null {
    const stored = this.#stored(prefix);
    const card = stored && openOr(null, () => openCard(stored.card));
    if (stored === null || card === null || peerPrefix(card.id) !== prefix) return null;
    const { id, ed25519, seq, nick } = card;
    const { source } = stored;
    const bytes = stored.bundle;
    const bundle = bytes && openOr(null, () => ({ seq: openBundle(bytes, card).seq, bytes }));
    const objects = { card: { seq, bytes: stored.card }, bundle };
    const saved = stored.id === id && (bytes === null || bundle !== null);
    return { id, ed25519, nick, objects, source, saved, login: null };
  }
}

function openOr<T>(otherwise: T, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof CryptoError) return otherwise;
    throw error;
  }
}

export function presenceOf({ id, objects, login }: Person): PresenceEntry {
  const bundleSeq = objects.bundle?.seq ?? 0n;
  return { id, online: login !== null && !login.hidden, cardSeq: objects.card.seq, bundleSeq };
}
