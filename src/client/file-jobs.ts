// What is done with one file over one connection: given to the relay, given or taken at a meeting, taken back. Decides nothing.
import { fileIdOnWire } from '../core/shared-file.ts';
import { bytesFromHex } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { chunksOf } from '../protocol/file-content.ts';
import type { MeetingId, PeerId } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS } from '../protocol/limits.ts';
import type { SharedFile } from './api.ts';
import { type CarrierOptions, type CarrierRequest, FileCarrier } from './file-carrier.ts';
import { type GivenContent, giveChunks } from './file-giving.ts';
import { type Appointment, awaitReader, goToSender, type Met } from './file-meeting.ts';
import { type TakenContent, takeChunks } from './file-taking.ts';
import type { FileVia } from './file-transfer.ts';
import type { Entrance } from './straight-door.ts';

const REQ = 1;

export interface FileJob extends CarrierOptions {
  readonly file: SharedFile;
  /** Who sent it. */
  readonly owner: PeerId;
  /** The way is found; before the first `onHave`. */
  readonly onVia: (via: FileVia) => void;
  /** So many chunks are at the other end, or here. */
  readonly onHave: (count: number) => void;
  /** Whether people talk just now. */
  readonly isTalking: () => boolean;
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
    requireHave(answer.count, chunks);
    onAccepted();
    await give(job, { carrier, content, have: answer.count });
  });
}

/**
 * The other one has all of it when it resolves, over the relay or straight where they come in by `entrance`. Throws
 * RelayRefusal `not-here`, and as `giveChunks`.
 */
export async function giveAtMeeting(
  job: FileJob,
  content: GivenContent,
  { meeting, entrance }: { readonly meeting: MeetingId; readonly entrance: Entrance | null },
): Promise<void> {
  const met = await awaitReader(job, meeting, entrance);
  await withMet(job, met, async (carrier) => {
    if (met.have !== null) requireHave(met.have, chunksOf(job.file.size));
    await give(job, { carrier, content, have: met.have });
  });
}

/**
 * It has landed when it resolves: from the relay, or from who sends it. Throws RelayRefusal `no-file`, `not-here`, and as
 * `takeChunks`.
 */
export async function takeFile(
  job: FileJob,
  content: LandingContent,
  appointment: Appointment | null,
): Promise<void> {
  if (appointment !== null) {
    const met = await goToSender(job, appointment);
    await withMet(job, met, (carrier) => land(job, carrier, content));
    return;
  }
  await over(job, async (carrier) => {
    const { file, owner } = job;
    const from = content.chunksThere;
    carrier.send({ type: 'take', req: REQ, owner, file: fileIdOnWire(file), from });
    await land(job, carrier, content);
  });
}

async function land(job: FileJob, carrier: FileCarrier, content: LandingContent): Promise<void> {
  const { file, onHave } = job;
  await takeChunks({ carrier, content, key: bytesFromHex(file.key), size: file.size, onHave });
  await content.finish();
  carrier.send({ type: 'have', req: 0, count: chunksOf(file.size) });
}

/** The relay has forgotten it when it resolves. */
export function dropAtRelay(job: CarrierOptions, file: SharedFile): Promise<void> {
  return over(job, async (carrier) => {
    const request: CarrierRequest = { type: 'drop', req: REQ, file: fileIdOnWire(file) };
    await carrier.ask(request);
  });
}

async function withMet(
  { onVia }: FileJob,
  { carrier, via }: Met,
  run: (carrier: FileCarrier) => Promise<void>,
): Promise<void> {
  onVia(via);
  await closing(carrier, run);
}

async function over(
  job: CarrierOptions,
  run: (carrier: FileCarrier) => Promise<void>,
): Promise<void> {
  await closing(await FileCarrier.open(job), run);
}

async function closing(
  carrier: FileCarrier,
  run: (carrier: FileCarrier) => Promise<void>,
): Promise<void> {
  try {
    await run(carrier);
  } finally {
    await carrier.close();
  }
}

function give(
  { file, onHave, isTalking }: FileJob,
  giving: {
    readonly carrier: FileCarrier;
    readonly content: GivenContent;
    readonly have: number | null;
  },
): Promise<void> {
  return giveChunks({ ...giving, key: bytesFromHex(file.key), onHave, isTalking });
}

/** Throws ProtocolError. */
function requireHave(count: number, chunks: number): void {
  if (count > chunks) throw new ProtocolError('have of what never came');
}
