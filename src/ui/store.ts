// What the screen knows: events and keys change it, views read it. No React, no session, no terminal.
import type { Link, Person, Preferences, Room, Snapshot, Who } from '../client/api.ts';
import type { BoundKeys } from './bound-keys.ts';
import type { ScreenSize } from './frame-sink.ts';
import type { Overlay } from './overlay.ts';
import { cleanNickname, Directory, type KnownPerson } from './people.ts';
import { isRequest, type RoomCallers, type Trusts } from './room-words.ts';
import { type SafeText, safeTemplate } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { Palette } from './spans.ts';
import { type StoreOptions, WindowStore } from './window-store.ts';

const LEFT = safeTemplate`You are in this room no more; /part closes this window.`;

/** The windows, and what is known around them: oneself, the link, people, rooms, the terminal. */
export class ScreenStore extends WindowStore {
  readonly #people: Directory;
  readonly #rooms: Map<string, Room>;

  constructor(options: StoreOptions) {
    const people = new Directory();
    const rooms = new Map<string, Room>();
    super(options, { people, rooms });
    this.#people = people;
    this.#rooms = rooms;
  }

  setSelf(self: Snapshot['self']): void {
    this.#people.rooms.setSelf(self.fingerprint);
    const { nick, fingerprint, hidden = false } = self;
    this.fields.self = { nick: cleanNickname(nick), fingerprint, hidden };
  }

  setReady(ready: boolean): void {
    this.fields.ready = ready;
    this.notifySoon();
  }

  setLink(link: Link): void {
    const { searchingSinceMs } = this.fields;
    this.fields.link = link;
    this.fields.linkSinceMs = this.now();
    this.fields.searchingSinceMs =
      link.state === 'searching' ? (searchingSinceMs ?? this.now()) : null;
    this.notifySoon();
  }

  setPerson(person: Person): KnownPerson {
    const before = this.#people.get(person.fingerprint);
    const known = this.#people.set(person);
    if (before?.favourite !== known.favourite) this.reorder();
    this.notifySoon();
    return known;
  }

  /**
   * How to call whoever said something: their card may come after their first words. `online`: they
   * said it now.
   */
  meet(who: Who, online = true): SafeText {
    const { self } = this.fields;
    return who.fingerprint === self?.fingerprint ? self.nick : this.#people.meet(who, online);
  }

  /** How people and rooms are called in lanchat's own sentences. */
  get callers(): RoomCallers & Trusts {
    const { people } = this.fields;
    return {
      label: (peer) => people.label(peer),
      get: (peer) => people.get(peer),
      meet: (who) => this.meet(who),
      rooms: people.rooms,
    };
  }

  setEphemeral(ephemeral: boolean): void {
    this.fields.ephemeral = ephemeral;
  }

  setStorageProblem(problem: SafeText | null): void {
    this.fields.storageProblem = problem;
    this.notifySoon();
  }

  setRoom(room: Room): void {
    this.#rooms.set(room.name, room);
    this.#people.rooms.set(room);
    this.conversation(room.name);
    this.notifySoon();
  }

  /**
   * We are in a room no more. The window of a private one stays, with what was said there, until somebody closes it: who is
   * taken out should see why.
   */
  leftRoom(name: string): void {
    const room = this.#rooms.get(name);
    const isKept = room !== undefined && room.kind !== 'public' && !isRequest(room);
    if (!isKept) {
      this.dropRoom(name);
      return;
    }
    this.#rooms.delete(name);
    this.add(name, { kind: 'notice', tone: 'plain', text: LEFT });
  }

  /** The room has been left: it is not ours any more, and its window goes. */
  dropRoom(name: string): void {
    this.#rooms.delete(name);
    this.closeConversation(name);
  }

  /** Whether Ctrl+C quits, the next time. */
  armQuit(armed: boolean): void {
    if (this.fields.quitArmed === armed) return;
    this.fields.quitArmed = armed;
    this.notifyNow();
  }

  setSize(size: ScreenSize): void {
    this.fields.size = size;
    this.notifyNow();
  }

  /** Which keys do what from now on. */
  setKeys(keys: BoundKeys): void {
    this.fields.keys = keys;
    this.notifyNow();
  }

  setPalette(palette: Palette): void {
    this.fields.palette = palette;
    this.notifyNow();
  }

  setPreferences({ collapsed }: Preferences): void {
    this.fields.collapsed = collapsed;
    this.notifyNow();
  }

  setHosting(hosting: ScreenState['hosting']): void {
    this.fields.hosting = hosting;
    this.notifyNow();
  }

  setOverlay(overlay: Overlay | null): void {
    this.fields.overlay = overlay;
    this.fields.completion = null;
    this.notifyNow();
  }
}
