// What sealing and opening a message costs beside the libsodium calls that it consists of.
import { openDirect, sealDirect } from '../src/crypto/direct.ts';
import { conversationOf, type Identity } from '../src/crypto/identity.ts';
import { Prekey } from '../src/crypto/prekey.ts';
import {
  newReceiverChain,
  openRoomBlob,
  type ReceiverChain,
  type SenderChain,
  sealRoomBlob,
} from '../src/crypto/room-chain.ts';
import { openTurn, signBundle, signTurn } from '../src/crypto/signed-objects.ts';
import { ready } from '../src/crypto/sodium.ts';
import { encodeCbor } from '../src/protocol/cbor.ts';
import { decodeText } from '../src/protocol/content.ts';
import { DIRECT_OVERHEAD_BYTES } from '../src/protocol/envelope.ts';
import { MessageId, StreamId } from '../src/protocol/ids.ts';
import { CHAIN_MESSAGES } from '../src/protocol/limits.ts';
import { pad, unpad } from '../src/protocol/padding.ts';
import {
  decodeDirectPayload,
  encodeDirectPayload,
  encodeDirectRecord,
  RECORD_TYPES,
} from '../src/protocol/record.ts';
import { numberedIdentity } from '../test/support/wire-client.ts';
import type { Bench } from './bench.ts';
import { callsText, recordCalls } from './libsodium-calls.ts';
import type { Report, Row } from './report.ts';
import { chainOf, paddedRoomText, random } from './room-traffic.ts';
import { median, pairedRatio } from './statistics.ts';

/** Of one message: the text with its record and padding, sealed, and all the way back. */
interface Work {
  readonly what: string;
  readonly most: number;
  readonly run: () => void;
}

/** How much of both is run before the other has its turn. */
const SLICE_US = 8_000;

export async function measureSealing({ quick }: Bench): Promise<Report> {
  await ready();
  const works = [
    privateMessage('private message, 1 KiB bucket', random(1_024)),
    wholePrivateMessage('private message, text of 1 KiB and its records', { turn: false }),
    wholePrivateMessage('the same with a turn key, made and checked', { turn: true }),
    roomMessage('room message, text of 1 KiB', 1_024),
    roomMessage('room message, text of 256 bytes', 256),
  ];
  const measured = works.map((work) => compare(work, quick ? 20 : 250));
  return {
    rows: measured.map(({ row }) => row),
    skipped: [],
    notes: [...sizes(), ...measured.map(({ row, calls }) => `floor of ${row.what}: ${calls}`)],
  };
}

/** What goes over the wire. */
function sizes(): string[] {
  const owner = numberedIdentity(asha);
  const turn = newTurn(owner);
  const paddedText = textPadder();
  const blob = (textBytes: number, given: Uint8Array | null) =>
    DIRECT_OVERHEAD_BYTES + paddedText('m'.repeat(textBytes), given).length;
  const texts = [64, 256, 1_024].map(
    (size) => `text of ${size}: ${blob(size, null)} bytes, ${blob(size, turn)} with a turn key`,
  );
  const prekeys = (['live', 'mailbox'] as const).map((each) => {
    return { class: each, publicKey: new Prekey(random(32)).publicKey };
  });
  const bundle = signBundle(owner, { seq: PLACE.bundleSeq, boot: PLACE.boot, prekeys });
  return [...texts, `a bundle of a live and a mailbox key: ${bundle.length} bytes`];
}

function compare({ what, most, run }: Work, rounds: number): { row: Row; calls: string } {
  run();
  const calls = recordCalls(run);
  const repeat = () => {
    for (const call of calls) call.repeat();
  };
  const [figures, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [figures, floors] : [floors, figures];
    for (const into of order) into.push(microsecondsOf(into === figures ? run : repeat));
  }
  const row: Row = {
    what,
    unit: 'µs',
    figure: median(figures),
    floor: median(floors),
    ratio: pairedRatio(figures, floors),
    target: { of: 'ratio', is: 'at most', value: most },
  };
  return { row, calls: callsText(calls) };
}

/** CPU time of one run, the mean of as many as fit into a slice. Wall time would count our neighbours. */
function microsecondsOf(run: () => void): number {
  const start = process.cpuUsage();
  for (let count = 1; ; count++) {
    run();
    const { user, system } = process.cpuUsage(start);
    if (user + system >= SLICE_US) return (user + system) / count;
  }
}

const [asha, ravi] = [1, 2];
const PLACE = { boot: 1n, k: 7, bundleSeq: 3n };

function privateMessage(what: string, padded: Uint8Array): Work {
  const roundTrip = directRoundTrip();
  return { what, most: 1.3, run: () => void roundTrip(padded) };
}

/** With `turn`, all that a turn costs both: a new key, signed, in the note, and its signature checked. */
function wholePrivateMessage(what: string, { turn }: { readonly turn: boolean }): Work {
  const roundTrip = directRoundTrip();
  const giver = numberedIdentity(asha);
  const paddedText = textPadder();
  const text = 'm'.repeat(1_024);
  const run = () => {
    const padded = roundTrip(paddedText(text, turn ? newTurn(giver) : null));
    const { record, note } = decodeDirectPayload(unpad(padded));
    if (record === null || decodeText(record.content).text !== text)
      throw new Error('not the text');
    if (note.turn !== null) openTurn(note.turn, giver, PLACE);
  };
  return { what, most: 1.3, run };
}

/** The padded payload of a text, with a note that acknowledges one stream and may give a turn key. */
function textPadder(): (text: string, turn: Uint8Array | null) => Uint8Array {
  const conversation = conversationOf(numberedIdentity(asha).id, numberedIdentity(ravi).id);
  const [messageId, stream] = [MessageId.fromBytes(random(16)), newStream()];
  const fields = { type: RECORD_TYPES.text, conversation, messageId, stream, seq: 42, timeMs: 1 };
  const have = [{ stream, upTo: 41, ranges: [] }];
  const note = { ...PLACE, low: 42, have, lost: [], wants: [] };
  return (text, turn) => {
    const record = encodeDirectRecord({ ...fields, content: encodeCbor({ text }) });
    return pad(encodeDirectPayload(record, { ...note, turn, quiet: false }));
  };
}

function newTurn(giver: Identity): Uint8Array {
  const { publicKey } = new Prekey(random(32));
  return signTurn(giver, PLACE, { n: 1n, stream: newStream(), next: 43, publicKey });
}

function newStream(): StreamId {
  return StreamId.fromBytes(random(StreamId.sizeBytes));
}

/** Seals to a prekey, opens, and returns what came out. */
function directRoundTrip(): (padded: Uint8Array) => Uint8Array {
  const [sender, me] = [numberedIdentity(asha), numberedIdentity(ravi)];
  const prekey = new Prekey(random(32));
  const to = { sender, recipient: me.id, recipientPrekey: prekey.publicKey, random };
  return (padded) => {
    const opened = openDirect(sealDirect({ ...to, padded }), { me, prekey });
    if (opened === null) throw new Error('did not open');
    return opened.padded;
  };
}

function roomMessage(what: string, textBytes: number): Work {
  const padded = paddedRoomText(textBytes);
  let chain: SenderChain = chainOf(asha);
  let reader: ReceiverChain = newReceiverChain(chain);
  const run = () => {
    if (chain.index === CHAIN_MESSAGES) {
      chain = chainOf(asha);
      reader = newReceiverChain(chain);
    }
    const sealed = sealRoomBlob(chain, padded, random);
    const opened = openRoomBlob(reader, sealed.blob, 0);
    if (opened === null) throw new Error('did not open');
    chain = sealed.chain;
    reader = opened.chain;
  };
  return { what, most: 1.5, run };
}
