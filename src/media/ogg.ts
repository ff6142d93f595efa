// Ogg pages (RFC 3533): packets into pages, and pages of hostile bytes into packets. Knows nothing of sound.
import { ProtocolError } from '../protocol/errors.ts';

const CAPTURE = 0x5367_674f;
const HEADER_BYTES = 27;
const MAX_SEGMENTS = 255;
const FULL_SEGMENT = 255;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;
/** The granule position of a page on which no packet ends. */
const NO_PACKET_ENDS = -1n;
/** RFC 7845 section 6 lets a player refuse larger ones; speech has a hundredth of it. */
const MAX_PACKET_BYTES = 61_440;

export interface OggPacket {
  readonly bytes: Uint8Array;
  /** Of its page, where it is the last that ends there; else null. */
  readonly granule: bigint | null;
  /** It ends on the last page of the stream. */
  readonly isOnLastPage: boolean;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc < 0 ? 0x04c1_1db7 : 0);
  return crc;
});

/** The checksum of a page whose own four bytes of it are taken for zero. */
function checksum(page: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < page.length; at += 1) {
    const counted = at >= 22 && at < 26 ? 0 : (page[at] ?? 0);
    crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ counted) & 0xff] ?? 0);
  }
  return crc >>> 0;
}

/** How many segments a packet takes up: one that fills its last needs an empty one behind it. */
export function segmentsOf(packet: Uint8Array): number {
  return Math.floor(packet.length / FULL_SEGMENT) + 1;
}

/** Makes the pages of one stream, in order. */
export class OggPageWriter {
  readonly #serial: number;
  #sequence = 0;

  constructor(serial: number) {
    this.#serial = serial;
  }

  /** Whole packets of at most 255 segments together. */
  page(
    packets: readonly Uint8Array[],
    { granule, isLast }: { readonly granule: bigint; readonly isLast: boolean },
  ): Uint8Array {
    const lacing = packets.flatMap((packet) => [
      ...Array.from({ length: segmentsOf(packet) - 1 }, () => FULL_SEGMENT),
      packet.length % FULL_SEGMENT,
    ]);
    if (lacing.length > MAX_SEGMENTS) throw new RangeError('too many segments for a page');
    const size = packets.reduce((sum, packet) => sum + packet.length, 0);
    const page = new Uint8Array(HEADER_BYTES + lacing.length + size);
    const view = new DataView(page.buffer);
    view.setUint32(0, CAPTURE, true);
    page[5] = (this.#sequence === 0 ? FIRST : 0) | (isLast ? LAST : 0);
    view.setBigInt64(6, granule, true);
    view.setUint32(14, this.#serial, true);
    view.setUint32(18, this.#sequence, true);
    page[26] = lacing.length;
    page.set(lacing, HEADER_BYTES);
    let at = HEADER_BYTES + lacing.length;
    for (const packet of packets) {
      page.set(packet, at);
      at += packet.length;
    }
    view.setUint32(22, checksum(page), true);
    this.#sequence += 1;
    return page;
  }
}

interface Page {
  readonly flags: number;
  readonly granule: bigint;
  readonly lacing: Uint8Array;
  readonly body: Uint8Array;
  readonly next: number;
}

/**
 * The packets of a file that is one Ogg stream and nothing else, in one pass over it. They are views of `file`. Throws
 * ProtocolError at the first byte that is not as it must be: what came over the network came whole, or not at all.
 */
export function* oggPackets(file: Uint8Array): Generator<OggPacket> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const serial = file.length < HEADER_BYTES ? 0 : view.getUint32(14, true);
  let open: Uint8Array[] = [];
  let at = 0;
  let isLast = false;
  for (let sequence = 0; !isLast; sequence += 1) {
    const page = readPage(file, view, { at, sequence, serial });
    isLast = (page.flags & LAST) !== 0;
    if (((page.flags & CONTINUED) !== 0) !== open.length > 0) {
      throw new ProtocolError('a packet goes on that never began, or the other way round');
    }
    const { packets, rest } = split(page, open);
    open = rest;
    if ((packets.length === 0) !== (page.granule === NO_PACKET_ENDS)) {
      throw new ProtocolError('a page says where it ends and holds no end, or the other way round');
    }
    for (const [index, bytes] of packets.entries()) {
      const granule = index === packets.length - 1 ? page.granule : null;
      yield { bytes, granule, isOnLastPage: isLast };
    }
    at = page.next;
  }
  if (open.length > 0) throw new ProtocolError('its last packet has no end');
  if (at !== file.length) throw new ProtocolError('something follows its end');
}

interface PagePlace {
  readonly at: number;
  readonly sequence: number;
  readonly serial: number;
}

function readPage(file: Uint8Array, view: DataView, { at, sequence, serial }: PagePlace): Page {
  const segments = file[at + 26];
  if (segments === undefined) throw new ProtocolError('it ends in the middle');
  const start = at + HEADER_BYTES + segments;
  const lacing = file.subarray(at + HEADER_BYTES, start);
  const next = start + lacing.reduce((sum, length) => sum + length, 0);
  if (view.getUint32(at, true) !== CAPTURE || file[at + 4] !== 0) {
    throw new ProtocolError('it is not in Ogg pages');
  }
  if (next > file.length) throw new ProtocolError('it ends in the middle');
  if (view.getUint32(at + 22, true) !== checksum(file.subarray(at, next))) {
    throw new ProtocolError('a checksum is wrong');
  }
  const flags = file[at + 5] ?? 0;
  const isFirst = (flags & FIRST) !== 0;
  if (
    view.getUint32(at + 14, true) !== serial ||
    view.getUint32(at + 18, true) !== sequence ||
    isFirst !== (sequence === 0)
  ) {
    throw new ProtocolError('its pages are not one stream in order');
  }
  const granule = view.getBigInt64(at + 6, true);
  return { flags, granule, lacing, body: file.subarray(start, next), next };
}

/** The packets that end on a page, and the pieces of the one that goes on after it. */
function split({ lacing, body }: Page, open: readonly Uint8Array[]) {
  const packets: Uint8Array[] = [];
  let rest = [...open];
  let openBytes = open.reduce((sum, piece) => sum + piece.length, 0);
  let from = 0;
  let to = 0;
  for (const length of lacing) {
    to += length;
    if (openBytes + to - from > MAX_PACKET_BYTES) throw new ProtocolError('a packet is too large');
    if (length === FULL_SEGMENT) continue;
    const last = body.subarray(from, to);
    packets.push(rest.length === 0 ? last : joined([...rest, last]));
    rest = [];
    openBytes = 0;
    from = to;
  }
  const goesOn = lacing.at(-1) === FULL_SEGMENT;
  return { packets, rest: goesOn ? [...rest, body.subarray(from)] : rest };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
