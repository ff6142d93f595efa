// How rooms are called before people: a private one by its title, a group by who is in it. Knows no window.
import type { Room } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { cleanTitle, nickSkeleton } from '../protocol/nickname.ts';
import { type SafeText, safeTemplate, safeText } from './safe-text.ts';

/** Digits of a room's name that tell it from others, as people type them. */
const SHOWN_DIGITS = 8;
const MAX_NAMED_MEMBERS = 3;
const MAX_NAME_LENGTH = 64;
/** Several times what anybody is in: strangers can put people into groups, and out again. */
const MAX_ROOMS = 1_000;

/** `#name`, or `+` and what a private one is called by: no person's name begins so. */
export function isRoomName(text: string): boolean {
  return /^[#+]/.test(text);
}

/** `+4f2a91c0`: what to type where a title is not enough. */
export function shortRoomName(name: string): SafeText {
  return safeText(name.startsWith('+') ? name.slice(0, 1 + SHOWN_DIGITS) : name, {
    maxLength: MAX_NAME_LENGTH,
  });
}

/** What somebody typed to name a private room, as commands take it: also a label, `+ward 3·4f2a91c0`. */
export function roomQuery(typed: string): string {
  const [, digits] = /^\+.*·([0-9a-f]{8,64})$/iu.exec(typed.trim()) ?? [];
  return digits === undefined ? typed.trim() : `+${digits}`;
}

/** What a private room is called, as long as nobody is called otherwise. */
interface Called {
  /** Empty where its title says nothing. */
  readonly words: SafeText;
  /** Two rooms that share one of these would look alike. */
  readonly looks: readonly string[];
}

interface Shown {
  readonly called: ReadonlyMap<string, Called>;
  /** How many rooms have it. */
  readonly looks: ReadonlyMap<string, number>;
}

/** Ends as the short name of a room does, or as the label of a person: whoever reads it takes it for one of those. */
const LIKE_DIGITS = /(?:^|·)[0-9a-f]{8,64}$/iu;

/** What a room was called last stays known: lines of one that was left still name it. */
export class RoomNames {
  readonly #rooms = new Map<string, Room>();
  #shown: Shown | null = null;
  readonly #nameOf: (peer: PeerId) => SafeText;
  #self: PeerId | null = null;

  constructor(nameOf: (peer: PeerId) => SafeText) {
    this.#nameOf = nameOf;
  }

  setSelf(self: PeerId): void {
    this.#self = self;
    this.#shown = null;
  }

  /** Somebody is called otherwise now. */
  renamed(): void {
    this.#shown = null;
  }

  set(room: Room): void {
    this.#rooms.set(room.name, room);
    this.#shown = null;
    for (const oldest of this.#rooms.keys()) {
      if (this.#rooms.size <= MAX_ROOMS) break;
      this.#rooms.delete(oldest);
    }
  }

  /** `#name`, `+title`, or of a group `+asha,ravi`; with the first digits where another would look the same. */
  label(name: string): SafeText {
    this.#shown ??= this.#show();
    const { called, looks } = this.#shown;
    const { words, looks: own } = called.get(name) ?? NOT_CALLED;
    if (words === '') return shortRoomName(name);
    const isOne = own.every((look) => looks.get(look) === 1) && !LIKE_DIGITS.test(words);
    if (isOne) return safeTemplate`+${words}`;
    return safeTemplate`+${words}·${safeText(name.slice(1, 1 + SHOWN_DIGITS))}`;
  }

  /** All together, because each room may look like any other: looked at once until something changes. */
  #show(): Shown {
    const called = new Map<string, Called>();
    const looks = new Map<string, number>();
    for (const room of this.#rooms.values()) {
      if (room.kind === 'public') continue;
      const words = room.kind === 'group' ? this.#group(room.members) : titleOf(room.title);
      const own = looksOf(room, words === '' ? shortRoomName(room.name).slice(1) : words);
      called.set(room.name, { words, looks: own });
      for (const look of own) looks.set(look, (looks.get(look) ?? 0) + 1);
    }
    return { called, looks };
  }

  /** The one room that is shown so, in either case; null: none, or several. */
  byLabel(label: string): string | null {
    const wanted = label.trim().toLowerCase();
    const found = [...this.#rooms.keys()].filter(
      (name) => this.label(name).toLowerCase() === wanted,
    );
    return found.length === 1 ? (found[0] ?? null) : null;
  }

  #group(members: readonly PeerId[]): SafeText {
    const others = members.filter((member) => member !== this.#self);
    const [first, ...rest] = others.slice(0, MAX_NAMED_MEMBERS).map(this.#nameOf);
    if (first === undefined) return safeTemplate`only you`;
    const names = rest.reduce((all, name) => safeTemplate`${all},${name}`, first);
    return others.length > MAX_NAMED_MEMBERS ? safeTemplate`${names},…` : names;
  }
}

/** Letters, digits, single blanks and `_.-` alone, even where the client let more through; empty: none. */
function titleOf(title: string): SafeText {
  return safeText(cleanTitle(title), { maxLength: MAX_NAME_LENGTH });
}

const NOT_CALLED: Called = { words: safeText(''), looks: [] };

/** By what is shown, in whatever order people are named, and of a group by who is in it, too. */
function looksOf({ kind, members }: Room, shown: string): string[] {
  const look = nickSkeleton(shown).split(',').sort().join();
  return kind === 'group' ? [look, `=${[...members].sort().join()}`] : [look];
}
