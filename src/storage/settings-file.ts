// What this profile remembers of its use: the rooms it is in. No keys, no messages.
import { join } from 'node:path';
import * as v from 'valibot';
import { MAX_ROOM_NAME_BYTES } from '../protocol/limits.ts';
import { FOLDER_ENTRIES } from './profile-folder.ts';
import { textField } from './record-fields.ts';
import { type RecordFormat, readRecord, requireInBounds } from './record-file.ts';
import { type OnSaveFault, SavedRecord } from './saved-record.ts';

/** Each is a subscription at the relay. */
export const MAX_REMEMBERED_ROOMS = 500;

export interface Settings {
  /** Names without the `#`, in the order of joining. */
  readonly rooms: readonly string[];
}

const FRESH: Settings = { rooms: [] };

const format: RecordFormat<Settings> = {
  maxBytes: 256 * 1024,
  schema: v.strictObject({
    rooms: v.pipe(v.array(textField(MAX_ROOM_NAME_BYTES)), v.maxLength(MAX_REMEMBERED_ROOMS)),
  }),
  encode: (settings) => settings,
  startingOver: 'this profile is then in no room; join them again',
};

/** The settings in `folder`, or fresh ones; needs no lock. Throws StorageError. */
export async function readSettings(folder: string): Promise<Settings> {
  return (await readRecord(join(folder, FOLDER_ENTRIES.settings), format)) ?? FRESH;
}

/** The settings of the process that owns the profile. */
export class SettingsFile {
  #settings: Settings;
  readonly #saved: SavedRecord<Settings>;

  /** Throws StorageError; a file that can't be read is left as it is. */
  static async open(folder: string, onFault: OnSaveFault): Promise<SettingsFile> {
    return new SettingsFile(folder, await readSettings(folder), onFault);
  }

  private constructor(folder: string, settings: Settings, onFault: OnSaveFault) {
    this.#settings = settings;
    const file = { path: join(folder, FOLDER_ENTRIES.settings), format };
    this.#saved = new SavedRecord(file, () => this.#settings, onFault);
  }

  get current(): Settings {
    return this.#settings;
  }

  /** Throws RangeError on more than MAX_REMEMBERED_ROOMS rooms, or names too long to be read back. */
  update(settings: Settings): void {
    requireInBounds(settings, format);
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
