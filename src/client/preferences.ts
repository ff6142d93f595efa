// What a person can set: its shape, what it is unless they do, and within what bounds. Needs no session.
import * as v from 'valibot';
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
} from '../storage/settings-file.ts';

/** What of the settings a person sets for all conversations; the rooms come and go by themselves. */
export type Preferences = Omit<Settings, 'rooms' | 'conversations'>;

export const DEFAULT_PREFERENCES: Preferences = preferencesOf(DEFAULT_SETTINGS);

/** The shape of a change, as it crosses the profile's socket; `isKeepDays` has the bounds. */
export const changeSchema = v.strictObject({
  keepDays: v.exactOptional(v.number()),
  showDelivered: v.exactOptional(v.boolean()),
  hidden: v.exactOptional(v.boolean()),
  sendRead: v.exactOptional(v.boolean()),
  sendTyping: v.exactOptional(v.boolean()),
  collapsed: v.exactOptional(v.array(v.picklist(SIDEBAR_GROUPS))),
  theme: v.exactOptional(v.picklist(THEME_NAMES)),
  pictures: v.exactOptional(v.picklist(PICTURE_WAYS)),
  notify: v.exactOptional(v.picklist(NOTIFY_WAYS)),
  notifyText: v.exactOptional(v.boolean()),
  notifyLevel: v.exactOptional(v.picklist(USUAL_LEVELS)),
  quietHours: v.exactOptional(v.pipe(v.string(), v.check(isQuietHours))),
  acceptFiles: v.exactOptional(v.picklist(ACCEPT_FILES)),
  acceptMaxMb: v.exactOptional(v.pipe(v.number(), v.check(isAcceptMb))),
  downloads: v.exactOptional(v.pipe(v.string(), v.check(isDownloads))),
  directFiles: v.exactOptional(v.boolean()),
});

/** Completes "keep-days takes …". */
export const KEEP_DAYS_TAKES = phrase`a number of days, 0 to ${MAX_KEEP_DAYS}`;

export type { PictureSetting, SidebarGroup, ThemeName } from '../storage/settings-file.ts';
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
