// A room as its members use it, over real sockets.
import { expect } from 'vitest';
import type { FrameOf, JoinProof } from '../../src/protocol/frames.ts';
import { joinProof, numberedTopic, type WireClient } from '../support/wire-client.ts';
import { roomBlob, sealed } from './blobs.ts';

export const TOPIC = numberedTopic(1);

/** A body of SUB. */
export function sub(cursor = 0n, join: JoinProof = joinProof('joined'), topic = TOPIC) {
  return { type: 'sub' as const, topic, cursor, join };
}

/** The roster that answers it. */
export async function join(
  client: WireClient,
  ...options: Parameters<typeof sub>
): Promise<FrameOf<'roster'>> {
  const answer = await client.request(sub(...options));
  if (answer.type !== 'roster') throw new Error(JSON.stringify(answer.type));
  return answer;
}

/** Returns the blob once it is stored. */
export async function say(client: WireClient, token?: Uint8Array): Promise<Uint8Array> {
  const blob = roomBlob(TOPIC);
  const answer = await client.request(sealed('fanout', blob, token));
  expect(answer.type).toBe('done');
  return blob;
}

/** What came and was not taken, in order. */
export function heard(client: WireClient): FrameOf<'deliver'>[] {
  return client.inbox.flatMap((frame) => (frame.type === 'deliver' ? [frame] : []));
}

/** The last bytes of each blob, which are noise: they tell them apart. */
export function namesOf(blobs: readonly Uint8Array[]): string[] {
  return blobs.map((blob) => Buffer.from(blob.subarray(-8)).toString('hex'));
}

export function namesHeard(client: WireClient): string[] {
  return namesOf(heard(client).map(({ blob }) => blob));
}
