// Files and meetings as the relay sees them: names, counts and sealed chunks that say nothing.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { equalBytes } from '../../src/protocol/bytes.ts';
import type { Frame } from '../../src/protocol/frames.ts';
import { FileId, MeetingId } from '../../src/protocol/ids.ts';
import { MAX_CHUNKS_AHEAD, SEALED_CHUNK_BYTES } from '../../src/protocol/limits.ts';
import type { RelayOptions } from '../../src/relay/relay.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import type { WireClient } from '../support/wire-client.ts';
import { runRelay, type TestRelay } from './running-relay.ts';

function numbered(number: number): Uint8Array {
  const bytes = new Uint8Array(16).fill(0x66);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** A meeting of its own for each number. */
export const meeting = (number = 1): MeetingId => MeetingId.fromBytes(numbered(number));

/** A file of its own for each number. */
export const file = (number = 1): FileId => FileId.fromBytes(numbered(number));

/** Chunk `index` of such a file: other bytes for each. */
export function chunk(index: number, filler = 0): Frame & { readonly type: 'chunk' } {
  const sealed = new Uint8Array(SEALED_CHUNK_BYTES).fill((index * 7 + filler) & 0xff);
  new DataView(sealed.buffer).setUint32(0, index);
  return { type: 'chunk', req: 0, index, sealed };
}

/** A folder for what a relay keeps, gone after the test. */
export async function relayFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-relay-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface KeepingOptions extends Partial<RelayOptions> {
  readonly folder?: string;
  readonly fileBytes?: number;
}

/** A relay that keeps files on disk. */
export async function runKeepingRelay(options: KeepingOptions = {}): Promise<TestRelay> {
  const { folder = await relayFolder(), fileBytes = 1024 ** 3, limits, ...others } = options;
  return runRelay({
    database: await openRelayDatabase(join(folder, 'relay.db')),
    files: { folder: join(folder, 'files'), bytes: fileBytes },
    limits: { diskLeftBytes: 0, ...limits },
    ...others,
  });
}

export const keep = (client: WireClient, chunks: number, { number = 1, ttlSeconds = 3_600 } = {}) =>
  client.request({ type: 'keep', file: file(number), chunks, ttlSeconds });

export const take = (client: WireClient, from = 0, number = 1) =>
  client.send({ type: 'take', req: 77, file: file(number), from });

export const drop = (client: WireClient, number = 1) =>
  client.request({ type: 'drop', file: file(number) });

/** Sends those from `from` to `to`, as far ahead as HAVE lets it, and resolves at the HAVE of the last. */
export async function upload(client: WireClient, from: number, to: number): Promise<void> {
  let has = from;
  for (let index = from; has < to; ) {
    while (index < to && index < has + MAX_CHUNKS_AHEAD) client.send(chunk(index++));
    const answer = await client.nextWhere(({ type }) => type === 'have' || type === 'error');
    if (answer.type !== 'have') throw new Error(JSON.stringify(answer));
    has = answer.count;
  }
}

/** A file of so many chunks that is kept whole. */
export async function leaveFile(running: TestRelay, person: number, chunks: number, number = 1) {
  const client = await running.carry(person);
  const answer = await keep(client, chunks, { number });
  if (answer.type !== 'have') throw new Error(JSON.stringify(answer));
  await upload(client, answer.count, chunks);
  await client.close();
}

/** Reads those from `from` to `to`, saying what it has. */
export async function download(client: WireClient, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    const { sealed, ...head } = await client.next('chunk');
    const expected = chunk(index);
    if (head.index !== index || !equalBytes(sealed, expected.sealed)) {
      throw new Error(`chunk ${head.index} instead of ${index}, or damaged`);
    }
    if ((index + 1) % 16 === 0 || index + 1 === to) {
      client.send({ type: 'have', req: 0, count: index + 1 });
    }
  }
}
