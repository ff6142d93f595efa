// Who is known to this relay: cards, bundles and who is connected. Checks sequence numbers, no signatures.
import type { Card } from '../crypto/signed-objects.ts';
import { equalBytes } from '../protocol/bytes.ts';
import type { ObjectKind, PresenceEntry } from '../protocol/frames.ts';
import { type PeerId, type PeerPrefix, peerPrefix, type TopicId } from '../protocol/ids.ts';
import type { Connection } from './connection.ts';
import type { RelayLimits } from './limits.ts';
import type { TokenBucket } from './rate.ts';

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
  /** Null while not connected. */
  login: Login | null;
}

/** A connection that proved who it is. */
export interface Login {
  readonly connection: Connection;
  readonly person: Person;
  readonly sinceMs: number;
  readonly topics: Set<TopicId>;
  readonly requests: TokenBucket;
  /** Private messages, each of which costs its recipient a decapsulation. */
  readonly sends: TokenBucket;
}

/** `stale-seq`: below the known one. `fork`: the known seq with other bytes. */
export type PublishOutcome = 'newer' | 'same' | 'stale-seq' | 'fork';

type DirectoryLimits = Pick<RelayLimits, 'absentPeople' | 'absentPeopleAgeMs'>;

/** Plain memory: who left is forgotten after a time, or when too many have left. */
export class Directory {
  readonly #limits: DirectoryLimits;
  readonly #people = new Map<PeerId, Person>();
  readonly #prefixes = new Map<PeerPrefix, Person>();
  /** Since when; the longest absent first. */
  readonly #absent = new Map<Person, number>();

  constructor(limits: DirectoryLimits) {
    this.#limits = limits;
  }

  /**
   * The person of a card that was just proven, new or known; a card below the known one is ignored
   * (its owner sees the higher seq in PRESENCE). `prefix-taken`: frames for the two would be mixed up.
   */
  enter(card: Card, bytes: Uint8Array): Person | 'prefix-taken' | 'fork' {
    const prefix = peerPrefix(card.id);
    const known = this.#prefixes.get(prefix);
    if (known === undefined) {
      const objects = { card: { seq: card.seq, bytes: bytes.slice() }, bundle: null };
      const { id, ed25519, nick } = card;
      const person: Person = { id, ed25519, nick, objects, login: null };
      this.#people.set(id, person);
      this.#prefixes.set(prefix, person);
      return person;
    }
    if (known.id !== card.id) return 'prefix-taken';
    return this.publishCard(known, card, bytes) === 'fork' ? 'fork' : known;
  }

  /** Marks the person as connected; whoever calls has ended the login before. */
  arrive(login: Login): void {
    login.person.login = login;
    this.#absent.delete(login.person);
  }

  /** True unless the person is already there with another connection. */
  leave(login: Login, nowMs: number): boolean {
    const { person } = login;
    if (person.login !== login) return false;
    person.login = null;
    this.#absent.set(person, nowMs);
    this.forgetAbsent(nowMs);
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
    return 'newer';
  }

  get(id: PeerId): Person | undefined {
    return this.#people.get(id);
  }

  /** The connected person whose ID begins with these 16 bytes. */
  recipient(prefix: PeerPrefix): Login | null {
    return this.#prefixes.get(prefix)?.login ?? null;
  }

  *present(): Generator<Login> {
    for (const { login } of this.#people.values()) if (login !== null) yield login;
  }

  forgetAbsent(nowMs: number): void {
    for (const [person, sinceMs] of this.#absent) {
      const isOld = nowMs - sinceMs > this.#limits.absentPeopleAgeMs;
      if (!isOld && this.#absent.size <= this.#limits.absentPeople) return;
      this.#absent.delete(person);
      this.#people.delete(person.id);
      this.#prefixes.delete(peerPrefix(person.id));
    }
  }
}

export function presenceOf({ id, objects, login }: Person): PresenceEntry {
  const bundleSeq = objects.bundle?.seq ?? 0n;
  return { id, online: login !== null, cardSeq: objects.card.seq, bundleSeq };
}
