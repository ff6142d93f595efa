// Files in words: what one is, how large, how it stands. Pure; names, types and reasons of others are cleaned here.
import type { FileTransfer, SharedFile } from '../client/api.ts';
import type { KeyHints } from './bound-keys.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { linkReason } from './words.ts';

const MAX_NAME_LENGTH = 255;
const MAX_WARNING_LENGTH = 120;
const KILO = 1_000;
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

/** By the claimed type; the first that fits. What runs comes first: it is the one to think about. */
const FAMILIES: readonly (readonly [RegExp, FileFamily])[] = [
  [
    /^application\/(?:x-msdownload|x-msdos-program|x-dosexec|x-executable|x-elf|x-sharedlib|x-mach-binary|vnd\.microsoft\.portable-executable|x-msi|java-archive|vnd\.android\.package-archive|x-apple-diskimage|x-sh|x-csh|javascript|x-bat|vnd\.debian\.binary-package|x-rpm|x-desktop)$/,
    'program',
  ],
  [/^text\/(?:x-shellscript|x-python|x-perl|x-ruby|javascript)$/, 'program'],
  [/^image\//, 'picture'],
  [/^video\//, 'video'],
  [/^audio\//, 'sound'],
  [
    /^application\/(?:zip|gzip|x-tar|x-7z-compressed|vnd\.rar|x-rar(?:-compressed)?|zstd|x-xz|x-bzip2?|x-gzip|x-compress(?:ed)?|x-lzma)$/,
    'archive',
  ],
  [
    /^application\/(?:pdf|msword|rtf|epub\+zip|json|xml|vnd\.(?:oasis\.opendocument|openxmlformats-officedocument|ms-).*)$/,
    'document',
  ],
  [/^text\//, 'document'],
];

/** What its sender says that it is. */
export function familyOf({ type = '', voice }: Pick<SharedFile, 'type' | 'voice'>): FileFamily {
  if (voice === true) return 'voice';
  const claimed = type.toLowerCase().split(';', 1)[0]?.trim() ?? '';
  return FAMILIES.find(([fits]) => fits.test(claimed))?.[1] ?? 'file';
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
}

export function shownFile(file: SharedFile): ShownFile {
  const { size, width, height, durationMs, name } = file;
  const family = familyOf(file);
  const few = [FAMILY_WORDS[family], sizeWords(size)];
  const more = [...few];
  if (width !== undefined && height !== undefined) more.push(t`${width}×${height}`);
  if (durationMs !== undefined) more.push(lengthWords(durationMs));
  const facts = [joined(more), joined(few), FAMILY_WORDS[family]] as const;
  return { family, name: fileName(name), facts, warning: null };
}

/** On one line; never a path, and never nothing. */
export function fileName(name: string): SafeText {
  const cleaned = safeText(name, { maxLength: MAX_NAME_LENGTH });
  return cleaned.trim() === '' ? t`(no name)` : cleaned;
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

/** `812 bytes`, `2.4 MB`: in thousands, as accept-mb counts. */
export function sizeWords(bytes: number): SafeText {
  const size = Number.isFinite(bytes) ? Math.max(0, Math.floor(bytes)) : 0;
  if (size === 1) return t`1 byte`;
  if (size < KILO) return t`${size} bytes`;
  let value = size / KILO;
  let at = 0;
  for (; value >= KILO - 0.5 && at < UNITS.length - 1; at += 1) value /= KILO;
  const digits = value < 9.95 ? value.toFixed(1) : value.toFixed(0);
  return safeText(`${digits} ${UNITS[at]}`);
}

const UNITS = ['KB', 'MB', 'GB', 'TB'] as const;

/** `0:42`, `1:02:03`. */
export function lengthWords(ms: number): SafeText {
  const seconds = Number.isFinite(ms) ? Math.max(0, Math.round(ms / 1_000)) : 0;
  const [hours, minutes] = [Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE)];
  const tail = String(seconds % MINUTE).padStart(2, '0');
  if (hours === 0) return safeText(`${minutes}:${tail}`);
  return safeText(`${hours}:${String(minutes).padStart(2, '0')}:${tail}`);
}

type Moving = Pick<FileTransfer, 'bytes' | 'size' | 'bytesPerSecond'>;

/** Whole percents that have happened, rounded down. */
function percentOf({ bytes, size }: Moving): number {
  const part = size > 0 ? Math.floor((bytes / size) * 100) : 0;
  return Number.isFinite(part) ? Math.max(0, Math.min(100, part)) : 0;
}

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

/** By what a content can do that its name doesn't tell. */
const WARNINGS: ReadonlyMap<string, SafeText> = new Map([
  ['program', t`Careful: this is a program, whatever its name says.`],
  ['script', t`Careful: this is a script that can be run, whatever its name says.`],
  ['page', t`Careful: this is a page for a browser, whatever its name says.`],
  ['archive', t`Careful: this is an archive, whatever its name says.`],
]);

function warningWords(warning: string): SafeText {
  const is = safeText(warning, { maxLength: MAX_WARNING_LENGTH });
  return WARNINGS.get(warning) ?? t`Careful, it is not what its name says: ${is}`;
}

/** Why a file waits or has failed, beyond what a relay may say. */
const REASONS: ReadonlyMap<string, SafeText> = new Map([
  ['disk-full', t`the disk is full`],
  ['not-found', t`it is not there any more`],
  ['unreadable', t`it can’t be read`],
  ['changed', t`it was changed meanwhile`],
  ['too-large', t`it is too large for the relay`],
  ['not-here', t`not here now`],
  ['expired', t`the relay keeps it no more`],
  ['wrong-content', t`what came is not what was sent`],
]);

function reasonWords(reason: string): SafeText {
  return REASONS.get(reason) ?? linkReason(reason);
}

export interface StandScene {
  readonly own: boolean;
  readonly key: KeyHints;
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
  { own, key, who }: StandScene,
  bar: 'bar' | 'words' = 'bar',
): Stand {
  const save = key('save');
  if (transfer === null) {
    return calm(own ? [t``] : [t`${save} on it (or /save) saves it`, t`/save saves it`]);
  }
  const { state, reason, path } = transfer;
  const moves = (words: SafeText | null) => calm(movingForms(transfer, words, bar));
  switch (state) {
    case 'reading':
      return moves(t`reading it`);
    case 'offered':
      return calm([
        t`not taken yet · ${save} on it (or /save) saves it`,
        t`not taken yet · /save saves it`,
        t`not taken yet`,
      ]);
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
      const again = t`${words} · /save tries again`;
      return { forms: own ? [words] : [again, words], isTrouble: true };
    }
    case 'cancelled':
      return calm(own ? [t`taken back`] : [t`stopped · /save takes it all the same`, t`stopped`]);
    default:
      return state satisfies never;
  }
}

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
