// Changes of what a person can set, as they cross the profile's socket: their shapes.
import * as v from 'valibot';
import {
  ACCEPT_FILES,
  isAcceptMb,
  isDownloads,
  isQuietHours,
  NOTIFY_LEVELS,
  NOTIFY_WAYS,
  PICTURE_WAYS,
  SIDEBAR_GROUPS,
  THEME_NAMES,
  USUAL_LEVELS,
} from '../storage/settings.ts';

/** For all conversations; `isKeepDays` has the bounds. */
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

/** For one. */
export const conversationChangeSchema = v.strictObject({
  sendRead: v.exactOptional(v.nullable(v.boolean())),
  sendTyping: v.exactOptional(v.nullable(v.boolean())),
  notifyLevel: v.exactOptional(v.nullable(v.picklist(NOTIFY_LEVELS))),
});
