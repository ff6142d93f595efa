// A message's file in words: what it is, and how it stands. Pure; names and reasons of others are cleaned here.
import type { FileTransfer, Message, SharedFile } from '../client/api.ts';
import { type Family, familyOf as familyOfType } from '../files/type-table.ts';
import type { KeyHints } from './bound-keys.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import {
  fileName,
  lengthWords,
  percentOf,
  reasonWords,
  sizeWords,
  warningWords,
} from './shared-file-words.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BAR_CELLS = 6;

export type FileFamily =
  | 'picture'
  | 'video'
  | 'sound'
  | 'voice'
  | 'document'
  | 'archive'
  | 'program'
  | 'file';

/** In the words of people: what runs is the one to think about. */
const FAMILIES: Readonly<Record<Family, FileFamily>> = {
  picture: 'picture',
  document: 'document',
  audio: 'sound',
  video: 'video',
  text: 'document',
  archive: 'archive',
  page: 'document',
  script: 'program',
  program: 'program',
};

/** Of types that have no name here. */
const FAMILY_OF_TOP_LEVEL: ReadonlyMap<string, FileFamily> = new Map([
  ['image/', 'picture'],
  ['video/', 'video'],
  ['audio/', 'sound'],
  ['text/', 'document'],
]);

/** What its sender says that it is. */
export function familyOf({ type = '', voice }: Pick<SharedFile, 'type' | 'voice'>): FileFamily {
  if (voice === true) return 'voice';
  const claimed = type.toLowerCase().split(';', 1)[0]?.trim() ?? '';
  const family = familyOfType(claimed);
  if (family !== null) return FAMILIES[family];
  return FAMILY_OF_TOP_LEVEL.get(claimed.slice(0, claimed.indexOf('/') + 1)) ?? 'file';
}

const FAMILY_WORDS: Readonly<Record<FileFamily, SafeText>> = {
  picture: t`picture`,
  video: t`video`,
  sound: t`sound`,
  voice: t`voice note`,
  document: t`document`,
  archive: t`archive`,
  program: t`program`,
  file: t`file`,
};

/** A file of a message, ready for the screen. */
export interface ShownFile {
  readonly family: FileFamily;
  readonly name: SafeText;
  /** What it is but for its name: `picture · 2.4 MB · 1920×1080`, from the most words to the fewest. */
  readonly facts: readonly [SafeText, ...SafeText[]];
  /** That its content is something else than its name says; null: nothing is known of that. */
  readonly warning: SafeText | null;
  /** Of a voice note whose shape is known: how long it is, and 32 numbers, 0–7. */
  readonly spoken?: { readonly words: SafeText; readonly waveform: readonly number[] };
}

export function shownFile(file: SharedFile): ShownFile {
  const { size, width, height, durationMs, name, waveform } = file;
  const family = familyOf(file);
  const few = [FAMILY_WORDS[family], sizeWords(size)];
  const more = [...few];
  if (width !== undefined && height !== undefined) more.push(t`${width}×${height}`);
  if (durationMs !== undefined) more.push(lengthWords(durationMs));
  const facts = [joined(more), joined(few), FAMILY_WORDS[family]] as const;
  const shown: ShownFile = { family, name: fileName(name), facts, warning: null };
  if (family !== 'voice' || durationMs === undefined || waveform === undefined) return shown;
  const words = joined([FAMILY_WORDS.voice, lengthWords(durationMs)]);
  return { ...shown, spoken: { words, waveform } };
}

/** What lanchat counts stands left of what its sender called it, so that a name can't look like more of it. */
export function fileLine({ facts: [facts], name }: Pick<ShownFile, 'facts' | 'name'>): SafeText {
  return t`${facts}: ${name}`;
}

/** The name of what lies under a path of this machine. */
export function pathName(path: string): SafeText {
  return fileName(path.split(/[/\\]/u).at(-1) ?? '');
}

/** Parts beside each other, with ` · ` between. */
export function joined(parts: readonly SafeText[]): SafeText {
  const [first = t``, ...rest] = parts;
  return rest.reduce((text, part) => t`${text} · ${part}`, first);
}

type Moving = Pick<FileTransfer, 'bytes' | 'size' | 'bytesPerSecond'>;

/** `43 % · 5.2 MB/s · 12 s left`: from the most words to the fewest. */
function progressForms(moving: Moving): readonly SafeText[] {
  const done = t`${percentOf(moving)} %`;
  const { bytes, size, bytesPerSecond } = moving;
  if (bytesPerSecond === null || !(bytesPerSecond >= 1)) return [done];
  const rate = t`${sizeWords(bytesPerSecond)}/s`;
  const left = leftWords(Math.max(0, size - bytes) / bytesPerSecond);
  return [joined([done, rate, left]), joined([done, left]), done];
}

function leftWords(seconds: number): SafeText {
  if (seconds < MINUTE) return t`${Math.ceil(seconds)} s left`;
  if (seconds < HOUR) return t`${Math.ceil(seconds / MINUTE)} min left`;
  if (seconds < 2 * DAY) return t`${Math.ceil(seconds / HOUR)} h left`;
  return t`${Math.ceil(seconds / DAY)} days left`;
}

/** `▓▓▓░░░`; beside it the same stands in words. */
function barOf(moving: Moving): SafeText {
  const full = Math.floor((percentOf(moving) * BAR_CELLS) / 100);
  return safeText('▓'.repeat(full) + '░'.repeat(BAR_CELLS - full));
}

/** What a message says in short: its words, or what it carries. */
export function saidWords({ text, file }: Pick<Message, 'text' | 'file'>): SafeText {
  return text === '' && file !== undefined ? fileLine(shownFile(file)) : safeText(text);
}

/** A transfer as the screen keeps it: what others wrote in it is clean. */
export interface Transfer extends Omit<FileTransfer, 'name' | 'warning'> {
  readonly name: SafeText;
  readonly warning: SafeText | null;
}

export function cleanTransfer(transfer: FileTransfer): Transfer {
  const { name, warning } = transfer;
  return {
    ...transfer,
    name: fileName(name),
    warning: warning === null ? null : warningWords(warning),
  };
}

export interface StandScene {
  readonly own: boolean;
  /** How one takes it where that is shown, from the most words to the fewest. */
  readonly saving: readonly SafeText[];
  /** Who sent it, or gets it; null: several people. */
  readonly who: SafeText | null;
}

export interface Stand {
  /** From the most words to the fewest. */
  readonly forms: readonly SafeText[];
  /** What a person should do something about. */
  readonly isTrouble: boolean;
}

/** How it stands with a message's file, and with `bar` drawn where it moves. Null: nobody has said it yet. */
export function standOf(
  transfer: Transfer | null,
  { own, saving, who }: StandScene,
  bar: 'bar' | 'words' = 'bar',
): Stand {
  if (transfer === null) return calm(own || saving.length === 0 ? [t``] : saving);
  const { state, reason, path } = transfer;
  const moves = (words: SafeText | null) => calm(movingForms(transfer, words, bar));
  switch (state) {
    case 'reading':
      return moves(t`reading it`);
    case 'offered':
      return calm([...saving.map((each) => joined([t`not taken yet`, each])), t`not taken yet`]);
    case 'waiting': {
      const words = own || who === null ? t`waiting` : t`waiting for ${who}`;
      return calm([because(words, reason), words]);
    }
    case 'moving':
      return moves(own ? t`on its way` : null);
    case 'kept':
      return calm([t`kept by the relay`]);
    case 'done':
      if (!own) return calm([path === null ? t`saved` : t`saved as ${pathName(path)}`]);
      return calm([who === null ? t`it has arrived` : t`${who} has it`]);
    case 'failed': {
      const words = because(t`failed`, reason);
      const again = saving.map(() => t`${words} · /save tries again`);
      return { forms: own ? [words] : [...again.slice(0, 1), words], isTrouble: true };
    }
    case 'cancelled':
      return calm([own ? t`taken back` : t`stopped`]);
    default:
      return state satisfies never;
  }
}

/** On its message in a conversation. */
export function savingByKey(key: KeyHints): readonly SafeText[] {
  return [t`${key('save')} on it (or /save) saves it`, ...SAVING_BY_COMMAND];
}

/** Where there are no keys. */
export const SAVING_BY_COMMAND: readonly SafeText[] = [t`/save saves it`];

function calm(forms: readonly SafeText[]): Stand {
  return { forms, isTrouble: false };
}

function because(words: SafeText, reason: string | null): SafeText {
  return reason === null ? words : t`${words}: ${reasonWords(reason)}`;
}

function movingForms(
  moving: Moving,
  words: SafeText | null,
  bar: 'bar' | 'words',
): readonly SafeText[] {
  const forms = progressForms(moving);
  const led = forms.map((form) => (words === null ? form : t`${words} ${form}`));
  if (bar === 'words') return led;
  const drawn = barOf(moving);
  const barred = forms.map((form) => {
    return words === null ? t`${drawn} ${form}` : t`${words} ${drawn} ${form}`;
  });
  return [...barred, ...led.slice(-1), ...forms.slice(-1)];
}
