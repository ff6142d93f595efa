// The relay's own bounds, each with its reason. What both sides must know is in protocol/limits.ts.
import { HANDSHAKE_TIMEOUT_MS, MAX_ROOM_MEMBERS } from '../protocol/limits.ts';

export interface RelayLimits {
  /** Connections in all, logged in or not. */
  readonly connections: number;
  /** Connections of one address between TCP and READY; more wait in line, unread. */
  readonly loginsAnAddress: number;
  /** Connections of one address that wait in that line; more are refused. */
  readonly waitingAnAddress: number;
  /** TLS handshakes that one address, but loopback, may begin: each costs about a millisecond. */
  readonly handshakesPerSecond: number;
  readonly handshakesBurst: number;
  readonly handshakeMs: number;
  /** What a connection may leave unread before it is dropped. */
  readonly outQueueBytes: number;
  /** What all connections together may leave unread; above it the fullest queue is dropped. */
  readonly outQueueBytesInAll: number;
  /** Reading from one connection goes at most this fast, after a burst of a quarter of a second. */
  readonly readBytesPerSecond: number;
  /** Requests that cost signatures or answers, each 8 KiB of an answer as much as one more request. */
  readonly requestsPerSecond: number;
  readonly requestsBurst: number;
  /**
   * Private messages of one connection: each costs its recipient over a millisecond. The burst holds the
   * keys for a room of MAX_ROOM_MEMBERS.
   */
  readonly sendsPerSecond: number;
  readonly sendsBurst: number;
  /** Topics one connection may subscribe, and topics in all. */
  readonly topicsAConnection: number;
  readonly topics: number;
  /** Roster entries of a topic, and entries in all of people who are not subscribed now. */
  readonly rosterEntries: number;
  readonly absentEntries: number;
  /** Replay log: a topic, all topics, and age. */
  readonly logBlobs: number;
  readonly logBytes: number;
  readonly logBytesInAll: number;
  readonly logAgeMs: number;
  /** People no longer connected whose cards and bundles are still handed out. */
  readonly absentPeople: number;
  readonly absentPeopleAgeMs: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: RelayLimits = {
  connections: 2_000,
  loginsAnAddress: 8,
  waitingAnAddress: 512,
  handshakesPerSecond: 20,
  handshakesBurst: 100,
  handshakeMs: HANDSHAKE_TIMEOUT_MS,
  outQueueBytes: 4 * MIB,
  outQueueBytesInAll: 5 * MIB,
  readBytesPerSecond: 32 * MIB,
  requestsPerSecond: 50,
  requestsBurst: 100,
  sendsPerSecond: 250,
  sendsBurst: 2 * MAX_ROOM_MEMBERS,
  topicsAConnection: 64,
  topics: 1_024,
  rosterEntries: MAX_ROOM_MEMBERS,
  absentEntries: 16_384,
  logBlobs: 512,
  logBytes: MIB,
  logBytesInAll: 8 * MIB,
  logAgeMs: 15 * 60_000,
  absentPeople: 1_024,
  absentPeopleAgeMs: 24 * 60 * 60_000,
};

/** Largest FOUND, type, req and body: what one cheap request can make us queue. The rest is asked for again. */
export const MAX_FOUND_BYTES = 32 * 1024;
/** This much of an answer costs as much as a request. */
export const ANSWER_BYTES_A_REQUEST = 8 * 1024;
/** With this much unread, the next request waits until the long answers are read. */
export const UNREAD_ANSWERS_BYTES = 64 * 1024;
/** A queue above this is congested: who fills it is read more slowly. */
export const CONGESTED_BYTES = 256 * 1024;
/** A slow reader may hold up those who write to it this long at a time, so that it can't stop them. */
export const CONGESTION_HOLD_MS = 1_000;
/** Presence and rosters go out at most this often: a storm of joins is a few frames. */
export const NEWS_INTERVAL_MS = 100;
/** How long a connection that was told END has to take it. */
export const END_GRACE_MS = 1_000;
/** All of a clean shutdown, inside the 2 s that `lanchat relay` promises. */
export const SHUTDOWN_GRACE_MS = 1_500;
