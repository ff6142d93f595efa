// What a profile remembers of its use: its shape, what it is at first, and within what bounds. Reads no file.
import { isAbsolute } from 'node:path';

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

/** Whether `acceptMaxMb` may be this. */
export function isAcceptMb(megabytes: number): boolean {
  return Number.isInteger(megabytes) && megabytes >= 0 && megabytes <= MAX_ACCEPT_MB;
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

const CLOCK_TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const QUIET_HOURS = new RegExp(`^(?:off|${CLOCK_TIME}-${CLOCK_TIME})$`);

/** Whether `quietHours` may be this. */
export function isQuietHours(text: string): boolean {
  return QUIET_HOURS.test(text);
}

/** A hundred years: as good as for good. */
export const MAX_KEEP_DAYS = 36_500;

/** Whether `keepDays` may be this. */
export function isKeepDays(days: number): boolean {
  return Number.isInteger(days) && days >= 0 && days <= MAX_KEEP_DAYS;
}

export const DEFAULT_SETTINGS: Settings = {
  ...{ rooms: [], keepDays: 0, showDelivered: true },
  ...{ hidden: false, notify: 'terminal', notifyText: false },
  ...{ notifyLevel: 'usual', quietHours: 'off' },
  ...{ sendRead: true, sendTyping: true, conversations: [] },
  ...{ collapsed: [], theme: 'auto', pictures: 'auto' },
  ...{ acceptFiles: 'verified', acceptMaxMb: 10, downloads: '', directFiles: false },
};
