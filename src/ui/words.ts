// Times, links, delivery and faults in words for a person; formats by hand, because Intl costs a cold start.
import type { Link, MessageReason, MessageState } from '../client/api.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { KeyHints } from './bound-keys.ts';
import type { Older } from './conversation.ts';
import { type SafeText, safeTemplate, safeText } from './safe-text.ts';

/** `09:14`, local time. */
export function clockTime(timeMs: number): SafeText {
  const date = new Date(timeMs);
  return safeText(`${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`);
}

/** `2026-11-20`, local time: one reading everywhere. */
export function calendarDay(timeMs: number): SafeText {
  const date = new Date(timeMs);
  const month = twoDigits(date.getMonth() + 1);
  return safeText(`${date.getFullYear()}-${month}-${twoDigits(date.getDate())}`);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** `1 message`, `12 messages`. */
export function messageCount(count: number): SafeText {
  return count === 1 ? safeTemplate`1 message` : safeTemplate`${count} messages`;
}

/** `1 person`, `12 people`. */
export function personCount(count: number): SafeText {
  return count === 1 ? safeTemplate`1 person` : safeTemplate`${count} people`;
}

/** One mark in the gutter, of one or two cells; the status line and the help spell it out. */
export function stateMark(state: MessageState): SafeText {
  switch (state) {
    case 'pending':
      return safeTemplate`…`;
    case 'relayed':
      return safeTemplate`>`;
    case 'delivered':
      return safeTemplate`✓`;
    case 'read':
      return safeTemplate`✓✓`;
    case 'failed':
      return safeTemplate`✗`;
    default:
      return state satisfies never;
  }
}

const STATE_WORDS: Readonly<Record<MessageState, SafeText>> = {
  pending: safeTemplate`pending`,
  relayed: safeTemplate`relayed`,
  delivered: safeTemplate`delivered`,
  read: safeTemplate`read`,
  failed: safeTemplate`failed`,
};

/** What has happened to a message of ours and, where it is stuck, why. */
export function stateWords(state: MessageState, reason: MessageReason | null): SafeText {
  if (reason === null) return STATE_WORDS[state];
  return safeTemplate`${STATE_WORDS[state]}: ${reasonWords(reason)}`;
}

function reasonWords(reason: MessageReason): SafeText {
  switch (reason) {
    case 'not-here':
      return safeTemplate`not here now; ${waitingWords('waits')}`;
    case 'key-changed':
      return safeTemplate`their key changed; /verify or /trust first`;
    case 'expired':
      return safeTemplate`they were away too long`;
    case 'cancelled':
      return safeTemplate`taken back`;
    case 'refused':
      return safeTemplate`the relay refused it`;
    default:
      return reason satisfies never;
  }
}

/** What is above the oldest line in memory, in one row; null: nobody has looked yet. */
export function olderWords(older: Older, key: KeyHints): SafeText | null {
  switch (older.kind) {
    case 'unknown':
      return null;
    case 'reading':
      return safeTemplate`reading older messages …`;
    case 'more':
      return safeTemplate`older messages above: ${key('page-up')}`;
    case 'beginning':
      return safeTemplate`nothing older is kept here`;
    case 'failed':
      return safeTemplate`${key('page-up')} tries again: ${older.why}`;
    default:
      return older satisfies never;
  }
}

/** What stands below a conversation while the disk takes nothing. */
export function storageWords(problem: string): SafeText {
  const why = safeText(problem, { maxLength: 300 });
  return safeTemplate`The disk takes nothing, so nothing goes out or comes in until it does; nothing is lost: ${why}`;
}

/** What becomes of words for somebody who is away: a relay keeps them, or this disk, or only this process. */
export type Waiting = 'kept' | 'waits' | 'fleeting';

/** A sentence that `what` (it, or what is marked so) begins; without a full stop. */
export function waitingWords(waiting: Waiting, what = safeTemplate`it`): SafeText {
  switch (waiting) {
    case 'kept':
      return safeTemplate`${what} is kept for them until their lanchat fetches it, 7 days at most`;
    case 'waits':
      return safeTemplate`${what} waits here and goes out when they come`;
    case 'fleeting':
      return safeTemplate`${what} waits here, and is gone if this ephemeral lanchat ends before they come`;
    default:
      return waiting satisfies never;
  }
}

/** The link in two or three words, for the status line. */
export function linkWords(link: Link): SafeText {
  switch (link.state) {
    case 'searching':
      return safeTemplate`looking for a relay`;
    case 'choosing':
      return safeTemplate`which relay?`;
    case 'connecting':
      return safeTemplate`connecting`;
    case 'online':
      return safeTemplate`online`;
    case 'offline':
      // Only a link that there was has proven a key.
      return link.fingerprint === null ? safeTemplate`can't connect` : safeTemplate`LINK LOST`;
    case 'ended':
      return safeTemplate`ENDED`;
    default:
      return link.state satisfies never;
  }
}

/** END codes, transport errors and trust (protocol/codes.ts, client/transport-error.ts). */
const LINK_REASONS: ReadonlyMap<string, SafeText> = new Map([
  ['replaced', safeTemplate`this identity logged in elsewhere; only the newest login stays`],
  ['kicked', safeTemplate`the relay's operator ended the connection; ask them before coming back`],
  [
    'not-admitted',
    safeTemplate`the relay admits only people its operator has let in; ask them, with your lanchat id`,
  ],
  ['too-many-connections', safeTemplate`the relay is full; try again later or ask its operator`],
  ['quota', safeTemplate`the relay refuses more from this identity for now; wait and try again`],
  [
    'prefix-taken',
    safeTemplate`another ID with the same first digits is on this relay; use another relay`,
  ],
  [
    'fork',
    safeTemplate`this identity runs from two copies of its profile, or was stolen; stop the other one`,
  ],
  [
    'login-failed',
    safeTemplate`the relay's proof of its key does not hold: somebody stands between; don't go on`,
  ],
  [
    'relay-key-changed',
    safeTemplate`the relay there has another key than yours; nothing was sent to it`,
  ],
  [
    'version',
    safeTemplate`the relay speaks another version of the protocol; update lanchat on both sides`,
  ],
  [
    'malformed',
    safeTemplate`what answers there does not speak lanchat; check the address and port`,
  ],
  ['not-a-relay', safeTemplate`what answers there is no relay; check the address and port`],
  ['shutting-down', safeTemplate`the relay is shutting down; start it again or use another`],
  ['silent', safeTemplate`nothing heard from the relay`],
  ['slow-reader', safeTemplate`this machine read too slowly`],
  ['internal', safeTemplate`the relay has a fault of its own`],
  ['closed', safeTemplate`the relay is gone`],
  ['handshake-timeout', safeTemplate`it did not finish the login in time`],
  ['connect-timeout', safeTemplate`it doesn't answer`],
  ['etimedout', safeTemplate`it doesn't answer`],
  ['econnrefused', safeTemplate`nothing listens there`],
  ['ehostunreach', safeTemplate`it can't be reached from here`],
  ['enetunreach', safeTemplate`this machine has no network`],
  ['profile-not-saved', safeTemplate`this machine's disk takes nothing`],
  ['owner-gone', safeTemplate`the lanchat that had this profile open has ended; try again`],
]);

/** Why the link is not up; the reason is a code of ours or of the relay's, so it is cleaned. */
export function linkReason(reason: string): SafeText {
  return LINK_REASONS.get(reason.toLowerCase()) ?? safeText(reason, { maxLength: 80 });
}

/** An error as one line. Expected ones carry their own words; anything else is our bug and says so. */
export function faultWords(error: unknown): SafeText {
  if (error instanceof LanchatError) return safeText(error.message, { maxLength: 400 });
  const message = error instanceof Error ? error.message : String(error);
  return safeTemplate`a fault in lanchat: ${safeText(message, { maxLength: 200 })}`;
}
