// A message, live or stored, as a line of its conversation; every text of others is cleaned here.
import type { Destination, Message, StoredMessage, Who } from '../client/api.ts';
import { laterState } from '../client/message-state.ts';
import { PeerId } from '../protocol/ids.ts';
import type { ConversationKey } from './conversation.ts';
import { type Look, lookOf } from './message-look.ts';
import { type SafeText, safeTemplate, safeText } from './safe-text.ts';
import type { Line } from './scrollback.ts';
import type { ScreenStore } from './store.ts';
import { calendarDay, clockTime } from './words.ts';

/** Instead of what somebody ignored has said. */
const IGNORED = safeTemplate`(ignored)`;

/** Of the room it was said in, or of the other person. */
export function keyOfMessage({ room, peer, from }: Message): ConversationKey {
  return room ?? peer ?? from.fingerprint;
}

/** The key of a room or a person's conversation; `destinationOf` is the way back. */
export function keyOf(destination: Destination): ConversationKey {
  return 'room' in destination ? destination.room : destination.peer;
}

/** A person where the key is a fingerprint, else a room. */
export function destinationOf(key: ConversationKey): Destination {
  const peer = PeerId.parse(key);
  return peer === null ? { room: key } : { peer };
}

/** A message as it arrives. Its time is ours where it has none that can be read. */
export function liveLine(store: ScreenStore, message: Message): Line {
  return lineOf(store, message, store.now());
}

/** A message as history holds it, with what has been heard of it since it was read. */
export function storedLine(store: ScreenStore, message: StoredMessage): Line {
  meetStored(store, message.from);
  const line = lineOf(store, message, 0);
  const { state, id, reason } = message;
  if (state === null) return line;
  store.own.track(id, keyOfMessage(message));
  const heard = store.own.heard(id);
  const known = heard === null ? { state, reason } : laterState({ state, reason }, heard);
  return { ...line, body: { ...line.body, state: known.state, reason: known.reason } };
}

/** Whoever wrote once may not be here: their name is known, no more. */
export function meetStored(store: ScreenStore, who: Who): void {
  store.meet(who, false);
}

function lineOf(store: ScreenStore, message: Message, timeMs: number): Line {
  const own = message.state !== null;
  const isIgnored = message.from.ignored === true;
  const text = isIgnored ? IGNORED : safeText(message.text, { multiline: true });
  const { self, people } = store.state;
  const isNamed = self !== null && (message.mentions?.includes(self.fingerprint) ?? false);
  const isWords = !isIgnored && message.deleted !== true && message.kind !== 'change';
  const mention =
    !own && isWords && message.room !== null && (isNamed || mentions(text, self?.nick ?? null));
  const isOurs = own || message.from.fingerprint === self?.fingerprint;
  const actor = isOurs ? (self?.nick ?? safeTemplate`you`) : people.label(message.from.fingerprint);
  const callers = { ...store.callers, meet: (who: Who) => store.meet(who, false) };
  const read = Date.parse(message.time);
  // Of who is ignored nothing shows, what they send no more than what they say.
  const { file, ...bare } = message;
  const said = isIgnored || file === undefined ? bare : message;
  const look = lookOf(said, { actor, people: callers, self: self?.nick ?? null });
  return {
    timeMs: Number.isNaN(read) ? timeMs : read,
    body: {
      kind: 'message',
      id: message.id,
      from: message.from.fingerprint,
      own,
      text,
      state: message.state,
      reason: null,
      mention,
      look: withKnownWarning(store, message, look),
      sentTime: message.sentTime === null ? null : sentWords(message.sentTime),
    },
  };
}

/** What is known of its content; where nothing is, the client is asked. */
function withKnownWarning(store: ScreenStore, message: Message, look: Look): Look {
  if (look.file === undefined) return look;
  const known = store.transfers.get(message.id);
  if (known === null) store.transfers.want(keyOfMessage(message));
  return { ...look, file: { ...look.file, warning: known?.warning ?? null } };
}

function sentWords(iso: string): SafeText | null {
  const timeMs = Date.parse(iso);
  return Number.isNaN(timeMs) ? null : safeTemplate`${calendarDay(timeMs)} ${clockTime(timeMs)}`;
}

/** Whether the name stands in the text as a word of its own, in either case. */
function mentions(text: string, nick: string | null): boolean {
  if (nick === null || nick === '') return false;
  const haystack = text.normalize('NFKC').toLowerCase();
  const needle = nick.toLowerCase();
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + 1)) {
    const before = haystack.slice(Math.max(0, at - 2), at);
    const after = haystack.slice(at + needle.length, at + needle.length + 2);
    if (!/[\p{L}\p{N}\p{M}_]$/u.test(before) && !/^[\p{L}\p{N}\p{M}_]/u.test(after)) return true;
  }
  return false;
}
