// What a person or a script asks of the core. Checks everything first: a refusal changes nothing.
import { safetyNumber } from '../crypto/safety-number.ts';
import { encodeVerificationQr, parseVerificationQr } from '../crypto/verification-qr.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { parseNick } from '../protocol/nickname.ts';
import type { Person, Room, VerifiedBy } from './events.ts';
import { findRoom, findUnfinished, requireRoom, requireRoomName } from './find-room.ts';
import { emit } from './link.ts';
import { withdraw } from './outbox.ts';
import { rename } from './own-keys.ts';
import { everybody, personOf, requireKnown, stirKeys } from './people.ts';
import { leavePrivate } from './private-commands.ts';
import { isEntered } from './private-members.ts';
import { ownRoom } from './private-state.ts';
import { currentChain } from './room-keys.ts';
import { withdrawRoom } from './room-outbox.ts';
import { roomOf } from './room-roster.ts';
import type { RoomState } from './room-state.ts';
import { enterRoom, leaveRoom } from './rooms.ts';
import type { CoreState } from './state.ts';

/** Whether the message was still here to take back. */
export function cancel(core: CoreState, id: MessageId): boolean {
  for (const peer of core.peers.values()) if (withdraw(core, peer, id)) return true;
  for (const room of core.rooms.values()) if (withdrawRoom(core, room, id)) return true;
  return false;
}

/**
 * Joins and remembers (`joined`), or is let in to speak (`guest`). Returns the name as events have it. Throws
 * UsageError `bad-room`, `too-many-topics`, `ambiguous-room`, and `invitation-needed` for a private room that we aren't in.
 */
export function enter(core: CoreState, name: string, standing: RoomState['standing']): string {
  if (name.startsWith('+')) return enterPrivate(core, name);
  const parsed = requireRoomName(name);
  const { topics } = core.link;
  if (!core.rooms.has(parsed) && core.rooms.size >= topics) {
    throw new UsageError(
      'too-many-topics',
      phrase`you are in ${topics} rooms, and this relay lets nobody be in more; leave one first`,
    );
  }
  enterRoom(core, parsed, standing);
  return `#${parsed}`;
}

function enterPrivate(core: CoreState, name: string): string {
  const room = findRoom(core, name);
  if (room !== null) return room.label;
  const message = phrase`${name} is private: its owner invites people to it, and lanchat room accept lets you in`;
  throw new UsageError('invitation-needed', message);
}

/** Throws UsageError `not-in-room`, and as `leavePrivate`. Returns the name as events have it. */
export function leave(core: CoreState, name: string): string {
  const room = findRoom(core, name) ?? findUnfinished(core, name) ?? requireRoom(core, name);
  const own = ownRoom(room);
  if (own === null) leaveRoom(core, room);
  else leavePrivate(core, own);
  return room.label;
}

/** Whether a room counts what is unread, and notifies. Throws UsageError `bad-room`, `ambiguous-room`. */
export function mute(core: CoreState, query: string, muted: boolean): void {
  const room = findRoom(core, query);
  const name = room?.name ?? requireRoomName(query);
  if (muted) core.muted.add(name);
  else core.muted.delete(name);
  if (room !== null) room.changed = true;
}

/** Ends what `guest` began; a room that was joined meanwhile stays, and one already left is no fault. */
export function endVisit(core: CoreState, name: string): void {
  const room = findRoom(core, name);
  if (room?.standing === 'guest') leaveRoom(core, room);
}

/** Somebody begins to write in a room: its keys go out ahead of the message. */
export function prepare(core: CoreState, name: string): void {
  const room = requireRoom(core, name);
  if (core.link.online && room.rosterComplete) currentChain(core, room);
}

/** Throws UsageError `bad-nick`. */
export function changeNick(core: CoreState, nick: string): string {
  const parsed = parseNick(nick);
  if (parsed === null) {
    throw new UsageError(
      'bad-nick',
      phrase`a name has letters and digits of one script, and _ . - ', at most 32 bytes`,
    );
  }
  if (parsed !== core.nick) rename(core, parsed);
  return parsed;
}

export interface Comparison {
  /** 60 digits in 12 groups. */
  readonly digits: string;
  readonly qr: string;
  readonly person: Person;
}

/** Throws UsageError `unknown-person`. */
export function compare(core: CoreState, peer: PeerId): Comparison {
  requireKnown(core, peer);
  return {
    digits: safetyNumber(core.me.id, peer),
    qr: encodeVerificationQr({ own: core.me.id, seen: peer }),
    person: personOf(core, peer),
  };
}

/** Records that a person compared. Throws UsageError `unknown-person`, `digits-differ`. */
export function markVerified(core: CoreState, peer: PeerId, digits: string | null): Person {
  const compared = compare(core, peer);
  if (digits !== null && !isSame(digits, compared, core.me.id)) {
    throw new UsageError(
      'digits-differ',
      phrase`this is not the number of you two: somebody may be in between, or it is another key; do not trust it`,
    );
  }
  const isCode = digits !== null && parseVerificationQr(digits.trim()) !== null;
  return recordVerified(core, peer, isCode ? 'code' : 'digits');
}

/** A person compared, and it was the same. Throws UsageError `unknown-person`. */
export function recordVerified(core: CoreState, peer: PeerId, by: VerifiedBy): Person {
  requireKnown(core, peer);
  core.pins.verify(peer, core.env.wallMs(), by);
  // Whom they compared with bears this name by right; a later name is another matter.
  return acceptKey(core, peer);
}

/** `shown` is what the other's screen showed: the 60 digits, or the text of its code. */
function isSame(shown: string, { digits, person }: Comparison, me: PeerId): boolean {
  const code = parseVerificationQr(shown.trim());
  if (code !== null) return code.own === person.fingerprint && code.seen === me;
  return digitsOf(shown) === digitsOf(digits);
}

function digitsOf(text: string): string {
  return text.replace(/[\s-]/g, '');
}

/** The person lets this ID bear its name. Throws UsageError `unknown-person`. */
export function acceptKey(core: CoreState, peer: PeerId): Person {
  requireKnown(core, peer);
  const pin = core.pins.get(peer);
  if (pin !== null) core.pins.acceptNick(peer, pin.nick);
  stirKeys(core);
  return tellPerson(core, peer);
}

function tellPerson(core: CoreState, peer: PeerId): Person {
  const person = personOf(core, peer);
  emit(core, { type: 'person', person });
  core.dirty.add(peer);
  return person;
}

export function people(core: CoreState): Person[] {
  return everybody(core).map((id) => personOf(core, id));
}

/** The rooms this client is in, and with `visited` those it only looks into. */
export function rooms(core: CoreState, visited: boolean): Room[] {
  const shown = [...core.rooms.values()].filter((room) => visited || room.standing === 'joined');
  return shown.filter((room) => isEntered(core, room)).map((room) => roomOf(core, room));
}
