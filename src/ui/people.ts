// Everybody this screen knows by key: how to name them without mixing two up. Knows no conversation.
import type { Person, Trust, Who } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { cleanNick, nickSkeleton } from '../protocol/nickname.ts';
import { RoomNames } from './room-names.ts';
import { type SafeText, safeTemplate, safeText } from './safe-text.ts';

/** A person whose name has been cleaned for the terminal. */
export interface KnownPerson extends Omit<Person, 'nick' | 'petname' | 'note' | 'status'> {
  readonly nick: SafeText;
  /** What they are called here: the petname where they have one, else the nick. */
  readonly name: SafeText;
  readonly hasPetname: boolean;
  readonly note: SafeText | null;
  readonly status: SafeText | null;
}

const MAX_NICK_LENGTH = 64;
/** Of a note or a status line. */
const MAX_LINE_LENGTH = 1_000;
/** Whoever makes keys by the thousand must not fill this machine's memory; the client keeps as many. */
const MAX_PEOPLE = 10_000;
const NOBODY: ReadonlySet<PeerId> = new Set();
const NO_CARD_YET = safeTemplate`anonymous`;

/**
 * A name without blanks, brackets or controls, even where the client let one through: what stands
 * behind a name, `(you)` or `verified`, is lanchat's.
 */
export function cleanNickname(nick: string): SafeText {
  return nick === ''
    ? NO_CARD_YET
    : safeText(cleanNick(safeText(nick)), { maxLength: MAX_NICK_LENGTH });
}

/** What somebody is called here. */
export function displayName({ petname, nick }: Pick<Who, 'petname' | 'nick'>): SafeText {
  return cleanNickname(petname ?? nick);
}

function lineOrNull(text: string | undefined): SafeText | null {
  return text === undefined || text === '' ? null : safeText(text, { maxLength: MAX_LINE_LENGTH });
}

/** A person as the terminal may show them. */
export function cleanPerson(person: Person): KnownPerson {
  const { nick, petname, note, status, ...rest } = person;
  return {
    ...{ ...rest, nick: cleanNickname(nick), name: displayName(person) },
    ...{ hasPetname: petname !== undefined, note: lineOrNull(note), status: lineOrNull(status) },
  };
}

/** `4f2a 91c0 …`: groups of four hex digits, as many as asked for. */
export function fingerprintWords(fingerprint: string, digits = 64): SafeText {
  const groups = fingerprint.slice(0, digits).match(/.{1,4}/g) ?? [];
  return safeText(groups.join(' '));
}

/** What views may ask: only the store adds to it. */
export type People = Pick<
  Directory,
  'get' | 'list' | 'label' | 'lookAlikes' | 'byLabel' | 'isReplaced'
> & {
  readonly rooms: Pick<RoomNames, 'label' | 'byLabel'>;
};

/** Everybody by key, and by the look of their name. Bounded: strangers who left go first. */
export class Directory {
  readonly #people = new Map<PeerId, KnownPerson>();
  // Who shares a skeleton: two names that look alike are told apart by their keys.
  readonly #bySkeleton = new Map<string, Set<PeerId>>();
  /** Of each person, those of the same skeleton: making one takes longer than all else of a label. */
  readonly #namesakesOf = new Map<PeerId, Set<PeerId>>();
  #sorted: readonly KnownPerson[] | null = null;
  /** Keys whose name has come with another one since; null: somebody has changed. */
  #replaced: ReadonlySet<PeerId> | null = null;
  /** What lines of lanchat's call the person at this keyboard: nobody else is called so without the digits of a key. */
  readonly #ourSkeleton = nickSkeleton(safeTemplate`you`);
  /** Groups are called by who is in them. */
  readonly rooms = new RoomNames((peer) => this.label(peer));

  set(person: Person): KnownPerson {
    const known = cleanPerson(person);
    const before = this.#people.get(known.fingerprint);
    if (before === undefined && this.#people.size >= MAX_PEOPLE) this.#dropOne();
    if (before?.name !== known.name) {
      if (before !== undefined) this.#unlist(before);
      this.#enlist(known);
    }
    if (before === undefined || isCalledOtherwise(before, known)) this.rooms.renamed();
    this.#people.set(known.fingerprint, known);
    this.#sorted = null;
    this.#replaced = null;
    return known;
  }

  /** How to call whoever said something; by the name that came with it where their card has not come. */
  meet(who: Who, online = true): SafeText {
    if (!this.#people.has(who.fingerprint)) {
      this.set({ ...who, online, ambiguous: false, keyChangedFrom: [] });
    }
    return this.label(who.fingerprint);
  }

  get(fingerprint: PeerId): KnownPerson | null {
    return this.#people.get(fingerprint) ?? null;
  }

  /** Who is here first, favourites before others, then by name; the same array until somebody changes. */
  list(): readonly KnownPerson[] {
    this.#sorted ??= [...this.#people.values()].sort(
      (a, b) =>
        Number(b.online) - Number(a.online) ||
        Number(b.favourite ?? false) - Number(a.favourite ?? false) ||
        compare(a, b),
    );
    return this.#sorted;
  }

  /** Whether its name has come with another key, which nobody has accepted or compared yet. */
  isReplaced(fingerprint: PeerId): boolean {
    this.#replaced ??= new Set(
      [...this.#people.values()].flatMap(({ keyChangedFrom }) => keyChangedFrom),
    );
    return this.#replaced.has(fingerprint);
  }

  /** `asha`, or `asha·4f2a` with as many digits as tell the key from its namesakes'; a petname is one person's alone. */
  label(fingerprint: PeerId): SafeText {
    const person = this.#people.get(fingerprint);
    if (person === undefined) return safeTemplate`${NO_CARD_YET}·${shortKey(fingerprint, 4)}`;
    if (person.hasPetname) return person.name;
    const isShared = person.ambiguous || this.#others(person).length > 0;
    if (!isShared && !this.#isCalledAsUs(person)) return person.name;
    return safeTemplate`${person.name}·${shortKey(fingerprint, this.#digitsNeeded(person))}`;
  }

  /** Everybody whose name is this one or looks like it. */
  lookAlikes(nick: string): readonly KnownPerson[] {
    return [...this.#namesakes(nick)]
      .map((fingerprint) => this.#people.get(fingerprint))
      .filter((person) => person !== undefined);
  }

  /** Who is meant by a label this directory made, `nick·4f2a`; empty for any other text. */
  byLabel(label: string): readonly KnownPerson[] {
    const [, nick, digits] = /^(.+)·([0-9a-f]{4,64})$/iu.exec(label) ?? [];
    if (nick === undefined || digits === undefined) return [];
    const prefix = digits.toLowerCase();
    return this.lookAlikes(nick).filter(
      (person) =>
        !person.hasPetname && person.nick === nick && person.fingerprint.startsWith(prefix),
    );
  }

  #namesakes(nick: string): ReadonlySet<PeerId> {
    return this.#bySkeleton.get(nickSkeleton(nick)) ?? NOBODY;
  }

  #enlist({ name, fingerprint }: KnownPerson): void {
    const skeleton = nickSkeleton(name);
    const namesakes = this.#bySkeleton.get(skeleton) ?? new Set();
    namesakes.add(fingerprint);
    this.#bySkeleton.set(skeleton, namesakes);
    this.#namesakesOf.set(fingerprint, namesakes);
  }

  #unlist({ name, fingerprint }: KnownPerson): void {
    const skeleton = nickSkeleton(name);
    const namesakes = this.#bySkeleton.get(skeleton);
    namesakes?.delete(fingerprint);
    this.#namesakesOf.delete(fingerprint);
    if (namesakes?.size === 0) this.#bySkeleton.delete(skeleton);
  }

  /** The one met longest ago among strangers who left, else among strangers, else among the unverified. */
  #dropOne(): void {
    const all = [...this.#people.values()];
    const dropped =
      all.find(({ trust, online }) => trust === 'new' && !online) ??
      all.find(({ trust }) => trust === 'new') ??
      all.find(({ trust }) => trust !== 'verified');
    if (dropped === undefined) return;
    this.#unlist(dropped);
    this.#people.delete(dropped.fingerprint);
  }

  /** Whoever is called as this person is, or looks so. */
  #others({ fingerprint }: KnownPerson): readonly PeerId[] {
    const namesakes = this.#namesakesOf.get(fingerprint) ?? NOBODY;
    return namesakes.size < 2 ? [] : [...namesakes].filter((id) => id !== fingerprint);
  }

  #isCalledAsUs({ fingerprint }: KnownPerson): boolean {
    const namesakes = this.#namesakesOf.get(fingerprint);
    return namesakes !== undefined && namesakes === this.#bySkeleton.get(this.#ourSkeleton);
  }

  #digitsNeeded(person: KnownPerson): number {
    const others = this.#others(person);
    for (const digits of [4, 8, 16]) {
      const prefix = person.fingerprint.slice(0, digits);
      if (!others.some((other) => other.startsWith(prefix))) return digits;
    }
    return 64;
  }
}

function isCalledOtherwise(before: KnownPerson, now: KnownPerson): boolean {
  return (
    before.name !== now.name ||
    before.hasPetname !== now.hasPetname ||
    before.ambiguous !== now.ambiguous
  );
}

function shortKey(fingerprint: PeerId, digits: number): SafeText {
  return safeText(fingerprint.slice(0, digits));
}

function compare(a: KnownPerson, b: KnownPerson): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.fingerprint < b.fingerprint ? -1 : 1;
}

/** What the screen says about a key. `new` and `known` are both unverified: nobody compared anything. */
export function trustWord(person: {
  readonly trust: Trust;
  readonly keyChangedFrom?: readonly PeerId[];
}): SafeText {
  if (person.keyChangedFrom !== undefined && person.keyChangedFrom.length > 0) {
    return safeTemplate`KEY CHANGED`;
  }
  return person.trust === 'verified' ? safeTemplate`verified` : safeTemplate`unverified`;
}
