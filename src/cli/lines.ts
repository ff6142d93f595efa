// How events and people read as append-only lines: for `lanchat listen` and the plain interface. Pure.
import type { ClientEvent, Message, Person, Who } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { FolderProblem } from '../storage/profile-folder.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { clockTime } from '../ui/words.ts';

/** Digits that tell two people of one nickname apart. */
const TAIL_DIGITS = 4;
const GROUP_DIGITS = 4;
const NAME_MAX = 32;

/** `4f2a 91c0 …`: the first `groups` groups of four, all of them by default. */
export function grouped(fingerprint: string, groups = fingerprint.length / GROUP_DIGITS): SafeText {
  const digits = fingerprint.slice(0, groups * GROUP_DIGITS);
  return safeText(digits.replace(/(.{4})(?=.)/g, '$1 '));
}

export function nameOf(
  who: { readonly nick: string; readonly fingerprint: string },
  ambiguous = false,
): SafeText {
  const nick = who.nick === '' ? who.fingerprint.slice(0, 8) : who.nick;
  const name = safeText(nick, { maxLength: NAME_MAX });
  return ambiguous ? safeTemplate`${name}·${tail(who.fingerprint)}` : name;
}

function tail(fingerprint: string): SafeText {
  return safeText(fingerprint.slice(0, TAIL_DIGITS));
}

/** Puts lines before a person. */
export type Show = (...lines: readonly SafeText[]) => void;

/** How somebody is called on this screen. */
export type Label = (who: Pick<Who, 'nick' | 'fingerprint'>) => SafeText;

/** Follows the events, to know whose nickname needs digits behind it. */
export class Names {
  readonly #ambiguous = new Set<PeerId>();

  take(person: Person): void {
    if (person.ambiguous) this.#ambiguous.add(person.fingerprint);
    else this.#ambiguous.delete(person.fingerprint);
  }

  readonly label: Label = (who) => nameOf(who, this.#ambiguous.has(who.fingerprint));
}

/** In words people know: `verified`, or `unverified`, which covers `new` and `known` (UI.md). */
export function trustWord(who: Pick<Who, 'trust'>): SafeText {
  return who.trust === 'verified' ? safeText('verified') : safeText('unverified');
}

/**
 * One message, as one or more lines: every line that remote text goes on with is indented, so that it
 * can't pass as a line of ours, which begins with `--` or a time.
 */
export function messageLines(message: Message, label: Label = nameOf): SafeText[] {
  const [first, ...rest] = safeText(message.text, { multiline: true }).split('\n');
  const where = message.room === null ? safeText('@') : safeTemplate`${safeText(message.room)} `;
  const from = label(message.from);
  const line = safeTemplate`${clockTime(Date.parse(message.time))} ${where}${from}: ${safeText(first ?? '')}`;
  return [line, ...rest.map((more) => safeTemplate`      ${safeText(more)}`)];
}

/** What a person reads of an event, or null where it is not for reading here. Messages: `messageLines`. */
export function eventLine(event: ClientEvent, label: Label = nameOf): SafeText | null {
  switch (event.type) {
    case 'joined':
    case 'left': {
      const verb = event.type === 'joined' ? safeText('joined') : safeText('left');
      return safeTemplate`-- ${label(event.who)} ${verb} ${safeText(event.room)}`;
    }
    case 'receipt':
      return event.state === 'failed'
        ? safeTemplate`-- message ${safeText(event.id.slice(0, 8))} failed: ${safeText(event.reason ?? 'refused')}`
        : null;
    case 'key-changed':
      return safeTemplate`-- KEY CHANGED: ${safeText(event.nick)} (${safeText(event.trust)}) was ${safeText(event.was)}, now ${safeText(event.now)}; compare before you go on`;
    case 'disconnected':
      return safeTemplate`-- connection lost (${safeText(event.reason)}); trying again`;
    case 'reconnected':
      return safeText('-- connected again');
    case 'announcement':
      return safeTemplate`-- announcement of the relay's operator: ${safeText(event.text)}`;
    case 'gap':
      return safeTemplate`-- ${event.missing} message(s) of ${label(event.from)} are missing`;
    case 'error':
      return safeTemplate`-- ${safeText(event.message)} (${safeText(event.code)})`;
    case 'ready':
      return safeTemplate`-- ready: relay ${safeText(event.relay)}, key ${grouped(event.fingerprint, 4)}`;
    case 'link':
    case 'self':
    case 'person':
    case 'room':
    case 'room-left':
    case 'message':
      return null;
    default:
      return event satisfies never;
  }
}

/** Others on this machine can, or could, read what should be private. */
export function folderProblemLine(problem: FolderProblem): SafeText {
  const path = safeText(problem.path);
  if (problem.code === 'owned-by-other') {
    return safeTemplate`lanchat: ${path} belongs to another user (${problem.uid}), who can read it`;
  }
  return problem.tightened
    ? safeTemplate`lanchat: ${path} could be read by others; it is closed now`
    : safeTemplate`lanchat: ${path} can be read by others; give lanchat a folder of its own`;
}
