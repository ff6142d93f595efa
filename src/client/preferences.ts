// What a person can set: its shape, what it is unless they do, and within what bounds. Needs no session.
import { phrase } from '../language/translate.ts';
import {
  ACCEPT_FILES,
  DEFAULT_SETTINGS,
  isAcceptMb,
  isDownloads,
  isKeepDays,
  isQuietHours,
  MAX_ACCEPT_MB,
  MAX_KEEP_DAYS,
  NOTIFY_WAYS,
  PICTURE_WAYS,
  type Settings,
  SIDEBAR_GROUPS,
  THEME_NAMES,
  USUAL_LEVELS,
} from '../storage/settings.ts';

/** What of the settings a person sets for all conversations; the rooms come and go by themselves. */
export type Preferences = Omit<Settings, 'rooms' | 'conversations'>;

export const DEFAULT_PREFERENCES: Preferences = preferencesOf(DEFAULT_SETTINGS);

/** Completes "keep-days takes …". */
export const KEEP_DAYS_TAKES = phrase`a number of days, 0 to ${MAX_KEEP_DAYS}`;

export type { PictureSetting, SidebarGroup, ThemeName } from '../storage/settings.ts';
/** Completes "accept-mb takes …". */
export const ACCEPT_MB_TAKES = phrase`a number of megabytes, 0 to ${MAX_ACCEPT_MB}`;

export {
  ACCEPT_FILES,
  isAcceptMb,
  isDownloads,
  isKeepDays,
  isQuietHours,
  NOTIFY_WAYS,
  PICTURE_WAYS,
  SIDEBAR_GROUPS,
  THEME_NAMES,
  USUAL_LEVELS,
};

/** Of all settings what a person sets. */
export function preferencesOf(settings: Settings): Preferences {
  const { rooms: _rooms, conversations: _conversations, ...preferences } = settings;
  return preferences;
}
