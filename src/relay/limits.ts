// The relay's own bounds, each with its reason. What both sides must know is in protocol/limits.ts.
import { BLOB_TTL_SECONDS, HANDSHAKE_TIMEOUT_MS, MAX_ROOM_MEMBERS } from '../protocol/limits.ts';

export interface RelayLimits {
  /** Connections in all, logged in or not. */
  readonly connections: number;
  /** On a full relay so many of one machine make room for nobody's from another. */
  readonly connectionsFloor: number;
  /**
   * Connections that carry a file, apart from those of people, who must find a place while files are on their way: in
   * all, of one person (what a client has on the way at once), and how many of one machine make room for nobody's from
   * another on a full relay.
   */
  readonly carriers: number;
  readonly carriersAPerson: number;
  readonly carriersFloor: number;
  /** How long nothing of a file may come or go: its place is somebody else's then. */
  readonly carrierIdleMs: number;
  /** What files on their way take of memory, in all and each: what was read and is not yet written on. */
  readonly carriedBytesInAll: number;
  readonly carriedBytes: number;
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
  /** Requests that cost signatures or answers, each 32 KiB of an answer as much as one more request. */
  readonly requestsPerSecond: number;
  readonly requestsBurst: number;
  /**
   * Private messages of one connection: each costs its recipient over a millisecond. The burst holds the
   * keys for a room of MAX_ROOM_MEMBERS.
   */
  readonly sendsPerSecond: number;
  readonly sendsBurst: number;
  /** What one connection may say in rooms; a guest's bytes count GUEST_FACTOR times. */
  readonly roomBytesPerSecond: number;
  readonly roomBytesBurst: number;
  /** Topics one connection may subscribe, in all and as a guest, which needs one at a time; topics in memory. */
  readonly topicsAConnection: number;
  readonly guestTopicsAConnection: number;
  readonly topics: number;
  /** Where nobody else is, so many topics of one source, or in one source of a connection, are safe from others. */
  readonly topicsFloor: number;
  /** Roster entries of a topic; on a full one so many of one source make room for nobody from another. */
  readonly rosterEntries: number;
  readonly rosterFloor: number;
  /** Entries in all of people who are not subscribed now, and how long. */
  readonly absentEntries: number;
  readonly absentEntryAgeMs: number;
  /** Room log on disk: a topic, all topics, and age by the shelf clock. */
  readonly logBytes: number;
  readonly logBytesInAll: number;
  readonly logAgeMs: number;
  /** So much of a log from one source, or in one source from one sender, makes room for nobody else's. */
  readonly logFloorBytes: number;
  /** Mailbox on disk: of a person, of one sender in it, of all, and age by the shelf clock. */
  readonly mailboxBlobs: number;
  readonly mailboxBytes: number;
  readonly mailboxBlobsASender: number;
  readonly mailboxBytesInAll: number;
  readonly mailboxAgeMs: number;
  /** As `logFloorBytes`: both bounds hold, so that a few large letters don't count as little. */
  readonly mailboxFloorBlobs: number;
  readonly mailboxFloorBytes: number;
  /**
   * Kept files: how many in all; of what there is for them a person's part; what of it is safe from others, as
   * `logFloorBytes`; age by the shelf clock, also where nobody goes on with an upload.
   */
  readonly files: number;
  readonly filesPartAPerson: number;
  readonly filesFloorPart: number;
  readonly fileAgeMs: number;
  readonly unfinishedFileAgeMs: number;
  /** So much of the disk is left for everything else. */
  readonly diskLeftBytes: number;
  /** Chunks between two syncs of an upload: what a power cut costs it, and what the disk writes in one go. */
  readonly chunksASync: number;
  /** People on disk whose cards and bundles are handed out while they are away, and how long. */
  readonly people: number;
  readonly peopleAgeMs: number;
  /** Who was here within this time is not forgotten for newcomers from the same source. */
  readonly peopleStayMs: number;
  /** People who left and could not be saved yet, in memory. */
  readonly unsavedPeople: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 24 * 60 * 60_000;

export const DEFAULT_LIMITS: RelayLimits = {
  connections: 2_000,
  connectionsFloor: 8,
  carriers: 256,
  carriersAPerson: 8,
  carriersFloor: 8,
  carrierIdleMs: 5 * 60_000,
  carriedBytesInAll: 32 * MIB,
  carriedBytes: MIB,
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
  roomBytesPerSecond: 8 * MIB,
  roomBytesBurst: 16 * MIB,
  topicsAConnection: 64,
  guestTopicsAConnection: 4,
  topics: 1_024,
  topicsFloor: 8,
  rosterEntries: MAX_ROOM_MEMBERS,
  rosterFloor: 8,
  absentEntries: 16_384,
  absentEntryAgeMs: 7 * DAY_MS,
  logBytes: 64 * MIB,
  logBytesInAll: 512 * MIB,
  logAgeMs: BLOB_TTL_SECONDS * 1_000,
  logFloorBytes: 64 * KIB,
  mailboxBlobs: 2_000,
  mailboxBytes: 16 * MIB,
  mailboxBlobsASender: 256,
  mailboxBytesInAll: 512 * MIB,
  mailboxAgeMs: BLOB_TTL_SECONDS * 1_000,
  mailboxFloorBlobs: 16,
  mailboxFloorBytes: 128 * KIB,
  files: 16_384,
  filesPartAPerson: 1 / 4,
  filesFloorPart: 1 / 64,
  fileAgeMs: BLOB_TTL_SECONDS * 1_000,
  unfinishedFileAgeMs: DAY_MS,
  diskLeftBytes: 256 * MIB,
  chunksASync: 64,
  people: 4_096,
  peopleAgeMs: 30 * DAY_MS,
  peopleStayMs: 7 * DAY_MS,
  unsavedPeople: 1_024,
};

/** Largest FOUND, type, req and body: what one cheap request can make us queue. The rest is asked for again. */
export const MAX_FOUND_BYTES = 32 * 1024;
/** This much of an answer costs as much as a request. */
export const ANSWER_BYTES_A_REQUEST = 32 * 1024;
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
/** What of that uploads have to be written out, once nobody is connected. */
export const FILES_GRACE_MS = 400;

/** How many times as much a guest pays: it is not listed, and has little to say. */
export const GUEST_FACTOR = 16;
/** What a room blob costs beside its bytes: its place in a turn, in a log, and at each subscriber. */
export const ROOM_BLOB_COST_BYTES = 128;

/** What is stored counts as this many bytes more: its row and its index entries. */
export const ROW_OVERHEAD_BYTES = 256;
/** What is yet to be committed; above it, who adds to it is read more slowly. */
export const UNCOMMITTED_BYTES = 2 * MIB;
/** One page of a mailbox: blobs, and bytes of them; the last blob may go beyond. */
export const FETCH_BLOBS = 64;
export const FETCH_BYTES = 184 * 1024;
/** This much of a page, or of a log, costs as much as a request: it is paced by its reader already. */
export const PAGE_BYTES_A_REQUEST = 128 * 1024;
/** Numbers in an ACK that cost as much as a request. */
export const ACKS_A_REQUEST = 128;
/** What a member who catches up is sent before it has to read; the last segment may go beyond. */
export const CATCH_UP_BYTES = 96 * 1024;
/** A segment of the room log: small enough that several readers can be given one each. */
export const LOG_SEGMENT_BYTES = 64 * 1024;
/** Tokens remembered in memory, at 110 bytes each: of mail that has left the disk, and of what rooms were sent. */
export const RECENT_TOKENS = 16_384;
/** Of each topic that many are read back from the log when it is opened. */
export const RECENT_TOKENS_A_TOPIC = 1_024;
/** Of each topic, tokens of what went out and could not be stored, so that it need not go out again. */
export const REFUSED_TOKENS_A_TOPIC = 1_024;
/** An empty topic leaves memory after this long. */
export const TOPIC_IDLE_MS = 15 * 60_000;
/** How often the relay looks for what is older than it may be. */
export const SWEEP_INTERVAL_MS = 60_000;
/** Who is here is noted that often as seen: a crash must not make them look gone for longer. */
export const SEEN_INTERVAL_MS = 24 * 60 * 60_000;
/** Rows that one sweep removes of each table: it must not hold up everybody. */
export const SWEEP_ROWS = 500;

/** What all files on their way may move in one turn of the event loop, so that words need not wait for long. */
export const CARRIED_BYTES_A_TURN = 256 * KIB;
/** Less than a chunk would make every chunk wait. */
export const MIN_CARRIED_BYTES = 72 * 1024;
/** HAVE is said at least this often: chunks that are written, or read, in one go. */
export const CHUNKS_A_HAVE = 16;
/** A kept file counts as this many bytes more: its row and its place in a folder. */
export const FILE_OVERHEAD_BYTES = 4 * KIB;
