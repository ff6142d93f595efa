// The project's own test vectors: everything that two implementations must agree on, from fixed seeds.
import { sealDirect } from '../../src/crypto/direct.ts';
import { signProof } from '../../src/crypto/file-proof.ts';
import {
  conversationOf,
  identityFromSeed,
  relayIdentityFromSeed,
} from '../../src/crypto/identity.ts';
import { signAnnouncement, signChallenge, signLogin } from '../../src/crypto/login.ts';
import { messageIdOf } from '../../src/crypto/message-id.ts';
import { Prekey } from '../../src/crypto/prekey.ts';
import { publicRoomId, signJoin, topicOf } from '../../src/crypto/room.ts';
import { newSenderChain, sealRoomBlob } from '../../src/crypto/room-chain.ts';
import { safetyNumber } from '../../src/crypto/safety-number.ts';
import { sasCommitment, sasOf } from '../../src/crypto/sas.ts';
import { signBundle, signCard, signTurn } from '../../src/crypto/signed-objects.ts';
import { sodium } from '../../src/crypto/sodium.ts';
import { encodeVerificationQr } from '../../src/crypto/verification-qr.ts';
import { concatBytes, hexFromBytes, utf8FromText } from '../../src/protocol/bytes.ts';
import { encodeCbor } from '../../src/protocol/cbor.ts';
import { encodeFileState } from '../../src/protocol/file-content.ts';
import { encodeChallengeFields, encodeFrame, encodeHelloBody } from '../../src/protocol/frames.ts';
import { FileId, idBytes, MeetingId, type RoomId, StreamId } from '../../src/protocol/ids.ts';
import { encodeNote, type Have } from '../../src/protocol/note.ts';
import { pad } from '../../src/protocol/padding.ts';
import { filled, scriptedRandom } from '../crypto/fixtures.ts';

/** A tree of strings and numbers: bytes as hex, 64-bit integers as decimal. */
export type Vectors = Record<string, unknown>;

/** Needs libsodium loaded. Two calls give the same. */
export function lanchatVectors(): Vectors {
  return {
    identities: identityVectors(),
    prekey: prekeyVector(),
    card: cardVector(),
    bundle: bundleVector(),
    turn: turnVector(),
    note: noteVector(),
    messageId: messageIdVector(),
    content: contentVectors(),
    directMessage: directVector(),
    login: loginVector(),
    straight: straightVector(),
    announcement: announcementVector(),
    room: roomVector(),
    verification: verificationVector(),
    words: wordsVector(),
    typing: typingVector(),
    receipts: receiptVector(),
  };
}

const SEEDS = {
  alice: filled(32, 1),
  bob: filled(32, 2),
  relay: filled(32, 3),
  bobPrekey: filled(32, 4),
} as const;

function people() {
  return {
    alice: identityFromSeed(SEEDS.alice),
    bob: identityFromSeed(SEEDS.bob),
    relay: relayIdentityFromSeed(SEEDS.relay),
  };
}

function identityVectors(): Vectors {
  const { alice, bob, relay } = people();
  const person = (seed: Uint8Array, identity: typeof alice) => ({
    seed: hexFromBytes(seed),
    ed25519: hexFromBytes(identity.ed25519),
    x25519: hexFromBytes(identity.x25519),
    id: identity.id,
  });
  return {
    alice: person(SEEDS.alice, alice),
    bob: person(SEEDS.bob, bob),
    relay: {
      seed: hexFromBytes(SEEDS.relay),
      publicKey: hexFromBytes(relay.publicKey),
      id: relay.id,
    },
    conversation: hexFromBytes(conversationOf(alice.id, bob.id)),
  };
}

function prekeyVector(): Vectors {
  const prekey = new Prekey(SEEDS.bobPrekey);
  const publicKey = hexFromBytes(prekey.publicKey);
  return { seed: hexFromBytes(SEEDS.bobPrekey), publicKey, kid: prekey.kid };
}

function cardVector(): Vectors {
  const bytes = signCard(people().alice, { seq: 3n, nick: 'Åsa ☕' });
  return { owner: 'alice', seq: '3', nick: 'Åsa ☕', bytes: hexFromBytes(bytes) };
}

function bundleVector(): Vectors {
  const { publicKey } = new Prekey(SEEDS.bobPrekey);
  const prekeys = [{ class: 'live', publicKey }] as const;
  const bytes = signBundle(people().bob, { seq: 1_000_001n, boot: 1_000_000n, prekeys });
  return { owner: 'bob', seq: '1000001', boot: '1000000', bytes: hexFromBytes(bytes) };
}

const BOOT = 1_000_000n;

const NOTE = { boot: BOOT, k: 3, bundleSeq: BOOT + 1n };
const BOBS_STREAM = StreamId.fromBytes(filled(8, 9));

/** A turn prekey of bob's, as the note below carries it. */
function bobsTurn(): Uint8Array {
  const { publicKey } = new Prekey(filled(32, 5));
  return signTurn(people().bob, NOTE, { n: 7n, stream: BOBS_STREAM, next: 12, publicKey });
}

function turnVector(): Vectors {
  const seed = filled(32, 5);
  return {
    owner: 'bob',
    ...{
      seed: hexFromBytes(seed),
      kid: new Prekey(seed).kid,
      n: '7',
      stream: BOBS_STREAM,
      next: 12,
    },
    ...{ boot: `${BOOT}`, k: NOTE.k, bundleSeq: `${NOTE.bundleSeq}` },
    bytes: hexFromBytes(bobsTurn()),
  };
}

/** Everything that a note holds, but for wants, which have no place beside a turn key. */
function noteVector(): Vectors {
  const stream = StreamId.fromBytes(filled(8, 8));
  const have: Have = {
    stream,
    upTo: 4,
    ranges: [
      [6, 6],
      [9, 300],
    ],
  };
  const lost = [new Prekey(SEEDS.bobPrekey).kid];
  const numbers = { ...NOTE, low: 5 };
  const bytes = encodeNote({
    ...{ ...numbers, have: [have], lost, turn: bobsTurn(), quiet: true, wants: [] },
  });
  return {
    ...{ boot: `${BOOT}`, k: 3, low: 5, bundleSeq: `${BOOT + 1n}`, have: [have], lost },
    ...{ turn: 'as above', quiet: true },
    bytes: hexFromBytes(bytes),
  };
}

function messageIdVector(): Vectors {
  const { alice, bob } = people();
  const place = conversationOf(alice.id, bob.id);
  const number = { from: alice.id, place, stream: BOBS_STREAM, seq: 12 };
  return {
    ...{ from: alice.id, place: hexFromBytes(place), stream: BOBS_STREAM, seq: 12 },
    id: messageIdOf(number),
    ofAnother: { digest: hexFromBytes(filled(32, 10)), id: messageIdOf(number, filled(32, 10)) },
  };
}

/** The vector of PROTOCOL.md, Private messages. */
/** What stands in records, by their types. */
function contentVectors(): Vectors {
  const id = filled(16, 11);
  const contents = {
    '01': { text: 'hi', reply: id, kind: 'action', mentions: [filled(32, 12)], expires: 3_600 },
    '05': { id, text: 'ho', mentions: [filled(32, 12)] },
    '06': { id },
    '07': { id, emoji: '👍', on: true },
    '08': { seconds: 3_600, turn: 1 },
    '0a': { room: filled(32, 13), id, choice: 1 },
    '44': { question: 'tea?', choices: ['yes', 'no'], anonymous: true },
    '45': { id, choice: 1 },
    '47': { id, counts: [2, 1] },
  };
  return Object.fromEntries(
    Object.entries(contents).map(([type, content]) => [type, hexFromBytes(encodeCbor(content))]),
  );
}

function directVector(): Vectors {
  const { alice, bob } = people();
  const content = concatBytes([Uint8Array.of(1, 0), filled(16, 0), utf8FromText('hello bob')]);
  const encapsulationSeed = filled(64, 6);
  const ephemeralSeed = filled(32, 7);
  const blob = sealDirect({
    sender: alice,
    recipient: bob.id,
    recipientPrekey: new Prekey(SEEDS.bobPrekey).publicKey,
    padded: pad(content),
    random: scriptedRandom(encapsulationSeed, ephemeralSeed),
  });
  return {
    sender: 'alice',
    recipient: 'bob',
    content: hexFromBytes(content),
    encapsulationSeed: hexFromBytes(encapsulationSeed),
    ephemeralSeed: hexFromBytes(ephemeralSeed),
    blob: hexFromBytes(blob),
    blake2b256: hexFromBytes(sodium().crypto_generichash(32, blob, null)),
  };
}

function loginVector(): Vectors {
  const { alice, relay } = people();
  const exporter = filled(32, 0xe0);
  const clientNonce = filled(32, 0xc0);
  const serverNonce = filled(32, 0x50);
  const helloBody = encodeHelloBody({ minVersion: 1, maxVersion: 1, nonce: clientNonce });
  const limits = { frameBytes: 71_680, topics: 64, mailboxBlobs: 0 };
  const relayKey = relay.publicKey;
  const challengeFields = encodeChallengeFields({
    version: 1,
    relayKey,
    nonce: serverNonce,
    limits,
  });
  const challenge = signChallenge(relay, { exporter, helloBody, challengeFields });
  const claim = { exporter, relay: relay.id, clientNonce, serverNonce, version: 1 };
  return {
    exporter: hexFromBytes(exporter),
    clientNonce: hexFromBytes(clientNonce),
    serverNonce: hexFromBytes(serverNonce),
    version: 1,
    helloBody: hexFromBytes(helloBody),
    challengeFields: hexFromBytes(challengeFields),
    challengeSignature: hexFromBytes(challenge),
    loginSignature: hexFromBytes(signLogin(alice, 'relay-auth', claim)),
  };
}

/** Bob wants a file of Alice's, and comes straight to her machine. */
function straightVector(): Vectors {
  const { alice, bob } = people();
  const exporter = filled(32, 0xe0);
  const meeting = MeetingId.fromBytes(filled(16, 0x3e));
  const file = FileId.fromBytes(filled(16, 0xf1));
  const ask = signProof(bob, 'file-ask', { exporter, meeting, to: alice.id });
  const answer = signProof(alice, 'file-answer', { exporter, meeting, to: bob.id });
  const at = ['10.77.0.2:40123', '[fd77::2]:40123'];
  return {
    exporter: hexFromBytes(exporter),
    want: hexFromBytes(encodeFileState({ file, is: 'want', direct: true })),
    ready: hexFromBytes(encodeFileState({ file, is: 'ready', meeting, at })),
    ask: hexFromBytes(encodeFrame({ type: 'prove', req: 0, signature: ask })),
    answer: hexFromBytes(encodeFrame({ type: 'prove', req: 0, signature: answer })),
  };
}

function announcementVector(): Vectors {
  const { relay } = people();
  const text = 'Down at five – save your work';
  const signature = signAnnouncement(relay, { seq: 4n, text });
  return { seq: '4', text, signature: hexFromBytes(signature) };
}

function roomVector(): Vectors {
  const { alice, relay } = people();
  const room = publicRoomId('lobby');
  const signSeed = filled(32, 0x0a);
  const r8 = filled(8, 0x0b);
  const chainKey = filled(32, 0x0c);
  const random = scriptedRandom(signSeed, r8, chainKey);
  let chain = newSenderChain({ room, secret: null, owner: alice.id, random });
  const { skid, signPublic } = chain;
  const messages = ['hello', 'all', 'of you'].map((text, index) => {
    const content = utf8FromText(text);
    const nonce = filled(24, 0x10 + index);
    const sealed = sealRoomBlob(chain, pad(content), scriptedRandom(nonce));
    chain = sealed.chain;
    return {
      index,
      content: hexFromBytes(content),
      nonce: hexFromBytes(nonce),
      blob: hexFromBytes(sealed.blob),
    };
  });
  const join = signJoin(alice, { relay: relay.id, room }, { seq: 7n, standing: 'joined' });
  return {
    name: 'lobby',
    room,
    topic: topicOf(room),
    join: { signer: 'alice', seq: '7', in: 1, signature: hexFromBytes(join.signature) },
    chain: {
      owner: 'alice',
      signSeed: hexFromBytes(signSeed),
      signPublic: hexFromBytes(signPublic),
      r8: hexFromBytes(r8),
      skid,
      chainKey: hexFromBytes(chainKey),
    },
    messages,
  };
}

function verificationVector(): Vectors {
  const { alice, bob } = people();
  return {
    safetyNumber: safetyNumber(alice.id, bob.id),
    qr: encodeVerificationQr({ own: alice.id, seen: bob.id }),
  };
}

/** The words of PROTOCOL.md, Verification, and the records that lead to them. */
function wordsVector(): Vectors {
  const { alice, bob } = people();
  const pair = { initiator: alice.id, responder: bob.id };
  const [initiatorNonce, responderNonce] = [filled(32, 0x0a), filled(32, 0x0b)];
  const commit = sasCommitment(pair, initiatorNonce);
  const content = (fields: object) => hexFromBytes(encodeCbor({ commit, ...fields }));
  return {
    ...{ initiator: 'alice', responder: 'bob', commitment: hexFromBytes(commit) },
    ...{
      initiatorNonce: hexFromBytes(initiatorNonce),
      responderNonce: hexFromBytes(responderNonce),
    },
    ...sasOf({ ...pair, initiatorNonce, responderNonce, commitment: commit }),
    contents: {
      commit: content({}),
      reply: content({ nonce: responderNonce }),
      reveal: content({ nonce: initiatorNonce }),
      end: content({}),
    },
  };
}

/** Notes that say nothing but where somebody types. */
function typingVector(): Vectors {
  const note = (room: RoomId | null) =>
    hexFromBytes(
      encodeNote({
        ...{ ...NOTE, low: 5, have: [], lost: [], turn: null, quiet: false, wants: [] },
        typing: { room },
      }),
    );
  const room = publicRoomId('lobby');
  return { ...{ boot: `${BOOT}`, k: 3, low: 5, room }, private: note(null), inRoom: note(room) };
}

function receiptVector(): Vectors {
  const stream = idBytes(BOBS_STREAM);
  const room = publicRoomId('lobby');
  return {
    read: {
      ...{ stream: BOBS_STREAM, upTo: 12 },
      content: hexFromBytes(encodeCbor({ stream, upTo: 12 })),
    },
    whoRead: {
      ...{ room, stream: BOBS_STREAM, seq: 12 },
      content: hexFromBytes(encodeCbor({ room: idBytes(room), stream, seq: 12 })),
    },
  };
}
