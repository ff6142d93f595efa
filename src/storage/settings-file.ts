// The file of what this profile remembers of its use: the rooms it is in, and what a person set. No keys, no messages.
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { MAX_ROOM_NAME_BYTES } from '../protocol/limits.ts';
import { textField } from './record-fields.ts';
import { type RecordFormat, requireInBounds } from './record-file.ts';
import { type OnSaveFault, SavedRecord } from './saved-record.ts';
import { openSealedRecord, type SealedFile, type SealedFileOptions } from './sealed-record.ts';
import {
  ACCEPT_FILES,
  type ConversationSettings,
  DEFAULT_SETTINGS,
  isAcceptMb,
  isDownloads,
  isKeepDays,
  isQuietHours,
  MAX_CONVERSATION_SETTINGS,
  MAX_REMEMBERED_ROOMS,
  NOTIFY_LEVELS,
  NOTIFY_WAYS,
  PICTURE_WAYS,
  type Settings,
  SIDEBAR_GROUPS,
  THEME_NAMES,
  USUAL_LEVELS,
} from './settings.ts';

const MAX_CONVERSATION_BYTES = 128;

const quietHoursSchema = v.pipe(v.string(), v.check(isQuietHours));
const keepDaysSchema = v.pipe(v.number(), v.check(isKeepDays));
const acceptMbSchema = v.pipe(v.number(), v.check(isAcceptMb));

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
