// Attacks on the comparison by words: by the person compared with, and by who stands between two with an ID for each.
import { beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../../../src/core/people.ts';
import { sasCommitment } from '../../../src/crypto/sas.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { RECORD_TYPES } from '../../../src/protocol/record.ts';
import { FakeNet, type FakePerson } from '../../support/fake-net.ts';
import { accept, answer, compared, start, told, wordsOf } from '../comparing.ts';
import { deliver, record, sealed } from './forging.ts';

beforeAll(ready);

const MINUTE_MS = 60_000;
const filled = (byte: number) => new Uint8Array(32).fill(byte);

/** Writes records of a comparison by hand, in the name of `from`, whose own client stays silent. */
function writer(net: FakeNet, from: FakePerson, to: FakePerson) {
  let seq = 0;
  const write = (type: number, content: object) => {
    seq++;
    const fields = { type, seq, content: encodeCbor(content) };
    net.inject(to, sealed(from.profile.me, to, record(from.profile.me, to, fields)));
    net.run(300);
  };
  const pair = { initiator: from.id, responder: to.id };
  return {
    commitmentTo: (nonce: Uint8Array) => sasCommitment(pair, nonce),
    commit: (commit: Uint8Array) => write(RECORD_TYPES.wordsCommit, { commit }),
    reply: (commit: Uint8Array, nonce: Uint8Array) =>
      write(RECORD_TYPES.wordsReply, { commit, nonce }),
    reveal: (commit: Uint8Array, nonce: Uint8Array) =>
      write(RECORD_TYPES.wordsReveal, { commit, nonce }),
  };
}

function attempt(who: FakePerson, whom: FakePerson) {
  const open = who.core.words.open.get(whom.id);
  if (open === undefined) throw new Error('no comparison is open');
  return open;
}

/** mallory has asked anna, who has agreed: what it committed to is not shown yet. */
function agreed() {
  const net = new FakeNet();
  const { anna, cara } = net.trio();
  const mallory = net.arrive('mallory');
  net.run(500);
  const words = writer(net, mallory, anna);
  const commitment = words.commitmentTo(filled(1));
  words.commit(commitment);
  accept(net, anna, mallory);
  net.run(300);
  return { net, anna, cara, mallory, words, commitment };
}

describe('a reveal', () => {
  it('[A86 mismatch] of another nonce than was committed to shows no words and ends it', () => {
    const { net, anna, mallory, words, commitment } = agreed();
    words.reveal(commitment, filled(2));
    words.reveal(commitment, filled(1));
    expect(told(anna)).toEqual(['asked', 'waiting', 'failed mismatch']);
    expect(() => answer(net, [anna, mallory], true)).toThrow();
    expect(personOf(anna.core, mallory.id).trust).toBe('new');
  });

  it('[A86 mismatch] of another commitment that it does fit shows none either', () => {
    const { anna, words } = agreed();
    words.reveal(words.commitmentTo(filled(2)), filled(2));
    expect(told(anna)).toEqual(['asked', 'waiting', 'failed mismatch']);
  });

  it('Control: of what was committed to shows the words', () => {
    const { anna, words, commitment } = agreed();
    words.reveal(commitment, filled(1));
    expect(told(anna)).toEqual(['asked', 'waiting', 'compare']);
    expect(wordsOf(anna)).not.toBeNull();
  });

  it('[A86 mismatch] before anybody has agreed ends it', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const words = writer(net, ben, anna);
    const commitment = words.commitmentTo(filled(1));
    words.commit(commitment);
    words.reveal(commitment, filled(1));
    expect(told(anna)).toEqual(['asked', 'failed repeated']);
  });
});

describe('a second try', () => {
  it('[A87 grinding] of who asked, with the answer in hand, ends it, and the next is not heard at once', () => {
    const { net, anna, words, commitment } = agreed();
    words.commit(words.commitmentTo(filled(2)));
    words.reveal(commitment, filled(1));
    for (let byte = 3; byte < 30; byte++) words.commit(words.commitmentTo(filled(byte)));
    expect(told(anna)).toEqual(['asked', 'waiting', 'failed repeated']);
    // Control: a minute later it is a new comparison.
    net.run(MINUTE_MS);
    words.commit(words.commitmentTo(filled(40)));
    expect(told(anna).at(-1)).toBe('asked');
  });

  it('[A87 grinding] of who answers, once the other’s part is known, ends it', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const words = writer(net, ben, anna);
    start(net, anna, ben);
    net.run(300);
    const { commitment } = attempt(anna, ben);
    words.reply(commitment, filled(1));
    // Control: the first answer shows words.
    expect(told(anna)).toEqual(['waiting', 'compare']);
    words.reply(commitment, filled(2));
    expect(told(anna)).toEqual(['waiting', 'compare', 'failed repeated']);
    expect(() => answer(net, [anna, ben], true)).toThrow();
  });

  it('[A87 grinding] under the cover of both asking at once is one, and no more', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const [low, high] = anna.id < ben.id ? [anna, ben] : [ben, anna];
    const words = writer(net, high, low);
    start(net, low, high);
    net.run(300);
    words.commit(words.commitmentTo(filled(1)));
    expect(told(low)).toEqual(['waiting']);
    words.commit(words.commitmentTo(filled(2)));
    expect(told(low)).toEqual(['waiting', 'failed repeated']);
  });
});

/** Who stands between anna and ben, as another ID to each. */
function between() {
  const net = new FakeNet();
  const { anna, ben } = net.duo();
  const toAnna = net.arrive('mallory1', { nick: 'ben' });
  const toBen = net.arrive('mallory2', { nick: 'anna' });
  net.run(500);
  return { net, anna, ben, toAnna, toBen };
}

describe('who stands between two', () => {
  it('[A88 relayed] and hands on what one committed to gets no words out of the other', () => {
    const { net, anna, ben, toAnna, toBen } = between();
    start(net, anna, toAnna);
    net.run(300);
    const { commitment, nonce } = attempt(anna, toAnna);
    const asAnna = writer(net, toBen, ben);
    asAnna.commit(commitment);
    accept(net, ben, toBen);
    writer(net, toAnna, anna).reply(commitment, attempt(ben, toBen).nonce);
    asAnna.reveal(commitment, nonce);
    expect(told(anna)).toEqual(['waiting', 'compare']);
    expect(told(ben)).toEqual(['asked', 'waiting', 'failed mismatch']);
  });

  it('[A88 relayed] and commits to a part of its own shows each other words', () => {
    const { net, anna, ben, toAnna, toBen } = between();
    const asAnna = writer(net, toBen, ben);
    start(net, anna, toAnna);
    net.run(300);
    const mine = asAnna.commitmentTo(filled(1));
    asAnna.commit(mine);
    accept(net, ben, toBen);
    writer(net, toAnna, anna).reply(attempt(anna, toAnna).commitment, attempt(ben, toBen).nonce);
    asAnna.reveal(mine, filled(1));
    expect([told(anna).at(-1), told(ben).at(-1)]).toEqual(['compare', 'compare']);
    expect(wordsOf(ben)).not.toBe(wordsOf(anna));
    answer(net, [anna, toAnna], false);
    expect(personOf(anna.core, toAnna.id).trust).toBe('new');
  });

  it('[A88 relayed] and answers as a third ends the comparison it has the commitment of', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    start(net, anna, ben);
    net.run(300);
    const { commitment } = attempt(anna, ben);
    // Control: one that names nothing of anna's is nobody's answer.
    const third = writer(net, cara, anna);
    third.reply(filled(9), filled(1));
    expect(told(anna)).toEqual(['waiting']);
    third.reply(commitment, filled(1));
    expect(told(anna)).toEqual(['waiting', 'failed relayed']);
  });

  it('[A88 replayed] and plays an earlier comparison again moves nothing', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const blobs: Uint8Array[] = [];
    net.tampers.push(({ frame, person }) => {
      if (frame.type === 'deliver' && person === ben) blobs.push(frame.blob);
      return undefined;
    });
    compared(net, anna, ben);
    answer(net, [ben, anna], false);
    net.run(2 * MINUTE_MS);
    const before = told(ben);
    for (const blob of blobs.slice()) net.inject(ben, deliver(blob));
    net.run(1_000);
    expect(told(ben)).toEqual(before);
    // Control: a new one is heard.
    start(net, anna, ben);
    net.run(500);
    expect(told(ben)).toEqual([...before, 'asked']);
  });

  it('Control: two with nobody between see the same words', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    compared(net, anna, ben);
    expect(wordsOf(ben)).toBe(wordsOf(anna));
    expect(wordsOf(ben)).not.toBeNull();
  });
});
