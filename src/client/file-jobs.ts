// What is done with one file over one connection: given to the relay, given or taken at a meeting, taken back. Decides nothing.

import { fileIdOnWire } from '../core/shared-file.ts';
import type { Identity } from '../crypto/identity.ts';
import { bytesFromHex } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { chunksOf } from '../protocol/file-content.ts';
import type { FrameOf } from '../protocol/frames.ts';
import type { MeetingId, PeerId } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS } from '../protocol/limits.ts';
import type { SharedFile } from './api.ts';
import { type CarrierRequest, type CarryingRelay, FileCarrier } from './file-carrier.ts';
import { type GivenContent, giveChunks } from './file-giving.ts';
import { type TakenContent, takeChunks } from './file-taking.ts';

const REQ = 1;

export interface FileJob {
  readonly me: Identity;
  readonly card: () => Uint8Array;
  readonly relay: CarryingRelay;
  readonly file: SharedFile;
  /** Who sent it. */
  readonly owner: PeerId;
  readonly signal: AbortSignal;
  /** So many chunks are at the other end, or here. */
  readonly onHave: (count: number) => void;
}

/** What is received, and finished where it lands. */
export interface LandingContent extends TakenContent {
  /** Whole and right, or a LanchatError `hash-differs`, `no-space`, `unwritable`. */
  finish(): Promise<void>;
}

/**
 * The relay has all of it on its disk when it resolves; `onAccepted`: it takes it. Throws RelayRefusal with its code,
 * and as `giveChunks`.
 */
export function keepAtRelay(
  job: FileJob,
  content: GivenContent,
  onAccepted: () => void,
): Promise<void> {
  const { file } = job;
  const chunks = chunksOf(file.size);
  return over(job, async (carrier) => {
    const request = { type: 'keep', req: REQ, file: fileIdOnWire(file), chunks } as const;
    const answer = await carrier.ask({ ...request, ttlSeconds: BLOB_TTL_SECONDS });
    if (answer.type !== 'have') throw new ProtocolError(`${answer.type} to keep`);
    if (answer.count > chunks) throw new ProtocolError('have of what never came');
    onAccepted();
    await give(job, { carrier, content, have: answer.count });
  });
}

/** The other one has all of it when it resolves. Throws RelayRefusal `not-here`, and as `giveChunks`. */
export function giveAtMeeting(
  job: FileJob,
  content: GivenContent,
  meeting: MeetingId,
): Promise<void> {
  return over(job, async (carrier) => {
    await carrier.ask({ type: 'meet', req: REQ, meeting });
    await give(job, { carrier, content, have: null });
  });
}

/** It has landed when it resolves: from the relay, or from who is at the meeting. Throws RelayRefusal `no-file`, `not-here`, and as `takeChunks`. */
export function takeFile(
  job: FileJob,
  content: LandingContent,
  meeting: MeetingId | null,
): Promise<void> {
  const { file } = job;
  return over(job, async (carrier) => {
    if (meeting !== null) await carrier.ask({ type: 'meet', req: REQ, meeting });
    else carrier.send(takeFrame(job, content.chunksThere));
    const key = bytesFromHex(file.key);
    await takeChunks({ carrier, content, key, size: file.size, onHave: job.onHave });
    await content.finish();
    carrier.send({ type: 'have', req: 0, count: chunksOf(file.size) });
  });
}

function takeFrame({ file, owner }: FileJob, from: number): FrameOf<'take'> {
  return { type: 'take', req: REQ, owner, file: fileIdOnWire(file), from };
}

/** The relay has forgotten it when it resolves. */
export function dropAtRelay(job: Omit<FileJob, 'file' | 'owner'>, file: SharedFile): Promise<void> {
  return over(job, async (carrier) => {
    const request: CarrierRequest = { type: 'drop', req: REQ, file: fileIdOnWire(file) };
    await carrier.ask(request);
  });
}

async function over(
  job: Omit<FileJob, 'file' | 'owner'>,
  run: (carrier: FileCarrier) => Promise<void>,
): Promise<void> {
  const carrier = await FileCarrier.open(job);
  try {
    await run(carrier);
  } finally {
    await carrier.close();
  }
}

function give(
  { file, onHave }: FileJob,
  giving: {
    readonly carrier: FileCarrier;
    readonly content: GivenContent;
    readonly have: number | null;
  },
): Promise<void> {
  return giveChunks({ ...giving, key: bytesFromHex(file.key), onHave });
}
