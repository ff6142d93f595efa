// A message's file in words: what it is, and how it stands. Pure; names and reasons of others are cleaned here.
import type { FileTransfer, SharedFile } from '../client/api.ts';
import type { KeyHints } from './bound-keys.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import {
  fileName,
  lengthWords,
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

export interface StandScene {
  readonly own: boolean;
  /** Null: there are no keys. */
  readonly key: KeyHints | null;
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
  if (transfer === null) return calm(own ? [t``] : savingForms(key));
  const { state, reason, path } = transfer;
  const moves = (words: SafeText | null) => calm(movingForms(transfer, words, bar));
  switch (state) {
    case 'reading':
      return moves(t`reading it`);
    case 'offered':
      return calm([
        ...savingForms(key).map((saving) => joined([t`not taken yet`, saving])),
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

function savingForms(key: KeyHints | null): readonly SafeText[] {
  const short = t`/save saves it`;
  return key === null ? [short] : [t`${key('save')} on it (or /save) saves it`, short];
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
