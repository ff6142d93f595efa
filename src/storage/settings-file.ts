// What this profile remembers of its use: the rooms it is in, and what a person set. No keys, no messages.
import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { MAX_ROOM_NAME_BYTES } from '../protocol/limits.ts';
import { textField } from './record-fields.ts';
import { type RecordFormat, requireInBounds } from './record-file.ts';
import { type OnSaveFault, SavedRecord } from './saved-record.ts';
import { openSealedRecord, type SealedFile, type SealedFileOptions } from './sealed-record.ts';

/** Parts of the sidebar: public rooms; private rooms and groups; people. */
export const SIDEBAR_GROUPS = ['rooms', 'private', 'people'] as const;
export type SidebarGroup = (typeof SIDEBAR_GROUPS)[number];

/** `auto`: dark or light, as the terminal is; `own`: the person's own file. */
export const THEME_NAMES = ['auto', 'dark', 'light', 'high-contrast', 'own'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** How the screen shows pictures; `auto`: as the terminal says that it can, `off`: in words. */
export const PICTURE_WAYS = ['auto', 'kitty', 'iterm', 'sixel', 'blocks', 'off'] as const;
export type PictureSetting = (typeof PICTURE_WAYS)[number];

/** `contacts`: whom we wrote to, noted or verified. */
export const ACCEPT_FILES = ['ask', 'verified', 'contacts', 'everyone'] as const;
export type AcceptFiles = (typeof ACCEPT_FILES)[number];

/** A terabyte. */
export const MAX_ACCEPT_MB = 1_000_000;
const MAX_PATH_BYTES = 4_096;

const acceptMbSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_ACCEPT_MB));

/** Whether `acceptMaxMb` may be this. */
export function isAcceptMb(megabytes: number): boolean {
  return v.is(acceptMbSchema, megabytes);
}

/** Whether `downloads` may be this: an absolute path, or nothing. */
export function isDownloads(path: string): boolean {
  return path === '' || (isAbsolute(path) && Buffer.byteLength(path) <= MAX_PATH_BYTES);
}

/** Each is a subscription at the relay. */
export const MAX_REMEMBERED_ROOMS = 500;

export interface Settings {
  /** Names without the `#`, in the order of joining. */
  readonly rooms: readonly string[];
  /** Days that history is kept; 0: for good. */
  readonly keepDays: number;
  /** Whether others may see that their messages were delivered here. */
  readonly showDelivered: boolean;
  /** Whether nobody else is told that this profile is here. */
  readonly hidden: boolean;
  /** How somebody is told of what they should see: not at all, by a bell, or as the terminal can. */
  readonly notify: NotifyWay;
  /** Whether what was said stands in a notice, and not only who said it. */
  readonly notifyText: boolean;
  /** What a notice is for where a conversation has no level of its own; `usual`: by its kind. */
  readonly notifyLevel: (typeof USUAL_LEVELS)[number];
  /** `HH:MM-HH:MM` of this machine's clock in which nothing is told, or `off`. */
  readonly quietHours: string;
  /** Whether others may see that our person has read their messages. */
  readonly sendRead: boolean;
  /** Whether others may see that our person is typing to them. */
  readonly sendTyping: boolean;
  /** Parts of the sidebar that show their head alone. */
  readonly collapsed: readonly SidebarGroup[];
  readonly theme: ThemeName;
  readonly pictures: PictureSetting;
  /** Whose files are taken without asking, up to `acceptMaxMb`. */
  readonly acceptFiles: AcceptFiles;
  /** Megabytes (10^6 bytes). */
  readonly acceptMaxMb: number;
  /** Where files land, absolute; empty: the system's folder for downloads. */
  readonly downloads: string;
  /** Whether files may go straight between two machines, which then know each other's addresses. */
  readonly directFiles: boolean;
  /** Where it is otherwise. */
  readonly conversations: readonly ConversationSettings[];
}

/** What is left out is as everywhere. */
export interface ConversationSettings {
  /** A fingerprint, or a room: `#name`, `+` and 64 hex digits. */
  readonly with: string;
  readonly sendRead?: boolean;
  readonly sendTyping?: boolean;
  readonly notifyLevel?: NotifyLevel;
}

export const NOTIFY_WAYS = ['off', 'bell', 'terminal'] as const;
export type NotifyWay = (typeof NOTIFY_WAYS)[number];

/** What of a conversation somebody is told of; `nothing` also counts nothing as unread. */
export const NOTIFY_LEVELS = ['all', 'mentions', 'nothing'] as const;
export type NotifyLevel = (typeof NOTIFY_LEVELS)[number];

/** The same for all that have no level of their own. */
export const USUAL_LEVELS = ['usual', 'all', 'mentions'] as const;

/** With settings of their own: the file has bounds. */
export const MAX_CONVERSATION_SETTINGS = 1_500;
const MAX_CONVERSATION_BYTES = 128;

const CLOCK_TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const quietHoursSchema = v.pipe(
  v.string(),
  v.regex(new RegExp(`^(?:off|${CLOCK_TIME}-${CLOCK_TIME})$`)),
);

/** Whether `quietHours` may be this. */
export function isQuietHours(text: string): boolean {
  return v.is(quietHoursSchema, text);
}

/** A hundred years: as good as for good. */
export const MAX_KEEP_DAYS = 36_500;

const keepDaysSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_KEEP_DAYS));

/** Whether `keepDays` may be this. */
export function isKeepDays(days: number): boolean {
  return v.is(keepDaysSchema, days);
}

export const DEFAULT_SETTINGS: Settings = {
  ...{ rooms: [], keepDays: 0, showDelivered: true },
  ...{ hidden: false, notify: 'terminal', notifyText: false },
  ...{ notifyLevel: 'usual', quietHours: 'off' },
  ...{ sendRead: true, sendTyping: true, conversations: [] },
  ...{ collapsed: [], theme: 'auto', pictures: 'auto' },
  ...{ acceptFiles: 'verified', acceptMaxMb: 10, downloads: '', directFiles: false },
};

const roomNames = v.pipe(
  v.array(textField(MAX_ROOM_NAME_BYTES)),
  v.maxLength(MAX_REMEMBERED_ROOMS),
);

/** As files of before have them: without the `#`, of private rooms `+` and 64 digits. */
const mutedNames = v.pipe(
  v.array(textField(MAX_CONVERSATION_BYTES)),
  v.maxLength(2 * MAX_REMEMBERED_ROOMS),
);

const collapsedGroups = v.pipe(
  v.array(v.picklist(SIDEBAR_GROUPS)),
  v.maxLength(SIDEBAR_GROUPS.length),
);

const conversationSchema = v.strictObject({
  with: textField(MAX_CONVERSATION_BYTES),
  sendRead: v.exactOptional(v.boolean()),
  sendTyping: v.exactOptional(v.boolean()),
  notifyLevel: v.exactOptional(v.picklist(NOTIFY_LEVELS)),
});

const settingsSchema = v.strictObject({
  rooms: roomNames,
  // Files of before have none of these.
  keepDays: v.optional(keepDaysSchema, DEFAULT_SETTINGS.keepDays),
  showDelivered: v.optional(v.boolean(), DEFAULT_SETTINGS.showDelivered),
  hidden: v.optional(v.boolean(), DEFAULT_SETTINGS.hidden),
  notify: v.optional(v.picklist(NOTIFY_WAYS), DEFAULT_SETTINGS.notify),
  notifyText: v.optional(v.boolean(), DEFAULT_SETTINGS.notifyText),
  notifyLevel: v.optional(v.picklist(USUAL_LEVELS), DEFAULT_SETTINGS.notifyLevel),
  quietHours: v.optional(quietHoursSchema, DEFAULT_SETTINGS.quietHours),
  muted: v.optional(mutedNames, []),
  sendRead: v.optional(v.boolean(), DEFAULT_SETTINGS.sendRead),
  sendTyping: v.optional(v.boolean(), DEFAULT_SETTINGS.sendTyping),
  collapsed: v.optional(collapsedGroups, []),
  theme: v.optional(v.picklist(THEME_NAMES), DEFAULT_SETTINGS.theme),
  pictures: v.optional(v.picklist(PICTURE_WAYS), DEFAULT_SETTINGS.pictures),
  acceptFiles: v.optional(v.picklist(ACCEPT_FILES), DEFAULT_SETTINGS.acceptFiles),
  acceptMaxMb: v.optional(acceptMbSchema, DEFAULT_SETTINGS.acceptMaxMb),
  downloads: v.optional(v.pipe(v.string(), v.check(isDownloads)), DEFAULT_SETTINGS.downloads),
  directFiles: v.optional(v.boolean(), DEFAULT_SETTINGS.directFiles),
  conversations: v.optional(
    v.pipe(v.array(conversationSchema), v.maxLength(MAX_CONVERSATION_SETTINGS)),
    [],
  ),
});

type Read = v.InferOutput<typeof settingsSchema>;

/** Muted rooms were a list of their own once: each is a conversation of level `nothing`. */
function withLevels({ muted, conversations, ...settings }: Read): Settings {
  const byName = new Map<string, ConversationSettings>(
    conversations.map((each) => [each.with, each]),
  );
  for (const name of muted) {
    const key = name.startsWith('+') ? name : `#${name}`;
    byName.set(key, { ...byName.get(key), with: key, notifyLevel: 'nothing' });
  }
  return { ...settings, conversations: [...byName.values()].slice(0, MAX_CONVERSATION_SETTINGS) };
}

export const settingsFormat: RecordFormat<Settings> = {
  maxBytes: 512 * 1024,
  schema: v.pipe(settingsSchema, v.transform(withLevels)),
  encode: (settings) => settings,
  startingOver: phrase`everything that was set is then as at first`,
};

/** The settings of the process that owns the profile. */
export class SettingsFile {
  #settings: Settings;
  readonly #saved: SavedRecord<Settings>;

  /** A null folder: in memory only. Throws StorageError; a file that can't be read is left as it is. */
  static async open(
    folder: string | null,
    { seal, onFault }: SealedFileOptions,
  ): Promise<SettingsFile> {
    const sealing = { format: settingsFormat, seal };
    return new SettingsFile(await openSealedRecord(folder, 'settings', sealing), onFault);
  }

  private constructor(file: SealedFile<Settings>, onFault: OnSaveFault) {
    this.#settings = file.found ?? DEFAULT_SETTINGS;
    this.#saved = new SavedRecord(file, () => this.#settings, onFault);
  }

  get current(): Settings {
    return this.#settings;
  }

  /** Throws RangeError on more than MAX_REMEMBERED_ROOMS rooms, or values that can't be read back. */
  update(change: Partial<Settings>): void {
    const settings = { ...this.#settings, ...change };
    requireInBounds(settings, settingsFormat);
    this.#settings = settings;
    this.#saved.save();
  }

  /** Returns once every change is on disk. Throws StorageError. */
  flush(): Promise<void> {
    return this.#saved.flush();
  }

  close(): Promise<void> {
    return this.#saved.close();
  }
}
