// How events and people read as append-only lines: for `lanchat listen` and the plain interface. Pure.
import type { ClientEvent, Message } from '../client/api.ts';
import type { FolderProblem } from '../storage/profile-folder.ts';
import { type Directory, fingerprintWords } from '../ui/people.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { clockTime } from '../ui/words.ts';

/** Puts lines before a person. */
export type Show = (...lines: readonly SafeText[]) => void;

/** Knows how everybody is called here. */
export type Names = Pick<Directory, 'meet'>;

/**
 * One message, as one or more lines: every line that remote text goes on with is indented, so that it
 * can't pass as a line of ours, which begins with `--` or a time.
 */
export function messageLines(message: Message, names: Names): SafeText[] {
  const [first, ...rest] = safeText(message.text, { multiline: true }).split('\n');
  const where = message.room === null ? safeText('@') : safeTemplate`${safeText(message.room)} `;
  const from = names.meet(message.from);
  const line = safeTemplate`${clockTime(Date.parse(message.time))} ${where}${from}: ${safeText(first ?? '')}`;
  return [line, ...rest.map((more) => safeTemplate`      ${safeText(more)}`)];
}

/** What a person reads of an event, or null where it is not for reading here. Messages: `messageLines`. */
export function eventLine(event: ClientEvent, names: Names): SafeText | null {
  switch (event.type) {
    case 'joined':
    case 'left': {
      const verb = event.type === 'joined' ? safeText('joined') : safeText('left');
      return safeTemplate`-- ${names.meet(event.who)} ${verb} ${safeText(event.room)}`;
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
      return safeTemplate`-- ${event.missing} message(s) of ${names.meet(event.from)} are missing`;
    case 'error':
      return safeTemplate`-- ${safeText(event.message)} (${safeText(event.code)})`;
    case 'ready':
      return safeTemplate`-- ready: relay ${safeText(event.relay)}, key ${fingerprintWords(event.fingerprint, 16)}`;
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
