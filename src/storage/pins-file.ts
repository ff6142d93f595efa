// The people this profile has met: their keys, names and trust, pinned to the ID. Decides no trust: core does.
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { hexFromBytes } from '../protocol/bytes.ts';
import { PeerId } from '../protocol/ids.ts';
import { MAX_CONTACT_NOTE_BYTES, MAX_NICK_BYTES } from '../protocol/limits.ts';
import { PUBLIC_KEY_BYTES } from '../protocol/sizes.ts';
import { bytesField, idField, textField, timeMsField } from './record-fields.ts';
import { type RecordFormat, requireInBounds } from './record-file.ts';
import { type OnSaveFault, SavedRecord } from './saved-record.ts';
import { openSealedRecord, type SealedFile, type SealedFileOptions } from './sealed-record.ts';

/** Anybody on the LAN can appear under new IDs for ever; beyond this many, those who matter least go. */
export const MAX_PINS = 5_000;

/** What two people compared: the seven words, the sixty digits, or the code that one scanned from the other's screen. */
const VERIFIED_BY = ['words', 'digits', 'code'] as const;
type VerifiedBy = (typeof VERIFIED_BY)[number];

export interface Pin {
  readonly id: PeerId;
  /** Public keys, 32 bytes each, of which `id` is the hash. */
  readonly ed25519: Uint8Array;
  readonly x25519: Uint8Array;
  /** As its owner last wrote it: untrusted text. */
  readonly nick: string;
  readonly trust: 'known' | 'verified';
  readonly firstSeenMs: number;
  /** When it was verified; null where `trust` is `known`. */
  readonly verifiedAtMs: number | null;
  /** How; null where `trust` is `known`, or an older lanchat recorded it. */
  readonly verifiedBy: VerifiedBy | null;
  /** We wrote to them. Nobody can bring that about from outside, so a crowd of IDs evicts them last. */
  readonly contacted: boolean;
  /** The name, also borne by another pinned ID, that the user let this ID bear; null: none. */
  readonly acceptedNick: string | null;
  /** What the user calls them; null: by their own name. */
  readonly petname: string | null;
  readonly favourite: boolean;
  /** The user's own words about them, at most 1,000 bytes. */
  readonly note: string | null;
  readonly ignored: boolean;
  readonly blocked: boolean;
}

/** What the user set about somebody. */
type PinChange = Partial<Pick<Pin, 'petname' | 'favourite' | 'note' | 'ignored' | 'blocked'>>;

/** A card whose signature and ID the caller has checked. */
export interface SeenCard {
  readonly id: PeerId;
  readonly ed25519: Uint8Array;
  readonly x25519: Uint8Array;
  readonly nick: string;
}

const nick = textField(MAX_NICK_BYTES);

export const pinFormat = {
  schema: v.pipe(
    v.strictObject({
      id: idField(PeerId),
      ed25519: bytesField(PUBLIC_KEY_BYTES),
      x25519: bytesField(PUBLIC_KEY_BYTES),
      nick,
      firstSeenMs: timeMsField,
      verifiedAtMs: v.nullable(timeMsField),
      contacted: v.boolean(),
      acceptedNick: v.nullable(nick),
      // Files of before have none of these.
      verifiedBy: v.optional(v.nullable(v.picklist(VERIFIED_BY)), null),
      petname: v.optional(v.nullable(nick), null),
      favourite: v.optional(v.boolean(), false),
      note: v.optional(v.nullable(textField(MAX_CONTACT_NOTE_BYTES)), null),
      ignored: v.optional(v.boolean(), false),
      blocked: v.optional(v.boolean(), false),
    }),
    v.transform((stored): Pin => ({ ...stored, trust: trustSince(stored.verifiedAtMs) })),
  ),
  encode: ({ trust: _derived, ...pin }: Pin) => ({
    ...pin,
    ed25519: hexFromBytes(pin.ed25519),
    x25519: hexFromBytes(pin.x25519),
  }),
};

export const pinsFormat: RecordFormat<readonly Pin[]> = {
  // MAX_PINS of the longest entries, every character of a name escaped, as many verified again, and the notes of all contacts.
  maxBytes: 16 * 1024 * 1024,
  schema: v.array(pinFormat.schema),
  encode: (pins) => pins.map(pinFormat.encode),
  startingOver: phrase`everybody is then new to you, and whom you verified is forgotten`,
};

function trustSince(verifiedAtMs: number | null): Pin['trust'] {
  return verifiedAtMs === null ? 'known' : 'verified';
}

/** The pins of the process that owns the profile. Changes reach the disk soon after; `flush` waits for it. */
export class Pins {
  /** Least recently seen first: a map keeps the order in which keys were set. */
  readonly #pins: Map<PeerId, Pin>;
  readonly #saved: SavedRecord<readonly Pin[]>;
  /** The folder had no list when it was opened. */
  readonly isMissing: boolean;
  #evicted: ((id: PeerId) => void) | null = null;

  /** A null folder: in memory only. Throws StorageError; a file that can't be read is left as it is. */
  static async open(folder: string | null, { seal, onFault }: SealedFileOptions): Promise<Pins> {
    const sealing = { format: pinsFormat, seal };
    return new Pins(await openSealedRecord(folder, 'pins', sealing), onFault);
  }

  private constructor(file: SealedFile<readonly Pin[]>, onFault: OnSaveFault) {
    this.#pins = new Map(file.found?.map((pin) => [pin.id, pin]));
    this.#saved = new SavedRecord(file, () => [...this.#pins.values()], onFault);
    this.isMissing = file.path !== null && file.found === null;
  }

  /** Puts the list of a new profile on disk, empty as it is: where there is none later, it was lost. */
  create(): void {
    this.#saved.save();
  }

  get(id: PeerId): Pin | null {
    return this.#pins.get(id) ?? null;
  }

  /** `listener` is told of everybody whom `see` evicts, before it returns. Call once. */
  onEvict(listener: (id: PeerId) => void): void {
    this.#evicted = listener;
  }

  /** Everybody, least recently seen first. */
  all(): readonly Pin[] {
    return [...this.#pins.values()];
  }

  /**
   * Pins a person at first sight, or notes that they are here again and the name they bear now. Over
   * MAX_PINS the least recently seen goes whom we neither verified nor ever wrote to, then whom we wrote
   * to; never a verified one, nor one about whom the user set anything. Throws RangeError on a card that can't be one.
   */
  see(card: SeenCard, nowMs: number): Pin {
    const earlier = this.#pins.get(card.id);
    const pin: Pin =
      earlier === undefined ? firstPin(card, nowMs) : { ...earlier, nick: card.nick };
    requireInBounds(pin, pinFormat);
    this.#pins.delete(card.id);
    this.#pins.set(card.id, pin);
    this.#saved.save();
    if (this.#pins.size > MAX_PINS) this.#evictOne(card.id);
    return pin;
  }

  /** Records that the key was compared. The caller has seen the person: throws where it hasn't. */
  verify(id: PeerId, nowMs: number, verifiedBy: VerifiedBy | null = null): void {
    this.#change(id, { trust: 'verified', verifiedAtMs: nowMs, verifiedBy });
  }

  /** We wrote to them. Throws as `verify`. */
  contact(id: PeerId): void {
    if (this.get(id)?.contacted !== true) this.#change(id, { contacted: true });
  }

  /** The user lets this ID bear a name that another pinned ID bears too. Throws as `verify`. */
  acceptNick(id: PeerId, acceptedNick: string): void {
    this.#change(id, { acceptedNick });
  }

  /** Throws as `verify`, and on a note or name that is too long. */
  change(id: PeerId, change: PinChange): void {
    this.#change(id, change);
  }

  /** Returns once every change is on disk. Throws StorageError. */
  flush(): Promise<void> {
    return this.#saved.flush();
  }

  close(): Promise<void> {
    return this.#saved.close();
  }

  #change(id: PeerId, change: Partial<Pin>): void {
    const pin = this.#pins.get(id);
    if (pin === undefined) throw new RangeError('not pinned');
    const changed = { ...pin, ...change };
    requireInBounds(changed, pinFormat);
    this.#pins.set(id, changed);
    this.#saved.save();
  }

  #evictOne(newcomer: PeerId): void {
    let victim: PeerId | null = null;
    for (const pin of this.#pins.values()) {
      if (isKept(pin) || pin.id === newcomer) continue;
      if (!pin.contacted) {
        victim = pin.id;
        break;
      }
      victim ??= pin.id;
    }
    if (victim === null) return;
    this.#pins.delete(victim);
    this.#evicted?.(victim);
  }
}

function isKept({ trust, petname, favourite, note, ignored, blocked }: Pin): boolean {
  return (
    trust === 'verified' || petname !== null || favourite || note !== null || ignored || blocked
  );
}

function firstPin(card: SeenCard, nowMs: number): Pin {
  const { id, ed25519, x25519, nick } = card;
  return {
    ...{ id, ed25519, x25519, nick },
    trust: 'known',
    firstSeenMs: nowMs,
    verifiedAtMs: null,
    verifiedBy: null,
    contacted: false,
    acceptedNick: null,
    ...{ petname: null, favourite: false, note: null, ignored: false, blocked: false },
  };
}
