// How events and people read as append-only lines: for `lanchat listen` and the plain interface. Pure.
import type { ClientEvent, Message, StorageProblem, StoredMessage } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { FolderProblem } from '../storage/profile-folder.ts';
import { closedText } from '../ui/bidi.ts';
import { comparisonWords } from '../ui/comparison.ts';
import { changeWords, choiceLines, fateWords, pollWords, quoteWords } from '../ui/message-words.ts';
import { type Directory, fingerprintWords } from '../ui/people.ts';
import { shortRoomName } from '../ui/room-names.ts';
import { invitationWords } from '../ui/room-words.ts';
import { type SafeText, safeTemplate, safeText, sliceSafe } from '../ui/safe-text.ts';
import { fileName } from '../ui/shared-file-words.ts';
import { stickerRows } from '../ui/stickers.ts';
import { cellWidth, graphemes, wrap } from '../ui/width.ts';
import { calendarDay, clockTime, stateWords, storageWords } from '../ui/words.ts';
import { fileMark } from './file-mark.ts';

/** Puts lines before a person. */
export type Show = (...lines: readonly SafeText[]) => void;

/** Knows how everybody is called here. */
export type Names = Pick<Directory, 'meet' | 'label' | 'rooms'>;

/** Before whatever goes on with a line: nothing of ours begins so. */
const INDENT = safeTemplate`      `;
/** Messages whose beginnings are remembered. */
const MAX_QUOTES = 1_000;
// Enough of them push what follows to where a terminal wraps, so that it seems to begin a line.
const MANY_BLANKS = /[\p{Z}\u2800\u115f\u1160\u3164\uffa0]{9,}/gu;

/**
 * The rows of lines on a terminal of so many columns, all but the first of a line indented: left to
 * the terminal, a long line would go on at the edge, where what others wrote could pass as ours. As
 * they are where there is no terminal.
 */
export function fitted(lines: readonly SafeText[], columns: number | null): SafeText[] {
  if (columns === null) return [...lines];
  const cells = Math.max(1, columns - INDENT.length);
  return lines.flatMap((line) => {
    const [first, ...rest] = wrap(line, cells).flatMap((row) => cut(row, cells));
    return [first ?? line, ...rest.map((row) => safeTemplate`${INDENT}${row}`)];
  });
}

/** Cuts a row for terminals that draw the parts of a cluster, such as a family, one by one. */
function cut(row: SafeText, cells: number): SafeText[] {
  const parts: SafeText[] = [];
  let start = 0;
  let end = 0;
  let used = 0;
  for (const cluster of graphemes(row)) {
    const width = Array.from(cluster, cellWidth).reduce((sum, each) => sum + each, 0);
    if (used + width > cells && end > start) {
      parts.push(sliceSafe(row, start, end));
      start = end;
      used = 0;
    }
    used += width;
    end += cluster.length;
  }
  return [...parts, sliceSafe(row, start, end)];
}

/** What others wrote, without room for tricks where nothing wraps it: in a pipe. */
function squeezed(text: string): SafeText {
  return safeText(safeText(text, { multiline: true }).replace(MANY_BLANKS, ' '.repeat(8)), {
    multiline: true,
  });
}

/**
 * One message, as one or more lines: every line that remote text goes on with is indented, so that it
 * can't pass as a line of ours, which begins with `--` or a time. `quotes` has what it answers.
 */
export function messageLines(
  message: Message | StoredMessage,
  names: Names,
  quotes = new Quotes(),
): SafeText[] {
  const { reply, change, deleted } = message;
  const who = names.meet(message.from);
  const when = clockTime(Date.parse(message.time));
  if (change !== undefined) {
    const place = message.room === null ? undefined : names.rooms.label(message.room);
    return [ownLine(safeTemplate`${when} ${changeWords(change, who, { people: names, place })}`)];
  }
  const quote =
    reply === undefined || deleted ? [] : [ownLine(safeTemplate`in answer to ${quotes.of(reply)}`)];
  quotes.remember(message, who);
  return [...quote, ...saidLines(message, names), ...fateLines(message)];
}

function saidLines(message: Message | StoredMessage, names: Names): SafeText[] {
  const { kind, text, deleted } = message;
  const before = closedText(
    safeTemplate`${clockTime(Date.parse(message.time))} ${origin(message, names)}`,
  );
  if (deleted) return [safeTemplate`${before} deleted this message for all`];
  if (message.file !== undefined && text === '') return [safeTemplate`${before} sends a file`];
  const shown =
    kind === 'sticker'
      ? stickerRows(text)
      : squeezed(text)
          .split('\n')
          .map((line) => safeText(line));
  const [first = safeText(''), ...rest] = shown;
  const more = rest.map((line) => safeTemplate`${INDENT}${line}`);
  if (kind === 'sticker' && rest.length > 0) {
    return [safeTemplate`${before}:`, ...shown.map((line) => safeTemplate`${INDENT}${line}`)];
  }
  const mark = kind === 'action' ? safeTemplate` *` : safeTemplate`:`;
  return [safeTemplate`${before}${mark} ${first}`, ...more];
}

/** What lanchat says of it: its file, choices and votes, that it was edited, reactions, when it disappears. */
function fateLines(message: Message | StoredMessage): SafeText[] {
  if (message.deleted) return [];
  const { id, poll, file } = message;
  // What its sender calls it stands last: nothing of ours can be forged behind it.
  const carried =
    file === undefined
      ? []
      : [safeTemplate`${fileMark(file)}, ID ${safeText(id.slice(0, 8))}: ${fileName(file.name)}`];
  const fate = fateWords(message);
  const asked = poll === undefined ? [] : [...choiceLines(poll), pollWords(poll)];
  const originals = 'originals' in message ? (message.originals ?? []) : [];
  const before = originals.map(({ text }) => safeTemplate`before: ${safeText(text)}`);
  return [...carried, ...asked, ...(fate === null ? [] : [fate]), ...before].map((line) =>
    ownLine(safeTemplate`  ${line}`),
  );
}

/** A line of lanchat's own with others' words in it. */
export function ownLine(text: SafeText): SafeText {
  return safeTemplate`-- ${closedText(squeezed(text))}`;
}

/** The beginnings of what was said last, for those who answer it. */
export class Quotes {
  readonly #said = new Map<MessageId, SafeText>();

  remember(message: Message | StoredMessage, who: SafeText): void {
    this.#said.set(message.id, quoteWords(who, message));
    const [oldest] = this.#said.keys();
    if (this.#said.size > MAX_QUOTES && oldest !== undefined) this.#said.delete(oldest);
  }

  of(id: MessageId): SafeText {
    return this.#said.get(id) ?? safeTemplate`message ${safeText(id.slice(0, 8))}`;
  }
}

/**
 * `#room asha`, `@asha`; of our own with what became of it: `#room me (you, relayed)`, and in private
 * `@asha (you, delivered)`. No name has brackets, so nobody can pass for us.
 */
function origin(message: Message | StoredMessage, names: Names): SafeText {
  const { room, peer, from, state } = message;
  const who = state !== null && peer !== null ? names.label(peer) : names.meet(from);
  const where = room === null ? safeText('@') : safeTemplate`${names.rooms.label(room)} `;
  if (state === null) return safeTemplate`${where}${who}`;
  const became = stateWords(state, 'reason' in message ? message.reason : null);
  return safeTemplate`${where}${who} (you, ${became})`;
}

/** Messages of more than one day as lines: each day that begins has one of its own. */
export class Transcript {
  readonly #names: Names;
  readonly #quotes = new Quotes();
  #day: SafeText | null = null;

  constructor(names: Names) {
    this.#names = names;
  }

  lines(message: Message | StoredMessage): SafeText[] {
    const lines = messageLines(message, this.#names, this.#quotes);
    const day = calendarDay(Date.parse(message.time));
    if (day === this.#day) return lines;
    this.#day = day;
    return [safeTemplate`-- ${day}`, ...lines];
  }
}

/** A message that was edited, deleted for all, reacted to or voted in, as it is now. */
export function changedLines(message: StoredMessage, names: Names, quotes: Quotes): SafeText[] {
  const id = safeText(message.id.slice(0, 8));
  return [safeTemplate`-- message ${id} changed:`, ...messageLines(message, names, quotes)];
}

/** What a person reads of an event, or null where it is not for reading here. Messages: `messageLines`, `changedLines`. */
export function eventLine(event: ClientEvent, names: Names): SafeText | null {
  switch (event.type) {
    case 'joined':
      return safeTemplate`-- ${names.meet(event.who)} joined ${names.rooms.label(event.room)}`;
    case 'left':
      return safeTemplate`-- ${names.meet(event.who)} left ${names.rooms.label(event.room)}`;
    case 'receipt':
      return event.state === 'failed'
        ? safeTemplate`-- message ${safeText(event.id.slice(0, 8))} ${stateWords('failed', event.reason)}`
        : null;
    case 'key-changed':
      return safeTemplate`-- KEY CHANGED: ${safeText(event.nick)} (${safeText(event.trust)}) was ${safeText(event.was)}, now ${safeText(event.now)}; compare before you go on`;
    case 'disconnected':
      return safeTemplate`-- connection lost (${safeText(event.reason)}); trying again`;
    case 'reconnected':
      return safeTemplate`-- connected again`;
    case 'announcement':
      return safeTemplate`-- announcement of the relay's operator: ${safeText(squeezed(event.text))}`;
    case 'who-read':
      return whoReadWords(event, names);
    case 'words':
      return safeTemplate`-- ${comparisonWords(event, names.meet(event.peer))}`;
    case 'gap':
      return safeTemplate`-- ${event.missing} message(s) of ${names.meet(event.from)} are missing`;
    case 'error':
      return safeTemplate`-- ${safeText(squeezed(event.message))} (${safeText(event.code)})`;
    case 'deleted':
      return deletedLine(event, names);
    case 'storage':
      return safeTemplate`-- ${diskWords(event.problem)}`;
    case 'ready':
      return safeTemplate`-- ready: relay ${safeText(event.relay)}, key ${fingerprintWords(event.fingerprint, 16)}`;
    case 'invitation':
      return safeTemplate`-- ${invitationWords(event.invitation, names)}; lanchat room accept ${shortRoomName(event.invitation.room)}, or decline`;
    // It would be a line for each few seconds in which somebody writes.
    case 'typing':
    case 'settings':
    case 'link':
    case 'self':
    case 'person':
    case 'room':
    case 'room-left':
    case 'message':
    case 'message-changed':
    case 'file':
      return null;
    default:
      return event satisfies never;
  }
}

/** Somebody answers that they have read a message of ours. */
export function whoReadWords(
  { id, who }: Extract<ClientEvent, { type: 'who-read' }>,
  names: Names,
): SafeText {
  return safeTemplate`-- ${names.meet(who)} has read message ${safeText(id.slice(0, 8))}`;
}

function deletedLine(
  { conversation, id }: Extract<ClientEvent, { type: 'deleted' }>,
  names: Names,
): SafeText {
  const where =
    'room' in conversation
      ? names.rooms.label(conversation.room)
      : safeTemplate`@${names.label(conversation.peer)}`;
  const what =
    id === null ? safeTemplate`everything` : safeTemplate`message ${safeText(id.slice(0, 8))}`;
  return safeTemplate`-- deleted here: ${what} of ${where}`;
}

/** Of a disk that takes nothing, or takes it again (null). */
function diskWords(problem: StorageProblem | null): SafeText {
  if (problem !== null) return storageWords(problem.message);
  return safeText(phrase`The disk takes what is said again; nothing was lost.`);
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
