// Letters for a mailbox, and what it makes of them, without a relay.
import { PeerPrefix } from '../../src/protocol/ids.ts';
import { DELIVER_OVERHEAD_BYTES, deliverFrame, deliverParts } from '../../src/relay/deliver.ts';
import type { Letter } from '../../src/relay/mail-table.ts';
import type { StoreOutcome } from '../../src/relay/mailbox.ts';
import type { TestStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;

interface LetterOptions {
  /** Numbers, which stand for a person each. */
  readonly to?: number;
  readonly from?: number;
  /** The machine it comes from; each sender's own unless told. */
  readonly source?: number;
  /** New for each unless told. */
  readonly token?: number;
  readonly blobBytes?: number;
  readonly ttlMs?: number;
}

/** A letter that was read, by the token and the sender it was written with. */
export interface ReadLetter {
  readonly rseq: bigint;
  readonly token: number;
  readonly from: number;
}

let lastToken = 1_000_000;

/** Token and sender stand in the blob, so that what is read can be told apart. */
export function letter(options: LetterOptions = {}): Letter {
  const { to = 1, from = 2, source = from, blobBytes = 100, ttlMs = DAY_MS } = options;
  const { token = ++lastToken } = options;
  const blob = new Uint8Array(blobBytes);
  const view = new DataView(blob.buffer);
  view.setUint32(0, token);
  view.setUint32(4, from);
  return {
    recipient: prefixOf(to),
    sender: sixteenBytes(from),
    source: sixteenBytes(source),
    token: sixteenBytes(token),
    ttlMs,
    frame: deliverFrame({ rseq: 0n, blob }),
  };
}

export function letters(count: number, options: LetterOptions = {}): Letter[] {
  return Array.from({ length: count }, () => letter(options));
}

export function tokenOf({ token }: Letter): number {
  return Buffer.from(token).readUInt32BE(12);
}

export function prefixOf(person: number): PeerPrefix {
  return PeerPrefix.fromBytes(sixteenBytes(person));
}

/** One commit for all; what became of each. */
export function store({ stores, commit }: TestStores, mail: readonly Letter[]): StoreOutcome[] {
  const outcomes: StoreOutcome[] = [];
  for (const each of mail) stores.mailbox.store(each, (outcome) => outcomes.push(outcome));
  commit();
  return outcomes;
}

/** Everything that waits for somebody, page by page. */
export function read({ stores }: TestStores, person = 1): ReadLetter[] {
  const found: ReadLetter[] = [];
  let after = 0n;
  for (;;) {
    const { frames, more } = stores.mailbox.page(prefixOf(person), after);
    for (const frame of frames) found.push(readLetter(frame));
    if (!more) return found;
    after = found.at(-1)?.rseq ?? 0n;
  }
}

export function readTokens(opened: TestStores, person = 1): number[] {
  return read(opened, person).map(({ token }) => token);
}

/** From a frame of a page. */
function readLetter(frame: Uint8Array): ReadLetter {
  const [part, ...others] = deliverParts(frame) ?? [];
  if (part === undefined || others.length > 0) throw new Error('not one DELIVER frame');
  const blob = Buffer.from(frame.subarray(DELIVER_OVERHEAD_BYTES));
  return { rseq: part.rseq, token: blob.readUInt32BE(0), from: blob.readUInt32BE(4) };
}

export function sixteenBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return bytes;
}
