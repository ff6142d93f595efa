// What arrives, as lines of the plain interface. For a screen reader of the conversation in front alone, and a short line
// for others; else of all of them. Asks nobody but the read marks.
import type { ClientEvent, Message, Person, Snapshot, StoredMessage } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { comparisonWords, type WordsEvent } from '../ui/comparison.ts';
import type { ConversationKey } from '../ui/conversation.ts';
import { destinationOf, keyOfMessage } from '../ui/message-line.ts';
import { cleanNickname, type Directory, fingerprintWords } from '../ui/people.ts';
import type { ReadMarks } from '../ui/read-marks.ts';
import { isAsking, questionWords } from '../ui/room-tasks.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { calendarDay } from '../ui/words.ts';
import { eventLine, messageLines, ownLine, Quotes, type Show } from './lines.ts';
import { Shown } from './plain-changes.ts';
import type { Comings } from './plain-comings.ts';
import type { Deliveries } from './plain-deliveries.ts';
import type { PlainLink } from './plain-link.ts';
import type { Places } from './plain-places.ts';
import { PlainTransfers } from './plain-transfers.ts';

const MAX_STICKER_LENGTH = 40;

export interface PlainEventsOptions {
  readonly show: Show;
  readonly people: Directory;
  readonly places: Places;
  readonly marks: ReadMarks;
  readonly link: PlainLink;
  readonly deliveries: Deliveries;
  readonly comings: Comings;
  /** Of the conversation in front alone, drawings as words. */
  readonly isSpoken: boolean;
  /** Where one is may be called otherwise now, or be gone. */
  readonly placeChanged: () => void;
}

export class PlainEvents {
  readonly #options: PlainEventsOptions;
  readonly #quotes = new Quotes();
  readonly #shown = new Shown();
  readonly #transfers: PlainTransfers;
  /** Lines have the time alone: where a day begins, that is a line of its own. */
  #day: SafeText;

  constructor(options: PlainEventsOptions) {
    this.#options = options;
    const { show, people } = options;
    this.#transfers = new PlainTransfers({
      ...{ show, people, nowMs: () => performance.now() },
      isSilent: ({ conversation }) =>
        this.#isSilent('room' in conversation ? conversation.room : conversation.peer),
    });
    this.#day = calendarDay(Date.now());
  }

  /** Lines of a message of before, as it was said; none for what was shown already. */
  unread(message: StoredMessage): readonly SafeText[] {
    if (this.#shown.has(message.id) || message.from.ignored === true) return [];
    return this.#linesOf(message);
  }

  /** Keys that changed while nobody looked. */
  begin(snapshot: Snapshot): void {
    const { show, people } = this.#options;
    for (const person of snapshot.people) {
      for (const was of person.keyChangedFrom) {
        const wasVerified = snapshot.people.some(
          ({ fingerprint, trust }) => fingerprint === was && trust === 'verified',
        );
        const { nick, fingerprint: now } = person;
        show(...keyChangeLines({ nick, was, now, wasVerified }, people));
      }
    }
  }

  /** `isEarly`: it came before what history counts as unread was asked for. */
  take(event: ClientEvent, isEarly = false): void {
    const { people, places, link, deliveries } = this.#options;
    if (event.type === 'person') this.#tellPresence(event.person);
    if (event.type === 'room') {
      people.rooms.set(event.room);
      places.setRoom(event.room);
    }
    if (event.type === 'room' || event.type === 'person') this.#options.placeChanged();
    deliveries.take(event);
    switch (event.type) {
      case 'message':
        this.#message(event.message, isEarly);
        return;
      case 'message-changed':
        this.#changed(event.message);
        return;
      case 'link':
        link.take(event.link);
        return;
      case 'joined':
      case 'left':
        this.#coming(event);
        return;
      default:
        this.#tell(event);
    }
  }

  #tell(event: Exclude<ClientEvent, { type: 'message' | 'message-changed' | 'link' }>): void {
    const { show, people, link } = this.#options;
    switch (event.type) {
      case 'invitation':
        if (isAsking(event.invitation)) {
          show(ownLine(questionWords(event.invitation, people)));
        }
        return;
      case 'room-left':
        this.#left(event.room);
        return;
      case 'key-changed':
        show(...keyChangeLines({ ...event, wasVerified: event.trust === 'verified' }, people));
        return;
      case 'words':
        show(...wordsLines(event, people));
        return;
      case 'gap':
        if (!this.#isSilent(event.room ?? event.from.fingerprint)) this.#line(event);
        return;
      case 'file':
        this.#transfers.take(event.transfer);
        return;
      case 'storage':
        link.storage(event.problem);
        this.#line(event);
        return;
      // What stands on the terminal stays there; whoever deletes it here is answered.
      case 'deleted':
      // The link's own event says why.
      case 'disconnected':
      // What becomes of one's own messages is said in other words.
      case 'receipt':
        return;
      default:
        this.#line(event);
    }
  }

  #line(event: ClientEvent): void {
    const line = eventLine(event, this.#options.people);
    if (line !== null) this.#options.show(line);
  }

  #isSilent(key: ConversationKey): boolean {
    const { isSpoken, places } = this.#options;
    return isSpoken && !places.isHere(key);
  }

  #message(message: Message, isEarly: boolean): void {
    const { show, people, places, marks, deliveries, link } = this.#options;
    const key = keyOfMessage(message);
    const { state, from, kind } = message;
    this.#transfers.notice(message);
    this.#quotes.remember(message, people.meet(from));
    if (from.ignored === true) return;
    if (state !== null && kind !== 'change') {
      // What was typed here stands on the terminal already.
      places.list(key);
      this.#shown.remember(message);
      deliveries.sent(message, link.isOnline);
      return;
    }
    if (this.#shown.has(message.id)) return;
    if (this.#isSilent(key)) {
      const words = isEarly ? null : places.countUnread(message);
      if (words !== null) show(ownLine(words));
      return;
    }
    places.list(key);
    show(...this.#linesOf(message));
    marks.add(key);
  }

  #linesOf(message: Message | StoredMessage): SafeText[] {
    const { people, places, isSpoken } = this.#options;
    this.#shown.remember(message);
    const day = calendarDay(Date.parse(message.time));
    const isNewDay = day !== this.#day;
    this.#day = day;
    const isNamed = places.namesUs(message) && message.state === null;
    return [
      ...(isNewDay ? [t`-- ${day}`] : []),
      ...messageLines(isSpoken ? spoken(message) : message, people, this.#quotes),
      ...(isNamed ? [t`--   this names you`] : []),
    ];
  }

  #changed(message: StoredMessage): void {
    if (message.from.ignored === true) return;
    const { show, people, places, isSpoken } = this.#options;
    const key = keyOfMessage(message);
    const lines = this.#shown.changed(isSpoken ? spoken(message) : message, {
      ...{ names: people, quotes: this.#quotes, isUs: (id) => places.isUs(id) },
      place: places.label(destinationOf(key)),
    });
    if (!this.#isSilent(key)) show(...lines);
  }

  #coming({ type, who, room }: Extract<ClientEvent, { type: 'joined' | 'left' }>): void {
    const { people, comings } = this.#options;
    const name = people.meet(who);
    if (!this.#isSilent(room)) comings.add(type, name, people.rooms.label(room));
  }

  /** Of who is spoken with privately. */
  #tellPresence(person: Person): void {
    const { show, people, places } = this.#options;
    const before = people.get(person.fingerprint);
    people.set(person);
    if (places.peerHere !== person.fingerprint || before?.online === person.online) return;
    const name = people.label(person.fingerprint);
    show(person.online ? t`-- ${name} is here` : t`-- ${name} is away`);
  }

  #left(room: string): void {
    const { show, people, places } = this.#options;
    const label = people.rooms.label(room);
    if (places.dropRoom(room)) {
      show(
        t`-- You are in ${label} no more; what you type goes nowhere: /where lists conversations`,
      );
      this.#options.placeChanged();
    }
  }
}

/** A drawing is heard as noise: its name stands for it. */
function spoken<Said extends Message>(message: Said): Said {
  if (message.kind !== 'sticker') return message;
  const name = safeText(message.text, { maxLength: MAX_STICKER_LENGTH });
  return { ...message, kind: 'action', text: t`sends a sticker: ${name}` };
}

interface KeyChange {
  readonly nick: string;
  readonly was: PeerId;
  readonly now: PeerId;
  readonly wasVerified: boolean;
}

function keyChangeLines({ nick, was, now, wasVerified }: KeyChange, people: Directory): SafeText[] {
  const name = cleanNickname(nick);
  const before = wasVerified ? t`verified` : t`unverified`;
  const called = people.get(now) === null ? name : people.label(now);
  const advice = wasVerified
    ? t`-- The new key gets no messages and no room keys until you compare it (/verify ${called}) or accept it unseen (/trust ${called}).`
    : t`-- Ask them another way, then /verify ${called} or /trust ${called}.`;
  return [
    t`-- KEY CHANGED: ${name} has another key. It was ${fingerprintWords(was)} (${before}).`,
    t`-- It is now ${fingerprintWords(now)}.`,
    advice,
  ];
}

/** Words to compare stand each in a line of its own, to be read aloud one by one. */
function wordsLines(event: WordsEvent, people: Directory): SafeText[] {
  const name = people.meet(event.peer);
  if (event.state !== 'compare') return [ownLine(comparisonWords(event, name))];
  const numbers = event.digits.split(' ');
  const count = event.words.length;
  return [
    t`-- ${name} sees seven words too. Read them aloud to each other:`,
    ...event.words.map((word, at) => {
      const number = safeText(numbers[at] ?? '');
      return t`-- word ${at + 1} of ${count}: ${safeText(word)}, number ${number}`;
    }),
    t`-- The same? /verify ${name} same, or /verify ${name} different`,
  ];
}
