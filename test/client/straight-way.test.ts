// Whether a file goes straight: what is said of it, and how often somebody's addresses are gone to.
import { beforeAll, describe, expect, it } from 'vitest';
import { StraightWay } from '../../src/client/straight-way.ts';
import type { CoreState } from '../../src/core/state.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { FileId, MeetingId } from '../../src/protocol/ids.ts';
import { DEFAULT_SETTINGS } from '../../src/storage/settings.ts';
import { LOOPBACK } from './file-people.ts';

beforeAll(ready);

const FILE = FileId.fromBytes(new Uint8Array(16).fill(7));
const OTHER = FileId.fromBytes(new Uint8Array(16).fill(8));
const meeting = MeetingId.fromBytes(new Uint8Array(16).fill(1));
const at = ['127.0.0.1:5000'];

function way({ directFiles = true, hidden = false, isKnown = true } = {}) {
  const [me, sender] = [1, 2].map((byte) => identityFromSeed(new Uint8Array(32).fill(byte)));
  if (me === undefined || sender === undefined) throw new Error('two');
  const peers = new Map(isKnown ? [[sender.id, { keys: sender }]] : []);
  const straight = new StraightWay({
    core: { me, hidden, peers } as unknown as CoreState,
    settings: () => ({ ...DEFAULT_SETTINGS, directFiles }),
    neighbourhood: LOOPBACK,
  });
  const told = (file = FILE) =>
    straight.appointment(sender.id, { file, is: 'ready', meeting, at })?.addresses.length;
  return { straight, told, sender };
}

describe('the straight way', () => {
  it('is wished for where it is let, and not while hidden', () => {
    expect(way().straight.wish(FILE)).toEqual({ direct: true });
    expect(way({ directFiles: false }).straight.wish(FILE)).toEqual({});
    expect(way({ hidden: true }).straight.wish(FILE)).toEqual({});
  });

  it('is gone only where it is let, whatever a sender says', () => {
    expect(way().told()).toBe(1);
    expect(way({ directFiles: false }).told()).toBe(0);
    expect(way({ hidden: true }).told()).toBe(0);
  });

  it('is opened to nobody whose keys we don’t know, nor where it is not let', async () => {
    const { straight, sender } = way({ isKnown: false });
    expect(await straight.open(sender.id, meeting)).toBeNull();
    const off = way({ directFiles: false });
    expect(await off.straight.open(off.sender.id, meeting)).toBeNull();
    const on = way();
    const open = await on.straight.open(on.sender.id, meeting);
    expect(open?.at).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    open?.entrance.close();
  });
});

describe('[A142 hostile addresses] said again and again', () => {
  it('are knocked at once a file, until something has come or the relay is another', () => {
    const { straight, told } = way();
    expect([told(), told(), told()]).toEqual([1, 0, 0]);
    expect(straight.wish(FILE)).toEqual({});
    expect(told(OTHER)).toBe(1);
    straight.brings(FILE);
    expect([told(), told()]).toEqual([1, 0]);
    straight.connected(null);
    expect([told(), told()]).toEqual([1, 0]);
  });
});
