// What was typed and not sent, by conversation, in the profile's store. Knows no screen.

import { textFromUtf8, utf8FromText } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { PeerId } from '../protocol/ids.ts';
import type { ProfileStore, StateValue } from '../storage/profile-store.ts';
import type { Destination, Draft } from './api.ts';

const PREFIX = 'draft/';

/** All are one answer across the profile's socket, and read at every start. The oldest go. */
const MAX_DRAFTS = 100;
const MAX_DRAFT_BYTES = 256 * 1024;
const MAX_ALL_BYTES = 4 * 1024 * 1024;

interface Kept {
  readonly draft: Draft;
  readonly sizeBytes: number;
}

/** Each is a row of its own, sealed as all of them; in memory as well, least recently changed first. */
export class Drafts {
  readonly #store: ProfileStore;
  readonly #kept = new Map<string, Kept>();

  /** `rows`: the store's state; rows that make no sense are left alone. */
  constructor(store: ProfileStore, rows: readonly StateValue[]) {
    this.#store = store;
    for (const { place, value } of rows) {
      const conversation = conversationAt(place);
      const text = conversation === null ? null : textOf(value);
      if (conversation === null || text === null) continue;
      this.#kept.set(place, { draft: { conversation, text }, sizeBytes: value.length });
    }
  }

  all(): readonly Draft[] {
    return [...this.#kept.values()].map(({ draft }) => draft);
  }

  /** Durable on return; an empty text is none, and what is too long is kept as far as it goes. Throws StorageError. */
  set(conversation: Destination, text: string): void {
    const place = PREFIX + ('peer' in conversation ? conversation.peer : conversation.room);
    // A UTF-16 unit is at most three bytes.
    const kept = text.slice(0, Math.floor(MAX_DRAFT_BYTES / 3)).toWellFormed();
    const value = utf8FromText(kept);
    if (value.length === 0 && !this.#kept.has(place)) return;
    const leaving = value.length === 0 ? [place] : this.#crowdedOut(place, value.length);
    const state = leaving.map((each) => ({ place: each, value: null }));
    const added = value.length === 0 ? [] : [{ place, value }];
    this.#store.commit({ state: [...state, ...added], history: [] });
    for (const each of [...leaving, place]) this.#kept.delete(each);
    if (value.length > 0) {
      this.#kept.set(place, { draft: { conversation, text: kept }, sizeBytes: value.length });
    }
  }

  /** Those that must go for one of this size. */
  #crowdedOut(place: string, sizeBytes: number): string[] {
    const others = [...this.#kept].filter(([each]) => each !== place);
    let bytes = others.reduce((sum, [, kept]) => sum + kept.sizeBytes, sizeBytes);
    let count = others.length + 1;
    const leaving: string[] = [];
    for (const [each, kept] of others) {
      if (count <= MAX_DRAFTS && bytes <= MAX_ALL_BYTES) break;
      leaving.push(each);
      bytes -= kept.sizeBytes;
      count -= 1;
    }
    return leaving;
  }
}

function conversationAt(place: string): Destination | null {
  if (!place.startsWith(PREFIX)) return null;
  const name = place.slice(PREFIX.length);
  const peer = PeerId.parse(name);
  if (peer !== null) return { peer };
  return /^[#+]./.test(name) ? { room: name } : null;
}

function textOf(value: Uint8Array): string | null {
  if (value.length > MAX_DRAFT_BYTES) return null;
  try {
    return textFromUtf8(value);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
