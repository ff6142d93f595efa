// Every limit of the protocol, with its reason. The relay announces those a client must know in CHALLENGE.

/** The only version spoken; HELLO carries a range so that a later one can be negotiated. */
export const PROTOCOL_VERSION = 1;

/** Before AUTH nobody needs more than a card and signatures; this bounds what a stranger can make us hold. */
export const MAX_FRAME_BYTES_BEFORE_LOGIN = 4 * 1024;
/** Holds the largest SEND (66,879 bytes) and full pages of cards. Counts the bytes after the length field. */
export const MAX_FRAME_BYTES = 70 * 1024;

/** Text of one message, UTF-8. Leaves room in the largest bucket for the record and the note. */
export const MAX_TEXT_BYTES = 60_000;
/** People that one text names: with the longest text they fit the largest bucket. */
export const MAX_MENTIONS = 32;
/** A reaction: one emoji, a family of three or four with it. */
export const MAX_EMOJI_BYTES = 32;
/** A poll fits a screen. */
export const MAX_QUESTION_BYTES = 500;
export const MIN_CHOICES = 2;
export const MAX_CHOICES = 12;
export const MAX_CHOICE_BYTES = 200;
/** Messages that disappear: nobody reads one in less, and who keeps longer sets how long history is kept. */
export const MIN_TIMER_SECONDS = 10;
export const MAX_TIMER_SECONDS = 90 * 24 * 60 * 60;
/** Acknowledgements and control parts of one private message. */
export const MAX_NOTE_BYTES = 2_900;
/** Padded sizes are powers of two in this range: sizes on the wire tell little. */
export const MIN_PADDED_BYTES = 256;
export const MAX_PADDED_BYTES = 65_536;
/** Nested CBOR deeper than any schema of ours is refused before it is walked. */
export const MAX_CBOR_DEPTH = 8;

/** A display name, UTF-8. */
export const MAX_NICK_BYTES = 32;
/** What somebody says of themselves beside their name, UTF-8. */
export const MAX_STATUS_BYTES = 140;
/** What one notes about somebody, for oneself, UTF-8. */
export const MAX_CONTACT_NOTE_BYTES = 1_000;
/** A public room's name, UTF-8, without the `#`. */
export const MAX_ROOM_NAME_BYTES = 48;
/** A card: version, two keys, sequence number, name, signature. */
export const MAX_CARD_BYTES = 1 + 32 + 32 + 8 + 1 + MAX_NICK_BYTES + 64;
/** Prekeys in one bundle: live and mailbox, old and new of each. */
export const MAX_PREKEYS_PER_BUNDLE = 4;
/** IDs in one GET, entries in one PRESENCE or ROSTER: pages that fit MAX_FRAME_BYTES with their answers. */
export const MAX_IDS_PER_GET = 256;
export const MAX_PRESENCE_ENTRIES = 1_024;
export const MAX_ROSTER_ENTRIES = 512;
/** Mailbox blobs that one ACK names. */
export const MAX_RSEQS_PER_ACK = 1_024;
/** An announcement of the operator, UTF-8. */
export const MAX_ANNOUNCEMENT_BYTES = 2_000;

/** From TCP connection to READY. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** After this long without sending, a PING. */
export const PING_INTERVAL_MS = 5_000;
/** After this long without receiving, the other side is gone. */
export const SILENCE_TIMEOUT_MS = 10_000;

/** Live prekeys: a new one each 50 min, destroyed 70 min after making; memory only. */
export const LIVE_PREKEY_RENEW_MS = 50 * 60_000;
export const LIVE_PREKEY_DESTROY_MS = 70 * 60_000;
/** Mailbox prekeys, on disk: a new one daily; a replaced one is destroyed at a DRAINED this long after, at the latest after 8 days. */
export const MAILBOX_PREKEY_RENEW_MS = 24 * 60 * 60_000;
export const MAILBOX_PREKEY_KEEP_MS = 24 * 60 * 60_000;
export const MAILBOX_PREKEY_DESTROY_MS = 8 * 24 * 60 * 60_000;
/** Turn prekeys: another is made when one was used or is this old; all are destroyed 70 min after making. */
export const TURN_PREKEY_RENEW_MS = 30 * 60_000;
export const TURN_PREKEY_DESTROY_MS = 70 * 60_000;
/** A turn key is sealed to this long after it came. */
export const TURN_PREKEY_USE_MS = 30 * 60_000;
/** Turn prekeys kept for one person. */
export const MAX_TURN_PREKEYS = 8;
/** A bundle older than this, or from an earlier connection, is fetched again before it is sealed to. */
export const BUNDLE_FRESH_MS = 10 * 60_000;

/** A room's sender chain ends after this many messages or this long, whichever is first. */
export const CHAIN_MESSAGES = 256;
export const CHAIN_LIFETIME_MS = 24 * 60 * 60_000;
/** How far ahead of the chain a message may be, and how many skipped keys one chain keeps and how long. */
export const MAX_CHAIN_AHEAD = 255;
export const MAX_SKIPPED_KEYS = 256;
export const SKIPPED_KEY_LIFETIME_MS = 7 * 24 * 60 * 60_000;
/** Room messages that wait for a key, a room: what one unknown chain can make us hold. */
export const MAX_WAITING_BLOBS = 256;
export const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** A room message, or a private one for somebody away, may be kept this long by the relay. */
export const BLOB_TTL_SECONDS = 7 * 24 * 60 * 60;
/** Members of a public room. */
export const MAX_ROOM_MEMBERS = 1_000;

/** Unacknowledged records stay with their sender this long, then they have failed. */
export const RECORD_LIFETIME_MS = 7 * 24 * 60 * 60_000;
/** Received ranges named for one stream in a note. */
export const MAX_HAVE_RANGES = 16;
/** Streams named in one note: the newest of a sender. */
export const MAX_HAVE_STREAMS = 4;

/** Members of a private room, its owner among them. */
export const MAX_PRIVATE_MEMBERS = 256;
/** Operations of one private room: what a newcomer is handed and checks. */
export const MAX_OPERATIONS = 8_192;
/** One operation: the longest adds 64 people. */
export const MAX_OPERATION_BYTES = 4 * 1024;
/** Operations in one record: what fits beside the note in the largest bucket. */
export const MAX_OPERATION_BYTES_A_RECORD = 48 * 1024;
/** A private room's title, and its topic, UTF-8. */
export const MAX_ROOM_TITLE_BYTES = 48;
export const MAX_ROOM_TOPIC_BYTES = 400;
/** Moderators of a private room. */
export const MAX_MODERATORS = 32;

/** A file's content travels in chunks of this many bytes, the last one padded; sealed, each has a tag of 16 bytes. */
export const CHUNK_BYTES = 65_536;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + 16;
/** 1 TiB: what a count on the wire can name, and nobody sends by Wi-Fi. */
export const MAX_FILE_CHUNKS = 16 * 1024 * 1024;
/** Chunks under way that the other side has not said it has: 4 MiB, the memory that a transfer takes. */
export const MAX_CHUNKS_AHEAD = 64;
/** How long one who came first to a meeting waits for the other. */
export const MEETING_WAIT_MS = 60_000;
/** Addresses of a sender's machine that a file may be fetched from, and the length of one. */
export const MAX_FILE_ADDRESSES = 8;
export const MAX_FILE_ADDRESS_BYTES = 64;
/** A file's name, UTF-8: what file systems take. */
export const MAX_FILE_NAME_BYTES = 255;
/** A file's type as its sender names it (RFC 6838). */
export const MAX_FILE_TYPE_BYTES = 80;
/** A small picture of the file, inside the seal. */
export const MAX_THUMBNAIL_BYTES = 12 * 1024;
/** What is said beside a file: with a thumbnail it fits the largest bucket. */
export const MAX_CAPTION_BYTES = 4_000;
/** The longest voice note. */
export const MAX_DURATION_MS = 24 * 60 * 60_000;
