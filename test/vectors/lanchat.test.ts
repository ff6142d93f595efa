import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDirect } from '../../src/crypto/direct.ts';
import { verifyProof } from '../../src/crypto/file-proof.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { Prekey } from '../../src/crypto/prekey.ts';
import { publicRoomId, topicOf } from '../../src/crypto/room.ts';
import { newReceiverChain, openRoomBlob } from '../../src/crypto/room-chain.ts';
import { openBundle, openCard } from '../../src/crypto/signed-objects.ts';
import { ready, sodium } from '../../src/crypto/sodium.ts';
import { bytesFromHex, hexFromBytes } from '../../src/protocol/bytes.ts';
import { decodeFileState } from '../../src/protocol/file-content.ts';
import { SenderKeyId } from '../../src/protocol/ids.ts';
import { decodeNote } from '../../src/protocol/note.ts';
import { unpad } from '../../src/protocol/padding.ts';
import { decodeRead, decodeWhoRead } from '../../src/protocol/receipt-content.ts';
import {
  decodeWordsCommit,
  decodeWordsReply,
  decodeWordsReveal,
} from '../../src/protocol/words-content.ts';
import { filled } from '../crypto/fixtures.ts';
import { lanchatVectors } from './lanchat.ts';

beforeAll(ready);

const committed = JSON.parse(readFileSync(new URL('lanchat.json', import.meta.url), 'utf8'));

describe('the committed vectors', () => {
  it('are what the code makes', () => {
    expect(lanchatVectors()).toEqual(committed);
  });

  it('hold the private message of PROTOCOL.md', () => {
    const blob = bytesFromHex(committed.directMessage.blob);
    expect(blob).toHaveLength(1_570);
    expect(hexFromBytes(sodium().crypto_generichash(32, blob, null))).toBe(
      '00ebf6234bd2bc1f0dc885744b5e3b5446db747484034258904d8704734a9b41',
    );
  });

  it('hold proofs of the straight way that each end takes from the other', () => {
    const { straight } = committed;
    const [alice, bob] = [filled(32, 1), filled(32, 2)].map(identityFromSeed);
    if (alice === undefined || bob === undefined) throw new Error('two');
    const { meeting, at } = decodeFileState(bytesFromHex(straight.ready));
    if (meeting === undefined) throw new Error('no meeting');
    expect(at).toHaveLength(2);
    expect(decodeFileState(bytesFromHex(straight.want)).direct).toBe(true);
    const claim = { exporter: bytesFromHex(straight.exporter), meeting };
    const signatureOf = (frame: string) => bytesFromHex(frame).slice(-64);
    const asks = { by: bob, signature: signatureOf(straight.ask) };
    expect(verifyProof(asks, 'file-ask', { ...claim, to: alice.id })).toBe(true);
    expect(verifyProof(asks, 'file-answer', { ...claim, to: alice.id })).toBe(false);
    expect(verifyProof(asks, 'file-ask', { ...claim, to: bob.id })).toBe(false);
    const answers = { by: alice, signature: signatureOf(straight.answer) };
    expect(verifyProof(answers, 'file-answer', { ...claim, to: bob.id })).toBe(true);
  });

  it('hold the safety number of PROTOCOL.md', () => {
    expect(committed.verification.safetyNumber).toBe(
      '02248 57624 73202 73249 16798 63996 20944 39784 69424 30520 93691 40072',
    );
  });

  it('hold the words of PROTOCOL.md', () => {
    expect(committed.words.words.join(' ')).toBe(
      'mermaid evening lizard beach autumn bread gazelle',
    );
  });

  it('are read back: words, receipts, typing', () => {
    const { words, receipts, typing } = committed;
    const { contents } = words;
    expect(decodeWordsCommit(bytesFromHex(contents.commit)).commit).toEqual(
      bytesFromHex(words.commitment),
    );
    expect(decodeWordsReply(bytesFromHex(contents.reply)).nonce).toEqual(filled(32, 0x0b));
    expect(decodeWordsReveal(bytesFromHex(contents.reveal)).nonce).toEqual(filled(32, 0x0a));
    expect(decodeWordsReveal(bytesFromHex(contents.end)).nonce).toBeUndefined();
    expect(decodeRead(bytesFromHex(receipts.read.content)).upTo).toBe(12);
    expect(decodeWhoRead(bytesFromHex(receipts.whoRead.content)).seq).toBe(12);
    expect(decodeNote(bytesFromHex(typing.private)).typing).toEqual({ room: null });
    expect(decodeNote(bytesFromHex(typing.inRoom)).typing).toEqual({ room: typing.room });
  });

  it('open: the private message', () => {
    const blob = bytesFromHex(committed.directMessage.blob);
    const me = identityFromSeed(filled(32, 2));
    const opened = openDirect(blob, { me, prekey: new Prekey(filled(32, 4)) });
    expect(opened?.sender.id).toBe(committed.identities.alice.id);
    expect(opened && hexFromBytes(unpad(opened.padded))).toBe(committed.directMessage.content);
  });

  it('open: card and bundle', () => {
    const card = openCard(bytesFromHex(committed.card.bytes));
    expect(card).toMatchObject({ id: committed.identities.alice.id, seq: 3n, nick: 'Åsa ☕' });
    const bob = identityFromSeed(filled(32, 2));
    const bundle = openBundle(bytesFromHex(committed.bundle.bytes), bob);
    expect(bundle).toMatchObject({ id: bob.id, seq: 1_000_001n, boot: 1_000_000n });
  });

  it('open: the room messages, the last one first', () => {
    const { chainKey, signPublic, skid } = committed.room.chain;
    let chain = newReceiverChain({
      room: publicRoomId('lobby'),
      topic: topicOf(publicRoomId('lobby')),
      skid: SenderKeyId.fromBytes(bytesFromHex(skid)),
      index: 0,
      chainKey: bytesFromHex(chainKey),
      signPublic: bytesFromHex(signPublic),
    });
    for (const { blob, content } of committed.room.messages.toReversed()) {
      const opened = openRoomBlob(chain, bytesFromHex(blob), 0);
      if (opened === null) throw new Error('does not open');
      chain = opened.chain;
      expect(hexFromBytes(unpad(opened.padded))).toBe(content);
    }
  });
});
