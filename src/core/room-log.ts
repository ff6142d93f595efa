// The log of a private room, and what it makes of the room: members, rights, title. Checks every operation against
// the owner's signature and the one before. No network, no clock.
import { headOf, holderOf, isSignedBy, NO_HEAD, privateRoomId } from '../crypto/room-log.ts';
import { equalBytes } from '../protocol/bytes.ts';
import { LanchatError } from '../protocol/errors.ts';
import { PeerId, type RoomId, SenderKeyId } from '../protocol/ids.ts';
import { MAX_MODERATORS, MAX_OPERATIONS, MAX_PRIVATE_MEMBERS } from '../protocol/limits.ts';
import type { LogHead } from '../protocol/record.ts';
import {
  type Change,
  decodeChange,
  decodeOperation,
  encodeOperation,
  type Operation,
} from '../protocol/room-operation.ts';

/** A log that was checked, and the room that it makes. Never changed in place. */
export interface RoomLog {
  readonly room: RoomId;
  /** Encoded, by their number. */
  readonly operations: readonly Uint8Array[];
  /** After each operation, 32 bytes, by its number. */
  readonly heads: readonly Uint8Array[];
  /** Public keys, each with the first number that it signs. */
  readonly pens: readonly { readonly from: number; readonly key: Uint8Array }[];
  readonly owner: PeerId;
  /** Its owner among them, in the order of joining. */
  readonly members: ReadonlySet<PeerId>;
  readonly moderators: ReadonlySet<PeerId>;
  /** Of those who were removed: their chains, each with the first index that doesn't count. */
  readonly ends: ReadonlyMap<PeerId, ReadonlyMap<SenderKeyId, number>>;
  /** Those taken out who had no right to write then. */
  readonly silenced: ReadonlySet<PeerId>;
  /** The last operation that named somebody: what was said of them before it is overtaken. */
  readonly named: ReadonlyMap<PeerId, number>;
  /** The operation that last let each in. */
  readonly added: ReadonlyMap<PeerId, number>;
  readonly title: string;
  readonly topic: string;
  /** Without a title of its own: of people who were chosen. */
  readonly group: boolean;
  readonly readOnly: boolean;
  readonly expireSeconds: number | null;
  readonly closed: boolean;
}

/** An operation that was new here, and whom it changed: nobody where it had no effect. */
export interface Applied {
  readonly n: number;
  readonly change: Change;
  readonly who: readonly PeerId[];
}

export type Extension =
  /** Perhaps by nothing, where all of it was known. */
  | { readonly kind: 'extended'; readonly log: RoomLog; readonly applied: readonly Applied[] }
  /** It begins above what is known: the operations up to `after` are asked for. */
  | { readonly kind: 'ahead'; readonly after: LogHead }
  /** The pen signed this operation, and another history: whoever holds it deceives somebody. */
  | { readonly kind: 'forked'; readonly operation: Uint8Array }
  /** Not the owner's, or it makes no sense: whoever sent it is to blame, and the log stands. */
  | { readonly kind: 'invalid' };

/** The head that messages name. */
export function headOfLog({ heads }: RoomLog): LogHead {
  return { n: heads.length - 1, hash: heads.at(-1) ?? NO_HEAD };
}

/** Whether a message's head is one of this log's: `ahead` where we don't know yet. */
export function compareHead({ heads }: RoomLog, { n, hash }: LogHead): 'same' | 'ahead' | 'other' {
  const ours = heads[n];
  if (ours === undefined) return 'ahead';
  return equalBytes(ours, hash) ? 'same' : 'other';
}

/** Whether somebody may write also where only few may. */
export function isPrivileged({ owner, moderators }: RoomLog, id: PeerId): boolean {
  return id === owner || moderators.has(id);
}

/**
 * The log (null: none yet) with `batch`, encoded operations without a hole. Each is checked by its own signature, so that
 * each can be handed on as proof. `checked`: it comes from our own disk, where it was put after its check.
 */
export function extendLog(
  { room, log }: { readonly room: RoomId; readonly log: RoomLog | null },
  batch: readonly Uint8Array[],
  { checked }: { readonly checked: boolean } = { checked: false },
): Extension {
  try {
    return new Extender(room, log, checked).extend(batch);
  } catch (error) {
    if (error instanceof LanchatError) return { kind: 'invalid' };
    throw error;
  }
}

/** What an operation replaces whole. */
type Fields = Pick<
  RoomLog,
  'owner' | 'title' | 'topic' | 'group' | 'readOnly' | 'expireSeconds' | 'closed'
>;

/** Works on a copy. */
class Extender {
  readonly #room: RoomId;
  readonly #checked: boolean;
  readonly #operations: Uint8Array[];
  readonly #heads: Uint8Array[];
  readonly #pens: { readonly from: number; readonly key: Uint8Array }[];
  readonly #members: Set<PeerId>;
  readonly #moderators: Set<PeerId>;
  readonly #ends: Map<PeerId, ReadonlyMap<SenderKeyId, number>>;
  readonly #silenced: Set<PeerId>;
  readonly #named: Map<PeerId, number>;
  readonly #added: Map<PeerId, number>;
  #fields: Fields | null;

  constructor(room: RoomId, log: RoomLog | null, checked: boolean) {
    this.#room = room;
    this.#checked = checked;
    this.#operations = [...(log?.operations ?? [])];
    this.#heads = [...(log?.heads ?? [])];
    this.#pens = [...(log?.pens ?? [])];
    this.#members = new Set(log?.members);
    this.#moderators = new Set(log?.moderators);
    this.#ends = new Map(log?.ends);
    this.#silenced = new Set(log?.silenced);
    this.#named = new Map(log?.named);
    this.#added = new Map(log?.added);
    this.#fields = log;
  }

  /** Throws LanchatError on bytes that are no operation. */
  extend(batch: readonly Uint8Array[]): Extension {
    const applied: Applied[] = [];
    for (const bytes of batch) {
      const operation = decodeOperation(bytes);
      const { n } = operation;
      if (n > this.#heads.length)
        return { kind: 'ahead', after: { n: n - 1, hash: operation.prev } };
      if (this.#isKnown(operation)) continue;
      const isNext = n === this.#heads.length;
      if (!isNext || !equalBytes(operation.prev, this.#heads.at(-1) ?? NO_HEAD)) {
        return this.#contradicted(operation);
      }
      if (n >= MAX_OPERATIONS) return { kind: 'invalid' };
      const change = decodeChange(operation.fields);
      const who = this.#apply(operation, change);
      if (who === null) return { kind: 'invalid' };
      this.#operations.push(encodeOperation(operation));
      this.#heads.push(headOf(this.#room, operation));
      for (const id of who) this.#named.set(id, n);
      applied.push({ n, change, who });
    }
    const log = this.#log();
    return log === null ? { kind: 'invalid' } : { kind: 'extended', log, applied };
  }

  #isKnown(operation: Operation): boolean {
    const known = this.#heads[operation.n];
    return known !== undefined && equalBytes(known, headOf(this.#room, operation));
  }

  #contradicted(operation: Operation): Extension {
    const pen = this.#pens.findLast(({ from }) => from <= operation.n)?.key;
    if (pen === undefined || !isSignedBy(pen, this.#room, operation)) return { kind: 'invalid' };
    return { kind: 'forked', operation: encodeOperation(operation) };
  }

  #isOwners(operation: Operation, pen: Uint8Array): boolean {
    return this.#checked || isSignedBy(pen, this.#room, operation);
  }

  /** Whom it changed; null where it can't be the owner's. */
  #apply(operation: Operation, change: Change): readonly PeerId[] | null {
    if (change.kind === 'create') return this.#create(operation, change);
    const fields = this.#fields;
    const pen = this.#pens.at(-1)?.key;
    if (fields === null || pen === undefined || !this.#isOwners(operation, pen)) return null;
    if (change.kind === 'transfer') return this.#transfer(operation, change);
    if (fields.closed) return [];
    return this.#change(fields, change);
  }

  #create(
    operation: Operation,
    change: Extract<Change, { kind: 'create' }>,
  ): readonly PeerId[] | null {
    const { pen, title, group } = change;
    const holder = holderOf(this.#room, change);
    // A group has no title, now or later: nobody is put into a room that calls itself something.
    if (group && title !== '') return null;
    if (operation.n !== 0 || privateRoomId(pen) !== this.#room || holder === null) return null;
    if (!this.#isOwners(operation, pen)) return null;
    this.#pens.push({ from: 0, key: pen });
    this.#members.add(holder.id);
    const rest = { topic: '', readOnly: false, expireSeconds: null, closed: false };
    this.#fields = { owner: holder.id, title, group, ...rest };
    return [holder.id];
  }

  /** The pen of before signs it, and with it all before; what follows is the next owner's. */
  #transfer(
    operation: Operation,
    change: Extract<Change, { kind: 'transfer' }>,
  ): readonly PeerId[] | null {
    const holder = holderOf(this.#room, change);
    const fields = this.#fields;
    if (holder === null || fields === null) return null;
    this.#pens.push({ from: operation.n + 1, key: change.pen });
    if (!this.#members.has(holder.id) || fields.closed) return null;
    this.#fields = { ...fields, owner: holder.id };
    this.#moderators.delete(holder.id);
    return [holder.id];
  }

  #change(
    fields: Fields,
    change: Exclude<Change, { kind: 'create' | 'transfer' }>,
  ): readonly PeerId[] {
    switch (change.kind) {
      case 'add':
        return this.#add(change.ids.map(PeerId.fromBytes));
      case 'remove':
        return this.#remove(change);
      case 'title':
        if (!fields.group) this.#fields = { ...fields, title: change.text };
        return [];
      case 'topic':
        this.#fields = { ...fields, topic: change.text };
        return [];
      case 'grant':
        return this.#grant(PeerId.fromBytes(change.id));
      case 'revoke': {
        const id = PeerId.fromBytes(change.id);
        return this.#moderators.delete(id) ? [id] : [];
      }
      case 'read-only':
        this.#fields = { ...fields, readOnly: change.on };
        return [];
      case 'timer':
        this.#fields = { ...fields, expireSeconds: change.seconds };
        return [];
      case 'close':
        this.#fields = { ...fields, closed: true };
        return [];
      default:
        return change satisfies never;
    }
  }

  #add(ids: readonly PeerId[]): readonly PeerId[] {
    const added: PeerId[] = [];
    for (const id of ids) {
      if (this.#members.has(id) || this.#members.size >= MAX_PRIVATE_MEMBERS) continue;
      this.#members.add(id);
      this.#silenced.delete(id);
      this.#added.set(id, this.#heads.length);
      added.push(id);
    }
    return added;
  }

  #remove({ id: bytes, ends }: Extract<Change, { kind: 'remove' }>): readonly PeerId[] {
    const id = PeerId.fromBytes(bytes);
    if (id === this.#fields?.owner || !this.#members.delete(id)) return [];
    const wasSilent = this.#fields?.readOnly === true && !this.#moderators.has(id);
    if (wasSilent) this.#silenced.add(id);
    this.#moderators.delete(id);
    const named = ends.map(([skid, index]) => [SenderKeyId.fromBytes(skid), index] as const);
    this.#ends.set(id, new Map([...(this.#ends.get(id) ?? []), ...named]));
    return [id];
  }

  #grant(id: PeerId): readonly PeerId[] {
    const isFull = this.#moderators.size >= MAX_MODERATORS;
    const isNew = this.#members.has(id) && !this.#moderators.has(id) && id !== this.#fields?.owner;
    if (isFull || !isNew) return [];
    this.#moderators.add(id);
    return [id];
  }

  #log(): RoomLog | null {
    if (this.#fields === null) return null;
    const { owner, title, topic, group, readOnly, expireSeconds, closed } = this.#fields;
    return {
      room: this.#room,
      operations: this.#operations,
      heads: this.#heads,
      pens: this.#pens,
      members: this.#members,
      moderators: this.#moderators,
      ends: this.#ends,
      silenced: this.#silenced,
      named: this.#named,
      added: this.#added,
      ...{ owner, title, topic, group, readOnly, expireSeconds, closed },
    };
  }
}
