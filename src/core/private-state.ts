// What a client knows of a private room beyond what every room has: plain data. No clock, socket or disk.
import type { PeerKeys } from '../crypto/identity.ts';
import type { Pen } from '../crypto/room-log.ts';
import type { PeerId, RelayId, RoomId } from '../protocol/ids.ts';
import type { LogHead } from '../protocol/record.ts';
import type { RoomLog } from './room-log.ts';
import type { RoomState } from './room-state.ts';

export interface PrivateRoom {
  /** 32 bytes, known to every member: the topic and the marks of chains are made of it. */
  readonly secret: Uint8Array;
  log: RoomLog;
  /** Operations that its owner handed us when we were let in: before the last of them, the log is of another day. */
  readonly expected: number;
  /** Who handed it to us; null: we made it. */
  readonly letInBy: PeerId | null;
  /** When we took it up, running time. */
  readonly sinceRunMs: number;
  /** Ours, where we own the room. */
  pen: Pen | null;
  /** What we would sign with: made when the owner asked us to take the room over. */
  nextPen: Pen | null;
  /** When we first said that we take it over, monotonic ms; memory only. */
  promisedAtMs: number | null;
  /** The operation that proves two histories under one pen: nobody writes or reads there any more. */
  fork: Uint8Array | null;
  /** Somebody whom we don't know put us into it: nothing goes out there until a person accepts. */
  isRequest: boolean;
  /** When somebody put us into it, monotonic ms; null: a person said yes just before, or its list names us already (hidden-delay.ts). */
  unaskedAtMs: number | null;
  /** What members said about taking people out; it counts as long as the log bears it out (strikes.ts). */
  strikes: Strike[];
  /** Owner only: whom we asked in, with the number of their invitation as hex. */
  readonly invited: Map<PeerId, string>;
  /** Owner only: whom we asked to take the room over. */
  heir: PeerId | null;
  /** Keys of people who are no members as far as we know; memory only, asked for again. */
  early: EarlyKey[];
  /** Its log has taken us out again: the room is left at the end of the step. */
  isExpelled: boolean;
  /** Log or strikes have changed: what waits is looked at at the end of the step. */
  isStirred: boolean;
  /** Members who know another log than we do, and what we asked them for; memory only. */
  readonly doubts: Map<PeerId, Doubt>;
  /** When each member's question for the log was answered; memory only. */
  readonly answeredAtMs: Map<PeerId, number>;
}

/** The key of a chain in a room, as it came from its owner. */
export interface EarlyKey {
  readonly owner: PeerKeys;
  readonly bytes: Uint8Array;
}

/** A moderator takes a member out, or a member leaves (`by` is the member). */
export interface Strike {
  readonly by: PeerId;
  readonly target: PeerId;
  readonly head: LogHead;
}

export interface Doubt {
  /** What they know, and we don't; null: only that they are a member. */
  head: LogHead | null;
  asked: number;
  nextAtMs: number;
}

/** A question whether we come in, until a person answers. */
export interface Invitation {
  readonly room: RoomId;
  readonly from: PeerId;
  /** 16 bytes. */
  readonly invitation: Uint8Array;
  /** Cleaned. */
  readonly title: string;
  readonly timeMs: number;
  /** We said yes, and wait for the welcome. */
  isAccepted: boolean;
  /** People hear of it when its sender's card is here, or then, monotonic ms; null: they have. Memory only. */
  tellAtMs: number | null;
}

/** One of each person a room: who asks first must not keep its owner from asking. */
export function invitationKey({ room, from }: Pick<Invitation, 'room' | 'from'>): string {
  return `${room}/${from}`;
}

/** Where a newcomer reads on in a relay's log. */
export interface ReadFrom {
  readonly relay: RelayId;
  readonly cursor: bigint;
}

/** A room with what makes it private. */
export interface OwnRoom {
  readonly room: RoomState;
  readonly inner: PrivateRoom;
}

export function ownRoom(room: RoomState): OwnRoom | null {
  return room.private === null ? null : { room, inner: room.private };
}
