// What can lie over the messages and take the keys: its data and how a selection in it moves.
import type { RelayChoice, Replies, StoredMessage } from '../client/api.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import type { ComposerState } from './composer.ts';
import type { ConversationKey } from './conversation.ts';
import type { ShownFile, Transfer } from './file-words.ts';
import type { KnownPerson } from './people.ts';
import type { SafeText } from './safe-text.ts';

/** What a picked person is for. Picking sends no words: a text comes back as a draft; a command is done. */
export type PickPurpose =
  | { readonly kind: 'open'; readonly draft: string | null }
  /** A group of who is picked and the others who were named. */
  | { readonly kind: 'group'; readonly others: readonly string[]; readonly draft: string }
  | { readonly kind: 'command'; readonly line: string };

/** A message that a search found. */
export interface Hit {
  readonly message: StoredMessage;
  /** Its text on one line. */
  readonly text: SafeText;
}

export type SearchOutcome =
  | { readonly kind: 'running' }
  /** Newest first. `more`: there are older ones than these. */
  | { readonly kind: 'found'; readonly hits: readonly Hit[]; readonly more: boolean }
  | { readonly kind: 'failed'; readonly why: SafeText };

export interface SearchOverlay {
  readonly kind: 'search';
  readonly query: string;
  /** Null: all conversations. */
  readonly scope: ConversationKey | null;
  readonly outcome: SearchOutcome;
  readonly selected: number;
  /** `d` was pressed: once more deletes the selected message. */
  readonly armed: boolean;
  /** Why it could not be deleted. */
  readonly problem: SafeText | null;
}

/** A file as a list of files has it. */
export interface ListedFile {
  /** As it stood when the list was asked for. */
  readonly transfer: Transfer;
  /** Null: it was deleted. */
  readonly message: StoredMessage | null;
  readonly shown: ShownFile | null;
}

export interface FilesOverlay {
  readonly kind: 'files';
  /** Null: all conversations. */
  readonly scope: ConversationKey | null;
  /** Newest first. */
  readonly outcome:
    | { readonly kind: 'running' }
    | { readonly kind: 'found'; readonly files: readonly ListedFile[] }
    | { readonly kind: 'failed'; readonly why: SafeText };
  readonly selected: number;
  /** What came of the last key. */
  readonly said: SafeText | null;
}

/** A file on this disk, or a picture that is on none yet. */
export type OfferedFile = { readonly name: SafeText; readonly sizeBytes: number } & (
  | { readonly path: string }
  | { readonly png: Uint8Array }
);

/** Whether these are to be sent. */
export interface SendFilesOverlay {
  readonly kind: 'send-files';
  readonly why: 'dropped' | 'clipboard' | 'large';
  readonly key: ConversationKey;
  readonly files: readonly OfferedFile[];
  /** What is said of them. */
  readonly text: string;
  /** The text that was dropped with them, where it stands in the line that is typed. */
  readonly pasted: { readonly start: number; readonly text: string } | null;
}

/** Who is in a room; null: everybody who is here. They stay in their places while the list is open. */
export interface MembersOverlay {
  readonly kind: 'members';
  readonly room: string | null;
  /** With what the room is, above them. */
  readonly facts: boolean;
  readonly people: readonly PeerId[];
  /** −1: none yet. */
  readonly selected: number;
}

/** Everybody who is known, by what their keys are worth. */
export interface TrustOverlay {
  readonly kind: 'trust';
  readonly people: readonly PeerId[];
  readonly selected: number;
}

/** All of a person, and what can be done about them. */
export interface PersonOverlay {
  readonly kind: 'person';
  readonly peer: PeerId;
  /** Null: of who has not shown their card yet nothing more is known. */
  readonly known: Omit<Replies['contact'], 'person'> | null;
  /** What is typed of a petname or a note. */
  readonly input: { readonly field: 'petname' | 'note'; readonly line: ComposerState } | null;
  readonly problem: SafeText | null;
  /** How far what is known is scrolled. */
  readonly top: number;
  /** What Esc goes back to. */
  readonly back: MembersOverlay | TrustOverlay | null;
}

export type Overlay =
  /** `topic`: what was asked for, as it was typed; without: an overview. */
  | { readonly kind: 'help'; readonly topic?: string; readonly top: number }
  /** `selected` stays the same wherever it stands in a list that changes by itself; null: none. */
  | {
      readonly kind: 'switcher';
      readonly query: ComposerState;
      readonly selected: ConversationKey | null;
    }
  | {
      readonly kind: 'picker';
      readonly name: SafeText;
      readonly people: readonly KnownPerson[];
      readonly selected: number;
      readonly purpose: PickPurpose;
    }
  | {
      readonly kind: 'relays';
      readonly choices: readonly RelayChoice[];
      /** −1: what was selected is there no more. */
      readonly selected: number;
    }
  /** By which way keys are compared. */
  | { readonly kind: 'verify-how'; readonly peer: PeerId; readonly selected: number }
  | {
      readonly kind: 'verify';
      readonly peer: PeerId;
      /** 60 digits. */
      readonly digits: string;
      readonly qr: string;
      readonly shown: 'digits' | 'qr';
    }
  /** `sas` is null until both sides have given their part. */
  | {
      readonly kind: 'comparison';
      readonly peer: PeerId;
      readonly sas: { readonly words: readonly string[]; readonly digits: string } | null;
    }
  | MembersOverlay
  | TrustOverlay
  | PersonOverlay
  | { readonly kind: 'name'; readonly input: ComposerState; readonly problem: SafeText | null }
  /** Whether the relay hosted here goes on without us; `others`: how many people depend on it. */
  | { readonly kind: 'leaving'; readonly others: number; readonly selected: number }
  | SearchOverlay
  | FilesOverlay
  | SendFilesOverlay
  /** Which emoji goes to the message. */
  | {
      readonly kind: 'react';
      readonly id: MessageId;
      readonly query: ComposerState;
      readonly selected: number;
    }
  /** All that is known of a message. */
  | { readonly kind: 'info'; readonly message: StoredMessage; readonly top: number }
  /** All that is kept of a conversation is to go, once `yes` is typed. */
  | { readonly kind: 'forget'; readonly key: ConversationKey; readonly input: ComposerState };

/** A selection moved within `count` items, going round at the ends; −1: none yet. */
export function moveSelection(selected: number, by: number, count: number): number {
  const from = by < 0 ? Math.max(0, selected) : selected;
  return count === 0 ? 0 : (from + by + count) % count;
}

/** Without a message that has been deleted; the selection stays on the one below it. */
export function withoutHit(overlay: SearchOverlay, id: MessageId): SearchOverlay {
  const { outcome } = overlay;
  if (outcome.kind !== 'found') return overlay;
  const at = outcome.hits.findIndex(({ message }) => message.id === id);
  if (at === -1) return overlay;
  const hits = outcome.hits.toSpliced(at, 1);
  const moved = at < overlay.selected ? overlay.selected - 1 : overlay.selected;
  const selected = Math.max(0, Math.min(moved, hits.length - 1));
  return { ...overlay, outcome: { ...outcome, hits }, selected, armed: false };
}
