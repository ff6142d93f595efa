// What each preference is unless a person sets it, and within what bounds; needs no session.
import { DEFAULT_SETTINGS, MAX_KEEP_DAYS } from '../storage/settings-file.ts';
import type { Preferences } from './api.ts';

export const DEFAULT_PREFERENCES: Preferences = {
  keepDays: DEFAULT_SETTINGS.keepDays,
  showDelivered: DEFAULT_SETTINGS.showDelivered,
};

/** The least and the most of `keepDays`. */
export const KEEP_DAYS = { least: 0, most: MAX_KEEP_DAYS } as const;
