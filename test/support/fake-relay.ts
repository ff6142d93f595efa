// A relay in memory that forwards as src/relay does: blind, in order, presence and rosters batched. Opens no blob.
import { openBundle, openCard } from '../../src/crypto/signed-objects.ts';
import { equalBytes, hexFromBytes } from '../../src/protocol/bytes.ts';
import type { Code } from '../../src/protocol/codes.ts';
import { decodeHeader } from '../../src/protocol/envelope.ts';
import type {
  Frame,
  FrameOf,
  JoinProof,
  ObjectKind,
  PresenceEntry,
  RosterEntry,
} from '../../src/protocol/frames.ts';
import { type PeerId, type PeerPrefix, peerPrefix, type TopicId } from '../../src/protocol/ids.ts';
import { MAX_ROSTER_ENTRIES } from '../../src/protocol/limits.ts';

/** A connection as the relay sees it. */
export interface Port {
  readonly id: PeerId;
  send(frame: Frame): void;
}

interface Published {
  readonly seq: bigint;
  readonly bytes: Uint8Array;
}

interface Known {
  readonly id: PeerId;
  card: Published;
  bundle: Published | null;
  port: Port | null;
  hidden: boolean;
}

interface Logged {
  readonly rseq: bigint;
  readonly sender: PeerId;
  readonly token: string;
  readonly blob: Uint8Array;
}

interface Topic {
  readonly id: TopicId;
  head: bigint;
  readonly roster: Map<PeerId, RosterEntry>;
  readonly changed: Set<PeerId>;
  readonly subscribers: Map<Port, 'joined' | 'guest'>;
  log: Logged[];
}

interface Letter {
  readonly rseq: bigint;
  /** Of the sender and their token. */
  readonly key: string;
  readonly blob: Uint8Array;
}

/** What outlives a run of the relay; connections are none of it. */
export interface RelayDisk {
  readonly people: Map<PeerPrefix, Known>;
  readonly topics: Map<TopicId, Topic>;
  readonly mail: Map<PeerPrefix, Letter[]>;
  /** Of what was acknowledged. */
  readonly tokens: Set<string>;
  lastRseq: bigint;
}

export interface FakeRelayOptions {
  readonly startMs: number;
  /** Blobs kept for somebody away; 0: none. */
  readonly mailbox: number;
}

/** Blobs in one page of a mailbox: few, so that tests see several. */
const FETCH_BLOBS = 4;

export class FakeRelay {
  #people = new Map<PeerPrefix, Known>();
  #topics = new Map<TopicId, Topic>();
  #mail = new Map<PeerPrefix, Letter[]>();
  #tokens = new Set<string>();
  #lastRseq: bigint;
  readonly #changed = new Set<Known>();
  readonly #startMs: number;
  readonly #mailbox: number;
  /** Asked to call `tell` in a moment. */
  readonly #soon: () => void;

  constructor({ startMs, mailbox }: FakeRelayOptions, soon: () => void) {
    this.#startMs = startMs;
    this.#lastRseq = BigInt(startMs) << 20n;
    this.#mailbox = mailbox;
    this.#soon = soon;
  }

  get disk(): RelayDisk {
    return {
      ...{ people: this.#people, topics: this.#topics, mail: this.#mail, tokens: this.#tokens },
      lastRseq: this.#lastRseq,
    };
  }

  /** A run before this one wrote it; nobody is connected. */
  set disk({ people, topics, mail, tokens, lastRseq }: RelayDisk) {
    for (const known of people.values()) known.port = null;
    for (const topic of topics.values()) {
      topic.subscribers.clear();
      for (const [id, entry] of topic.roster) topic.roster.set(id, { ...entry, here: false });
    }
    this.#people = people;
    this.#topics = topics;
    this.#mail = mail;
    this.#tokens = tokens;
    if (lastRseq > this.#lastRseq) this.#lastRseq = lastRseq;
  }

  /** Blobs that wait for somebody. */
  waiting(id: PeerId): number {
    return this.#mail.get(peerPrefix(id))?.length ?? 0;
  }

  login(port: Port, card: Uint8Array, hidden = false): void {
    const { id, seq } = openCard(card);
    const known = this.#people.get(peerPrefix(id));
    const fresh = { seq, bytes: card };
    const person = known ?? { id, card: fresh, bundle: null, port: null, hidden };
    const wasShown = person.port !== null && !person.hidden;
    if (person.port !== null) this.#leaveTopics(person.port);
    if (seq > person.card.seq) person.card = fresh;
    person.port = port;
    person.hidden = hidden;
    this.#people.set(peerPrefix(id), person);
    const here = [...this.#people.values()].filter((other) => isShown(other));
    port.send({ type: 'presence', req: 0, complete: true, entries: here.map(presenceOf) });
    if (!hidden || wasShown) this.#tellOf(person);
  }

  /** The relay has noticed that a connection ended. */
  lost(port: Port): void {
    this.#leaveTopics(port);
    const person = this.#people.get(peerPrefix(port.id));
    if (person?.port !== port) return;
    person.port = null;
    if (!person.hidden) this.#tellOf(person);
  }

  take(port: Port, frame: Frame): void {
    const outcome = this.#answer(port, frame);
    if (outcome === null) return;
    const { req } = frame;
    if (outcome === 'done') port.send({ type: 'done', req });
    else port.send({ type: 'error', req, code: outcome });
  }

  /** Sends what changed since the last call, as one frame a connection. */
  tell(): void {
    const entries = [...this.#changed].map(presenceOf);
    this.#changed.clear();
    for (const { port } of this.#people.values()) {
      if (entries.length > 0) port?.send({ type: 'presence', req: 0, complete: true, entries });
    }
    for (const topic of this.#topics.values()) {
      const changes = [...topic.changed].flatMap((id) => topic.roster.get(id) ?? []);
      topic.changed.clear();
      if (changes.length === 0) continue;
      for (const port of topic.subscribers.keys()) sendRoster(port, 0, topic, changes);
    }
  }

  #answer(port: Port, frame: Frame): 'done' | Code | null {
    switch (frame.type) {
      case 'publish':
        return this.#publish(port, frame.kind, frame.object);
      case 'get':
        port.send({ type: 'found', req: frame.req, kind: frame.kind, objects: this.#find(frame) });
        return null;
      case 'send':
        return frame.ttlSeconds > 0 ? this.#store(port, frame) : this.#deliver(frame);
      case 'fetch':
        this.#fetch(port, frame);
        return null;
      case 'ack':
        this.#acknowledge(port, frame);
        return null;
      case 'fanout':
        return this.#fanOut(port, frame);
      case 'sub':
        return this.#subscribe(port, frame);
      case 'unsub':
        return this.#unsubscribe(port, frame);
      case 'hide':
        return this.#hide(port, frame);
      default:
        throw new Error(`a client sent ${frame.type}`);
    }
  }

  #publish(port: Port, kind: ObjectKind, object: Uint8Array): 'done' | Code {
    const person = this.#people.get(peerPrefix(port.id));
    if (person === undefined) return 'internal';
    const known = person[kind];
    const seq =
      kind === 'card' ? openCard(object).seq : openBundle(object, openCard(person.card.bytes)).seq;
    if (known !== null && seq < known.seq) return 'stale-seq';
    if (known !== null && seq === known.seq) {
      return equalBytes(known.bytes, object) ? 'done' : 'fork';
    }
    person[kind] = { seq, bytes: object };
    if (!person.hidden) this.#tellOf(person);
    return 'done';
  }

  #find({ kind, ids }: FrameOf<'get'>): Uint8Array[] {
    return ids.flatMap((id) => this.#people.get(peerPrefix(id))?.[kind]?.bytes ?? []);
  }

  #deliver({ blob }: FrameOf<'send'>): 'done' | Code {
    const header = decodeHeader(blob);
    if (header.kind !== 'direct') throw new Error('send of a room blob');
    const recipient = this.#people.get(header.recipient);
    const port = recipient?.port;
    if (port === null || port === undefined || recipient?.hidden === true) return 'not-here';
    port.send({ type: 'deliver', req: 0, rseq: 0n, blob });
    return 'done';
  }

  #store(from: Port, { blob, token }: FrameOf<'send'>): 'done' | Code {
    const header = decodeHeader(blob);
    if (header.kind !== 'direct') throw new Error('send of a room blob');
    const person = this.#people.get(header.recipient);
    if (person === undefined || this.#mailbox === 0) return 'not-here';
    const box = this.#mail.get(header.recipient) ?? [];
    const key = `${from.id} ${hexFromBytes(token)}`;
    if (this.#tokens.has(key) || box.some((letter) => letter.key === key)) return 'done';
    if (box.length >= this.#mailbox) return 'quota';
    const rseq = ++this.#lastRseq;
    this.#mail.set(header.recipient, [...box, { rseq, key, blob }]);
    person.port?.send({ type: 'deliver', req: 0, rseq, blob });
    return 'done';
  }

  #fetch(port: Port, { req, after }: FrameOf<'fetch'>): void {
    const box = this.#mail.get(peerPrefix(port.id)) ?? [];
    const newer = box.filter(({ rseq }) => rseq > after);
    for (const { rseq, blob } of newer.slice(0, FETCH_BLOBS)) {
      port.send({ type: 'deliver', req: 0, rseq, blob });
    }
    port.send({ type: newer.length > FETCH_BLOBS ? 'done' : 'drained', req });
  }

  #acknowledge(port: Port, { rseqs }: FrameOf<'ack'>): void {
    const prefix = peerPrefix(port.id);
    const box = this.#mail.get(prefix) ?? [];
    for (const { rseq, key } of box) if (rseqs.includes(rseq)) this.#tokens.add(key);
    this.#mail.set(
      prefix,
      box.filter(({ rseq }) => !rseqs.includes(rseq)),
    );
  }

  #fanOut(port: Port, { blob, token }: FrameOf<'fanout'>): 'done' | Code {
    const header = decodeHeader(blob);
    if (header.kind !== 'room') throw new Error('fanout of a private blob');
    const topic = this.#topics.get(header.topic);
    if (topic?.subscribers.has(port) !== true) return 'not-subscribed';
    const key = hexFromBytes(token);
    if (topic.log.some((logged) => logged.token === key)) return 'done';
    const rseq = ++topic.head;
    topic.log.push({ rseq, sender: port.id, token: key, blob });
    for (const [other, standing] of topic.subscribers) {
      if (other !== port && standing === 'joined') {
        other.send({ type: 'deliver', req: 0, rseq, blob });
      }
    }
    return 'done';
  }

  #subscribe(port: Port, { req, topic: id, cursor, join }: FrameOf<'sub'>): Code | null {
    const topic = this.#topics.get(id) ?? this.#open(id);
    const standing = join.standing === 'joined' ? 'joined' : 'guest';
    if (standing === 'joined') {
      const known = topic.roster.get(port.id);
      if (known !== undefined && join.seq < known.join.seq) return 'stale-seq';
      const here = this.#people.get(peerPrefix(port.id))?.hidden !== true;
      const isKnown = known?.here === false && known.join.standing === 'joined';
      if (here || !isKnown) this.#record(topic, { id: port.id, here, join });
    }
    topic.subscribers.set(port, standing);
    sendRoster(port, req, topic, [...topic.roster.values()]);
    if (standing === 'guest' || cursor === 0n) return null;
    for (const { rseq, sender, blob } of topic.log) {
      if (rseq > cursor && sender !== port.id) port.send({ type: 'deliver', req: 0, rseq, blob });
    }
    return null;
  }

  #unsubscribe(port: Port, { topic: id, join }: FrameOf<'unsub'>): 'done' | Code {
    const topic = this.#topics.get(id);
    if (topic?.subscribers.has(port) !== true) return 'not-subscribed';
    if (join.standing !== 'left') throw new Error('a client sent unsub without a leave');
    this.#record(topic, { id: port.id, here: false, join });
    this.#leave(topic, port);
    return 'done';
  }

  #hide(port: Port, { hidden }: FrameOf<'hide'>): 'done' | Code {
    const person = this.#people.get(peerPrefix(port.id));
    if (person === undefined) return 'internal';
    person.hidden = hidden;
    this.#tellOf(person);
    for (const topic of this.#topics.values()) {
      const entry = topic.roster.get(port.id);
      if (hidden && entry?.here) this.#record(topic, { ...entry, here: false });
    }
    return 'done';
  }

  #open(id: TopicId): Topic {
    const topic: Topic = {
      ...{ id, head: BigInt(this.#startMs) << 20n, log: [] },
      ...{ roster: new Map(), changed: new Set(), subscribers: new Map() },
    };
    this.#topics.set(id, topic);
    return topic;
  }

  #record(topic: Topic, entry: { id: PeerId; here: boolean; join: JoinProof }): void {
    topic.roster.set(entry.id, entry);
    topic.changed.add(entry.id);
    this.#soon();
  }

  #leave(topic: Topic, port: Port): void {
    const standing = topic.subscribers.get(port);
    topic.subscribers.delete(port);
    const entry = topic.roster.get(port.id);
    if (standing === 'joined' && entry?.here) this.#record(topic, { ...entry, here: false });
  }

  #leaveTopics(port: Port): void {
    for (const topic of this.#topics.values()) this.#leave(topic, port);
  }

  #tellOf(person: Known): void {
    this.#changed.add(person);
    this.#soon();
  }
}

function isShown({ port, hidden }: Known): boolean {
  return port !== null && !hidden;
}

function presenceOf(known: Known): PresenceEntry {
  const { id, card, bundle } = known;
  return { id, online: isShown(known), cardSeq: card.seq, bundleSeq: bundle?.seq ?? 0n };
}

function sendRoster(port: Port, req: number, topic: Topic, all: readonly RosterEntry[]): void {
  for (let from = 0; from === 0 || from < all.length; from += MAX_ROSTER_ENTRIES) {
    const entries = all.slice(from, from + MAX_ROSTER_ENTRIES);
    const complete = from + MAX_ROSTER_ENTRIES >= all.length;
    port.send({ type: 'roster', req, topic: topic.id, complete, head: topic.head, entries });
  }
}
