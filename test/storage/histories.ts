// A profile's history for tests: what is said in it, and its file as a failing disk or a stranger could change it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import type { Batch, ProfileStore, StateRow } from '../../src/storage/profile-store.ts';
import type { Conversation, StoredMessage } from '../../src/storage/stored-message.ts';

export const DATA_KEY = new Uint8Array(32).fill(7);
export const DAY_MS = 24 * 60 * 60_000;
export const START_MS = 20_000 * DAY_MS;
export const PAGE_BYTES = 4096;

export function messageId(number: number): MessageId {
  const bytes = new Uint8Array(MessageId.sizeBytes).fill(0x5a);
  new DataView(bytes.buffer).setUint32(0, number);
  return MessageId.fromBytes(bytes);
}

export function personId(number: number): PeerId {
  return PeerId.fromBytes(new Uint8Array(PeerId.sizeBytes).fill(number));
}

const ASHA = personId(1);
export const BELA = personId(2);
const US = personId(9);
export const WITH_ASHA: Conversation = { peer: ASHA };
export const WITH_BELA: Conversation = { peer: BELA };
export const LOBBY: Conversation = { room: '#lobby' };

/** The `number`th message, a minute after the one before: of asha to us, unless said otherwise. */
export function said(number: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: messageId(number),
    timeMs: START_MS + number * 60_000,
    sentTimeMs: START_MS + number * 60_000 - 500,
    conversation: WITH_ASHA,
    from: { fingerprint: ASHA, nick: 'asha' },
    text: `words ${number}`,
    state: null,
    reason: null,
    ...change,
  };
}

/** As `said`, of our own. */
export function sent(number: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return said(number, { from: { fingerprint: US, nick: 'me' }, state: 'pending', ...change });
}

export function batchOf(
  messages: readonly StoredMessage[],
  state: readonly StateRow[] = [],
): Batch {
  return { state, history: messages.map((message) => ({ type: 'message', message })) };
}

export function value(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes);
}

export function textsOf(messages: Iterable<StoredMessage>): string[] {
  return Array.from(messages, ({ text }) => text);
}

/** A conversation from its beginning, in pages of `limit`. */
export function fromBeginning(
  store: ProfileStore,
  conversation: Conversation,
  limit: number,
): StoredMessage[] {
  const messages: StoredMessage[] = [];
  for (let more = true; more; ) {
    const after = messages.at(-1)?.id ?? null;
    const page = store.page(conversation, { after, limit });
    messages.push(...page.messages);
    more = page.more;
  }
  return messages;
}

export function historyPath(folder: string): string {
  return join(folder, 'history.db');
}

/** Does something to the closed database as SQL can. */
export async function tamper(folder: string, work: (database: Database) => void): Promise<void> {
  const database = await openDatabase(historyPath(folder), ['already there']);
  try {
    work(database);
  } finally {
    database.close();
  }
}

/** Puts `bytes` in the place of the closed database. */
export function replaceHistory(folder: string, bytes: Uint8Array): void {
  for (const suffix of ['-wal', '-shm']) rmSync(historyPath(folder) + suffix, { force: true });
  writeFileSync(historyPath(folder), bytes, { mode: 0o600 });
}

/** Everything that is on disk of it. */
export function historyBytes(folder: string): Buffer {
  return Buffer.concat(
    ['', '-wal', '-shm'].map((suffix) => {
      try {
        return readFileSync(historyPath(folder) + suffix);
      } catch {
        return Buffer.alloc(0);
      }
    }),
  );
}
