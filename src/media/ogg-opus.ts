// A voice note as a file: Opus packets in Ogg (RFC 7845), written as they come and read from hostile bytes.
import { ProtocolError } from '../protocol/errors.ts';
import { type OggPacket, OggPageWriter, oggPackets, segmentsOf } from './ogg.ts';
import { SAMPLES_PER_SECOND } from './pcm.ts';

/** 20 ms: what the encoder takes at a time. */
export const FRAME_SAMPLES = 960;
/** The most that a packet can hold: 120 ms. */
export const MAX_PACKET_SAMPLES = 5_760;
/** A longer note is none: nobody listens to it, and its index would fill the memory. */
const MAX_NOTE_SECONDS = 60 * 60;
/** An hour of 20 ms, and as much again for shorter ones. */
const MAX_PACKETS = 2 * MAX_NOTE_SECONDS * 50;
/** Two and a half times an hour at 24 kbit/s; the whole file is read into memory. */
export const MAX_NOTE_BYTES = 32 * 1024 * 1024;

const PACKETS_PER_PAGE = 50;
const SEGMENTS_PER_PAGE = 255;
const HEAD = 'OpusHead';
const TAGS = 'OpusTags';
const HEAD_BYTES = 19;
const MAX_CHANNELS = 2;

/** Makes one file. Everything that it returns is the file's next bytes. */
export class NoteFileWriter {
  readonly #pages: OggPageWriter;
  readonly #preSkip: number;
  #waiting: Uint8Array[] = [];
  #segments = 0;
  /** Samples in all packets so far, the encoder's delay too. */
  #samples = 0;

  /** `preSkip`: how many samples the decoder throws away at the beginning, which the encoder was late by. */
  constructor({ serial, preSkip }: { readonly serial: number; readonly preSkip: number }) {
    this.#pages = new OggPageWriter(serial);
    this.#preSkip = preSkip;
  }

  head(): readonly Uint8Array[] {
    const between = { granule: 0n, isLast: false };
    return [
      this.#pages.page([opusHead(this.#preSkip)], between),
      this.#pages.page([opusTags()], between),
    ];
  }

  /** A packet of 20 ms. */
  packet(packet: Uint8Array): readonly Uint8Array[] {
    const isFull =
      this.#waiting.length === PACKETS_PER_PAGE ||
      this.#segments + segmentsOf(packet) > SEGMENTS_PER_PAGE;
    const pages = isFull ? [this.#page({ granule: BigInt(this.#samples), isLast: false })] : [];
    this.#waiting.push(packet);
    this.#segments += segmentsOf(packet);
    this.#samples += FRAME_SAMPLES;
    return pages;
  }

  /** `samples`: how many were spoken; what the last packet holds beyond is cut by the granule position. */
  end(samples: number): Uint8Array {
    return this.#page({ granule: BigInt(this.#preSkip + samples), isLast: true });
  }

  #page(place: { readonly granule: bigint; readonly isLast: boolean }): Uint8Array {
    const page = this.#pages.page(this.#waiting, place);
    this.#waiting = [];
    this.#segments = 0;
    return page;
  }
}

function opusHead(preSkip: number): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  head.set(ascii(HEAD));
  head[8] = 1;
  head[9] = 1;
  view.setUint16(10, preSkip, true);
  view.setUint32(12, SAMPLES_PER_SECOND, true);
  return head;
}

/** Names the program alone: neither who spoke nor when. */
function opusTags(): Uint8Array {
  const vendor = ascii('lanchat');
  const tags = new Uint8Array(8 + 4 + vendor.length + 4);
  tags.set(ascii(TAGS));
  new DataView(tags.buffer).setUint32(8, vendor.length, true);
  tags.set(vendor, 12);
  return tags;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** What a player needs of a note. The packets are views of the file. */
export interface NoteIndex {
  readonly packets: readonly Uint8Array[];
  /** Where each packet begins, in samples of 48 kHz from the first. */
  readonly starts: Uint32Array;
  readonly preSkip: number;
  /** Q7.8 dB, as the header has it. */
  readonly gain: number;
  /** How many samples are heard: without what is skipped at the beginning and cut at the end. */
  readonly samples: number;
}

/**
 * Reads a whole note in one pass; decodes nothing. Throws ProtocolError: every length, order and position must be as
 * RFC 7845 has it, so that what is shown of its length is how long it plays.
 */
export function readNote(file: Uint8Array): NoteIndex {
  if (file.length > MAX_NOTE_BYTES) throw new ProtocolError('it is too large');
  const all = oggPackets(file);
  const { preSkip, gain } = readHead(all.next().value);
  readTags(all.next().value);
  const packets: Uint8Array[] = [];
  const starts: number[] = [];
  let samples = 0;
  let pageStart = 0;
  let end = 0;
  for (const { bytes, granule, isOnLastPage } of all) {
    if (packets.push(bytes) > MAX_PACKETS) throw new ProtocolError('it has too many packets');
    starts.push(samples);
    samples += packetSamples(bytes);
    if (samples > MAX_NOTE_SECONDS * SAMPLES_PER_SECOND) throw new ProtocolError('it is too long');
    if (granule === null) continue;
    // Only the last page may end before its packets do.
    const fits = isOnLastPage
      ? granule <= BigInt(samples) && granule > BigInt(pageStart)
      : granule === BigInt(samples);
    if (!fits) throw new ProtocolError('it lies about how long it is');
    pageStart = samples;
    end = Number(granule);
  }
  if (end <= preSkip) throw new ProtocolError('it holds no sound');
  return { packets, starts: Uint32Array.from(starts), preSkip, gain, samples: end - preSkip };
}

function readHead(packet: OggPacket | undefined): Pick<NoteIndex, 'preSkip' | 'gain'> {
  const bytes = packet?.bytes;
  if (packet?.granule !== 0n || bytes === undefined || !startsWith(bytes, HEAD, HEAD_BYTES)) {
    throw new ProtocolError('it does not begin as Opus in Ogg does');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = bytes[9] ?? 0;
  // The upper half of the version is what a reader must know; mapping family 0 is one or two channels.
  if ((bytes[8] ?? 0) >> 4 !== 0 || channels < 1 || channels > MAX_CHANNELS || bytes[18] !== 0) {
    throw new ProtocolError('it is of a kind of Opus that is not played here');
  }
  return { preSkip: view.getUint16(10, true), gain: view.getInt16(16, true) };
}

/** Who made it and what it says of itself is for nobody here. */
function readTags(packet: OggPacket | undefined): void {
  if (packet?.granule !== 0n || !startsWith(packet.bytes, TAGS, TAGS.length)) {
    throw new ProtocolError('its second packet is not the tags');
  }
}

function startsWith(bytes: Uint8Array, magic: string, least: number): boolean {
  return bytes.length >= least && ascii(magic).every((byte, at) => bytes[at] === byte);
}

const SILK_SAMPLES = [480, 960, 1_920, 2_880];
const HYBRID_SAMPLES = [480, 960];
const CELT_SAMPLES = [120, 240, 480, 960];

/** How long a packet plays, from its first two bytes (RFC 6716 section 3.1). */
function packetSamples(packet: Uint8Array): number {
  const [toc, count = 0] = packet;
  if (toc === undefined) throw new ProtocolError('a packet is empty');
  const config = toc >> 3;
  const frame =
    config < 12
      ? SILK_SAMPLES[config & 3]
      : config < 16
        ? HYBRID_SAMPLES[config & 1]
        : CELT_SAMPLES[config & 3];
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : count & 63;
  const samples = (frame ?? 0) * frames;
  if (samples === 0 || samples > MAX_PACKET_SAMPLES) {
    throw new ProtocolError('a packet says that it plays nothing, or too long');
  }
  return samples;
}
