// A message's file as rows: what it is, how it stands, and a warning where there is one. As many rows whatever moves: a
// bar that grows changes one of them, and nothing around.
import type { StoredMessage } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { keyHints } from './bound-keys.ts';
import type { Conversation, ConversationKey } from './conversation.ts';
import {
  fileLine,
  type ShownFile,
  type Stand,
  savingByKey,
  shownFile,
  standOf,
  type Transfer,
} from './file-words.ts';
import {
  GUTTER_CELLS,
  lookOf,
  type MessageEntry,
  messageGutter,
  NOTE_GUTTER,
  ownRows,
  WARNING_GUTTER,
} from './message-body.ts';
import { type SafeText, safeText, sliceSafe, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span } from './spans.ts';
import { fittedBars } from './voice-rows.ts';
import { cellWidth, truncate } from './width.ts';

/** Of a longer name the ending stays: it says what opens it. */
const LEAST_NAME_CELLS = 16;
/** Of fewer bars nobody sees a shape. */
const LEAST_SHAPE_CELLS = 4;
const MAX_TYPE_LENGTH = 100;
const MAX_PATH_LENGTH = 1_000;

/** The rows that `fileRows` has, whatever moves. */
export function fileHeight(entry: MessageEntry, cells: number): number {
  const { file } = lookOf(entry);
  return file === undefined ? 0 : 2 + warningRows(file, cells).length;
}

/** Empty where the message carries no file. */
export function fileRows(
  state: ScreenState,
  { conversation, entry }: { readonly conversation: Conversation; readonly entry: MessageEntry },
  cells: number,
): readonly Row[] {
  const { file } = lookOf(entry);
  if (file === undefined) return [];
  const room = cells - GUTTER_CELLS;
  const saving = savingByKey(keyHints(state.keys));
  const who = otherSide(state, conversation.key, entry);
  const stand = standOf(state.transfers.get(entry.id), { own: entry.own, saving, who });
  // Where nothing is said beside it, the mark of how far the message came stands here.
  const mark = entry.own && entry.text === '' ? messageGutter(entry) : NOTE_GUTTER;
  return [[mark, ...factsRow(file, room)], standRow(stand, room), ...warningRows(file, cells)];
}

/** All that is known of a message's file, a fact each. */
export function fileFacts(
  { transfers, keys, people }: ScreenState,
  { id, file, from, peer, state }: StoredMessage,
): readonly SafeText[] {
  if (file === undefined) return [];
  const own = state !== null;
  const other = own ? peer : from.fingerprint;
  const who = other === null ? null : people.label(other);
  const transfer = transfers.get(id);
  const saving = savingByKey(keyHints(keys));
  const { forms } = standOf(transfer, { own, saving, who }, 'words');
  const { type } = file;
  const { path = null, warning = null } = transfer ?? {};
  return [
    ...(warning === null ? [] : [warning]),
    fileLine(shownFile(file)),
    ...(type === undefined
      ? []
      : [t`said to be ${safeText(type, { maxLength: MAX_TYPE_LENGTH })}`]),
    ...forms.slice(0, 1).filter((words) => words !== ''),
    ...(path === null
      ? []
      : [t`on this machine ${safeText(path, { maxLength: MAX_PATH_LENGTH })}`]),
  ];
}

function standRow(stand: Stand, room: number): Row {
  const words = truncate(fittingWords(stand, room), room);
  return stand.isTrouble ? [WARNING_GUTTER, span(words)] : [NOTE_GUTTER, span(words, 'dim')];
}

/** The most words that fit. */
export function fittingWords({ forms }: Stand, cells: number): SafeText {
  return forms.find((words) => cellWidth(words) <= cells) ?? forms.at(-1) ?? t``;
}

function warningRows({ warning }: ShownFile, cells: number): readonly Row[] {
  return warning === null ? [] : ownRows(warning, cells, 'warning');
}

/** Who sent it, or gets it; null: several people get it. */
function otherSide(
  { people }: ScreenState,
  key: ConversationKey,
  { own, from }: MessageEntry,
): SafeText | null {
  const peer = own ? PeerId.parse(key) : from;
  return peer === null ? null : people.label(peer);
}

/** As many facts as leave room for the name, or for its beginning and its ending. */
export function factsRow({ facts, name, spoken }: ShownFile, room: number): Row {
  if (spoken !== undefined) return spokenRow(spoken, room);
  const least = Math.min(cellWidth(name), LEAST_NAME_CELLS);
  const fits = (words: SafeText) => cellWidth(words) + 2 + least <= room;
  const shown = facts.find(fits) ?? facts.at(-1) ?? t``;
  const left = Math.max(LEAST_NAME_CELLS, room - cellWidth(shown) - 2);
  return [span(t`${shown}: `), span(cutName(name, left), 'strong')];
}

/** What it is called says nothing of a voice note; its shape stands where there is room for one. */
function spokenRow({ words, waveform }: NonNullable<ShownFile['spoken']>, room: number): Row {
  const cells = Math.min(waveform.length, room - cellWidth(words) - 1);
  if (cells < LEAST_SHAPE_CELLS) return [span(truncate(words, room), 'strong')];
  return [span(words, 'strong'), span(t` ${fittedBars(waveform, cells)}`)];
}

/** At most so many cells, the ending whole. */
export function cutName(name: SafeText, cells: number): SafeText {
  if (cellWidth(name) <= cells) return name;
  const ending = /\.[\w.]{1,11}$/u.exec(name)?.[0].length ?? 0;
  const tail = sliceSafe(name, name.length - ending, name.length);
  return t`${truncate(sliceSafe(name, 0, name.length - ending), cells - ending)}${tail}`;
}

/** Below the messages: ours that are being read, and that nobody has been told of. */
export function readingRows({ transfers, active }: ScreenState, cells: number): Row[] {
  const reading = transfers.reading(active);
  const [first] = reading;
  if (first === undefined) return [];
  const words = readingWords(first, cells - GUTTER_CELLS);
  const more = reading.length === 1 ? t`` : t` (and ${reading.length - 1} more)`;
  return [[NOTE_GUTTER, span(t`${words}${more}`, 'dim')]];
}

function readingWords(transfer: Transfer, room: number): SafeText {
  const stand = standOf(transfer, { own: true, saving: [], who: null });
  const name = cutName(transfer.name, Math.max(LEAST_NAME_CELLS, Math.floor(room / 3)));
  return t`${fittingWords(stand, room - cellWidth(name) - 2)}: ${name}`;
}
