// The relays this profile has pinned, and which one it remembers. Decides no trust: the client does.
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { RelayId } from '../protocol/ids.ts';
import { idField, textField, timeMsField } from './record-fields.ts';
import type { RecordFormat } from './record-file.ts';
import { type OnSaveFault, SavedRecord } from './saved-record.ts';
import { openSealedRecord, type SealedFile, type SealedFileOptions } from './sealed-record.ts';

/** A relay is pinned only when it is used: more than this many is a machine in a loop. */
const MAX_RELAYS = 256;
/** The longest DNS name; an IPv6 address with its zone is shorter. */
const MAX_HOST_BYTES = 255;
const MAX_RELAY_NAME_BYTES = 255;

export interface PinnedRelay {
  readonly id: RelayId;
  /** As it advertised itself: untrusted text. */
  readonly name: string;
  /** Where it was last reached. */
  readonly host: string;
  readonly port: number;
  readonly lastUsedMs: number;
}

export const pinnedRelay = v.strictObject({
  id: idField(RelayId),
  name: textField(MAX_RELAY_NAME_BYTES),
  host: textField(MAX_HOST_BYTES),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  lastUsedMs: timeMsField,
});

export const relaysFormat: RecordFormat<readonly PinnedRelay[]> = {
  // MAX_RELAYS of the longest entries, every character escaped.
  maxBytes: 1024 * 1024,
  schema: v.pipe(v.array(pinnedRelay), v.maxLength(MAX_RELAYS)),
  encode: (relays) => relays,
  startingOver: phrase`every relay is then a stranger, and the first one found is pinned anew`,
};

/** The pinned relays of the process that owns the profile. */
export class PinnedRelays {
  #relays: readonly PinnedRelay[];
  readonly #saved: SavedRecord<readonly PinnedRelay[]>;

  /** A null folder: in memory only. Throws StorageError; a file that can't be read is left as it is. */
  static async open(
    folder: string | null,
    { seal, onFault }: SealedFileOptions,
  ): Promise<PinnedRelays> {
    const sealing = { format: relaysFormat, seal };
    return new PinnedRelays(await openSealedRecord(folder, 'relays', sealing), onFault);
  }

  private constructor(file: SealedFile<readonly PinnedRelay[]>, onFault: OnSaveFault) {
    this.#relays = file.found ?? [];
    this.#saved = new SavedRecord(file, () => this.#relays, onFault);
  }

  /** Least recently used first. */
  all(): readonly PinnedRelay[] {
    return this.#relays;
  }

  /**
   * Pins this relay, whose key the caller has checked, and remembers it as the one to go to. Throws
   * RangeError on a name or host of more than 255 bytes, or a port that is none.
   */
  use(relay: PinnedRelay): void {
    if (!v.is(pinnedRelay, relay)) throw new RangeError('relay out of bounds');
    const others = this.#relays.filter((pinned) => pinned.id !== relay.id);
    this.#relays = [...others, relay].slice(-MAX_RELAYS);
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
