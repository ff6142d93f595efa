// How it stands with one file, sent or received: what commands answer and events tell. Plain values only.
import type { FileId, MessageId } from '../protocol/ids.ts';
import type { Destination, StoredMessage } from './api.ts';

/**
 * `reading`: ours, whose hash is made before anybody hears of it. `offered`: theirs, and nobody here has asked for it.
 * `waiting`: wanted, and not on its way now. `moving`: it is. `kept`: ours, and the relay has all of it. `done`: it is whole at
 * the other end, of theirs here. `failed` and `cancelled`: not on its way any more; theirs may be asked for again.
 */
export type FileStand =
  | 'reading'
  | 'offered'
  | 'waiting'
  | 'moving'
  | 'kept'
  | 'done'
  | 'failed'
  | 'cancelled';

/** The way a file goes: over the relay, or straight between the two machines. */
export type FileVia = 'relay' | 'direct';

export interface FileTransfer {
  readonly file: FileId;
  /** The message that carries it; null while it is being read. */
  readonly id: MessageId | null;
  readonly conversation: Destination;
  readonly direction: 'out' | 'in';
  /** Untrusted text where it comes in. */
  readonly name: string;
  /** Bytes of the whole. */
  readonly size: number;
  readonly state: FileStand;
  /** Bytes that are at the other end, or here; while it is read, that were read. */
  readonly bytes: number;
  /** Over the last seconds; null while it doesn't move. */
  readonly bytesPerSecond: number | null;
  /** Null while it doesn't move. */
  readonly via: FileVia | null;
  /** Why it waits or has failed: a code, of which CLI.md has the list. */
  readonly reason: string | null;
  /** Where it is on this machine: read from, or landed at; null: nowhere yet. */
  readonly path: string | null;
  /** What the content is, where the name says something else that a person should be warned of. */
  readonly warning: string | null;
}

export type FileCommand =
  /** Reads the file, tells the other side of it, and sees that it gets there. Throws UsageError `not-found`, `not-a-file`, `unreadable`, and as `send`. */
  | {
      readonly do: 'send-file';
      readonly to: Destination;
      /** Absolute, on the machine of the profile's owner. */
      readonly path: string;
      /** What is said of it; may be empty. */
      readonly text: string;
      readonly reply?: MessageId;
      /** What it is called there; absent: as here. */
      readonly name?: string;
      /** A voice note, and how long it is. */
      readonly voiceMs?: number;
      /** Of a voice note: 32 parts, 0 to 7 each. */
      readonly waveform?: readonly number[];
      /** It is deleted once it is with the other side, or given up. */
      readonly temporary?: boolean;
    }
  /** Wants a file that somebody sent. Throws UsageError `unknown-message`, `no-file`. */
  | {
      readonly do: 'get-file';
      readonly id: MessageId;
      /** Where it is to land, absolute; absent: in the folder that is set. */
      readonly folder?: string;
    }
  /** Ours is taken back from the relay and given to nobody any more, theirs is not taken further; what has landed stays. */
  | { readonly do: 'cancel-file'; readonly id: MessageId }
  /** Files of one conversation or of all, the newest first. */
  | {
      readonly do: 'files';
      readonly conversation: Destination | null;
      readonly limit: number;
    };

export interface FileReplies {
  readonly 'send-file': { readonly id: MessageId; readonly transfer: FileTransfer };
  readonly 'get-file': { readonly transfer: FileTransfer };
  readonly 'cancel-file': { readonly cancelled: boolean };
  readonly files: {
    readonly files: readonly {
      readonly transfer: FileTransfer;
      /** Null: it was deleted, or those before it are as long as an answer may be. */
      readonly message: StoredMessage | null;
    }[];
  };
}

export type FileEvent = { readonly type: 'file'; readonly transfer: FileTransfer };
