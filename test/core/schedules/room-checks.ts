// What holds in a private room, whatever happens there: nobody reads what they must not, nobody hears who is out, all who
// are in agree, and what is missing is seen to be. Knows what a schedule says there, and looks at cores and events.
import { rooms as roomsOf } from '../../../src/core/commands.ts';
import type { Message } from '../../../src/core/events.ts';
import type { PrivateRoom } from '../../../src/core/private-state.ts';
import { headOfLog } from '../../../src/core/room-log.ts';
import type { RoomState } from '../../../src/core/room-state.ts';
import { counts } from '../../../src/core/strikes.ts';
import { hexFromBytes } from '../../../src/protocol/bytes.ts';
import { decodeText } from '../../../src/protocol/content.ts';
import type { Frame } from '../../../src/protocol/frames.ts';
import type { PeerId } from '../../../src/protocol/ids.ts';
import { decodeRoomRecord } from '../../../src/protocol/record.ts';
import type { FakePerson } from '../../support/fake-net.ts';
import { requireThat } from './world.ts';

/** What was said, and where in each person's events the round began in which it was. */
interface Said {
  readonly text: string;
  readonly from: FakePerson;
  readonly marks: ReadonlyMap<FakePerson, number>;
}

/** Of a text: what held when its writer sealed it, perhaps several times. */
interface Sealed {
  /** Who could read it, by its writer's log and strikes. */
  readonly readers: Set<PeerId>;
  /** Who knew when it was last sealed that its writer was out. */
  deaf: ReadonlySet<PeerId>;
  /** How much of the log its writer knew, at least. */
  operations: number;
  /** The blobs, by their tokens. */
  readonly tokens: Set<string>;
}

/** What somebody was shown up to some event of theirs. */
interface Shown {
  events: number;
  readonly texts: Set<string>;
  /** The highest number of each writer's texts. */
  readonly last: Map<PeerId, number>;
}

export class RoomChecks {
  /** Messages that were compared, and how many a reader lacked, with a gap shown. */
  readonly compared = { read: 0, missing: 0, operations: 0 };
  readonly #people: readonly FakePerson[];
  readonly #name: string;
  readonly #writers = new Map<string, FakePerson>();
  readonly #sealed = new Map<string, Sealed>();
  readonly #shown = new Map<FakePerson, Shown>();
  /** What everybody in the room has to read, or to miss visibly. */
  #said: Said[] = [];
  /** Where in each person's events the round began. */
  #marks: ReadonlyMap<FakePerson, number> = new Map();

  constructor(people: readonly FakePerson[], name: string) {
    this.#people = people;
    this.#name = name;
    this.beginRound();
  }

  beginRound(): void {
    this.#marks = new Map(this.#people.map((person) => [person, person.events.length]));
  }

  /** `text` is nobody else's. */
  noteSaid(from: FakePerson, text: string): void {
    this.#writers.set(text, from);
    this.#said.push({ text, from, marks: this.#marks });
  }

  /** What its writer knows of the room when it seals is who may read it. */
  noteSealed(person: FakePerson, frame: Frame): void {
    if (frame.type !== 'fanout') return;
    const room = person.core.rooms.get(this.#name);
    const inner = room?.private ?? null;
    const out = room?.outbox.find(
      ({ sealed }) => sealed !== null && isSame(sealed.blob, frame.blob),
    );
    if (inner === null || out === undefined) return;
    const { text } = decodeText(decodeRoomRecord(out.bytes).content);
    const operations = inner.log.heads.length;
    const sealed = this.#sealed.get(text) ?? newSealed(operations);
    this.#sealed.set(text, sealed);
    for (const id of inner.log.members) if (!isStruck(inner, id)) sealed.readers.add(id);
    const token = hexFromBytes(frame.token);
    if (sealed.tokens.has(token)) return;
    sealed.tokens.add(token);
    sealed.operations = Math.min(sealed.operations, operations);
    sealed.deaf = new Set(this.#whoKnowsOut(person, operations));
  }

  /** Who knows all of the room that somebody knows who speaks there, and that they are out by now. */
  #whoKnowsOut({ id }: FakePerson, operations: number): PeerId[] {
    return this.#people.flatMap((other) => {
      const log = other.core.rooms.get(this.#name)?.private?.log;
      const knows = log !== undefined && log.heads.length >= operations && !log.members.has(id);
      return knows ? [other.id] : [];
    });
  }

  /** Everybody who shows a message was among those whom its writer meant, and sees each once, in its order. */
  requireNothingLeaked(): void {
    for (const person of this.#people) {
      const shown = this.#shownTo(person);
      for (const event of person.events.slice(shown.events)) {
        if (event.type !== 'message' || event.message.state !== null) continue;
        if (event.message.kind === 'change') continue;
        this.#requireRightly(person, shown, event.message);
      }
      shown.events = person.events.length;
    }
  }

  #requireRightly(person: FakePerson, { texts, last }: Shown, { text, from }: Message): void {
    requireThat(!texts.has(text), `${person.name} shows ${text} twice`);
    texts.add(text);
    const sealed = this.#sealed.get(text);
    const isMeant = sealed?.readers.has(person.id) === true;
    requireThat(isMeant, `${person.name} reads ${text}, and must not`);
    const isDeaf = sealed?.deaf.has(person.id) === true;
    requireThat(!isDeaf, `${person.name} hears ${text} of who was out`);
    const log = person.core.rooms.get(this.#name)?.private?.log ?? null;
    const isKnown = log === null || log.heads.length >= (sealed?.operations ?? 0);
    requireThat(
      isKnown,
      `${person.name} shows ${text}, and not yet what its writer knew of the room`,
    );
    const writer = this.#writers.get(text);
    requireThat(writer?.id === from.fingerprint, `${text} is shown as ${from.nick}'s`);
    const number = Number(text.slice(1));
    const before = last.get(from.fingerprint) ?? -1;
    requireThat(before < number, `${person.name} shows ${text} after t${before}`);
    last.set(from.fingerprint, number);
  }

  #shownTo(person: FakePerson): Shown {
    const known = this.#shown.get(person);
    if (known !== undefined) return known;
    const shown: Shown = { events: 0, texts: new Set(), last: new Map() };
    this.#shown.set(person, shown);
    return shown;
  }

  /** What somebody was shown, up to the last check. */
  hasRead(person: FakePerson, text: string): boolean {
    return this.#shownTo(person).texts.has(text);
  }

  requireAgreement(): void {
    const owner = this.owner();
    if (owner === null) return;
    const { log } = this.inner(owner);
    const head = hexFromBytes(headOfLog(log).hash);
    this.compared.operations = log.heads.length;
    for (const person of this.#people) {
      const isIn = log.members.has(person.id);
      const isThere = roomsOf(person.core, true).some(({ name }) => name === this.#name);
      requireThat(
        isIn === isThere,
        `${person.name} is ${isIn ? '' : 'not '}in, and thinks otherwise`,
      );
      if (!isIn) continue;
      const theirs = hexFromBytes(headOfLog(this.inner(person).log).hash);
      requireThat(theirs === head, `${person.name} has another log than ${owner.name}`);
      const bad = person.errors.filter((code) => code === 'room-forked' || code === 'forged');
      requireThat(bad.length === 0, `${person.name} was told ${bad.join(', ')}`);
    }
  }

  /** Who was in all the time reads all that `speakers`, who have just spoken, said before, or is shown that something is missing. */
  requireWhole(speakers: ReadonlySet<FakePerson>): void {
    // The last of what somebody said, lost, shows with the next: it is not asked for while they can't speak.
    const due = this.#said.filter(({ from }) => speakers.has(from));
    this.#said = this.#said.filter(({ from }) => !speakers.has(from));
    for (const { text, from, marks } of due) {
      for (const reader of this.#people) {
        if (reader === from || this.#sealed.get(text)?.readers.has(reader.id) !== true) continue;
        const since = marks.get(reader) ?? 0;
        if (!this.#stayed(reader, since)) continue;
        if (this.#shownTo(reader).texts.has(text)) this.compared.read++;
        else {
          this.compared.missing++;
          const isOut = !this.#stayed(from, marks.get(from) ?? 0);
          requireThat(
            isOut || isGapShown(reader, from, since),
            `${reader.name} lacks ${text} of ${from.name}, unseen`,
          );
        }
      }
    }
  }

  /** In the room since then, without a break. */
  #stayed(person: FakePerson, since: number): boolean {
    if (!roomsOf(person.core, true).some(({ name }) => name === this.#name)) return false;
    return !person.events
      .slice(since)
      .some(
        (event) =>
          event.type === 'room-left' ||
          (event.type === 'message' &&
            event.message.change?.what === 'added' &&
            event.message.change.who.some(({ fingerprint }) => fingerprint === person.id)),
      );
  }

  owner(): FakePerson | null {
    return (
      this.#people.find((person) => person.core.rooms.get(this.#name)?.private?.pen != null) ?? null
    );
  }

  room(person: FakePerson): RoomState {
    const room = person.core.rooms.get(this.#name);
    if (room === undefined) throw new Error(`${person.name} is not in the room`);
    return room;
  }

  inner(person: FakePerson): PrivateRoom {
    const inner = this.room(person).private;
    if (inner === null) throw new Error('the room is public');
    return inner;
  }
}

function newSealed(operations: number): Sealed {
  return { readers: new Set(), deaf: new Set(), operations, tokens: new Set() };
}

function isStruck({ log, strikes }: PrivateRoom, id: PeerId): boolean {
  return strikes.some((strike) => strike.target === id && counts(log, strike));
}

function isGapShown(reader: FakePerson, from: FakePerson, since: number): boolean {
  return reader.events
    .slice(since)
    .some((event) => event.type === 'gap' && event.from.fingerprint === from.id);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
