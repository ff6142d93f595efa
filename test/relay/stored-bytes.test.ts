// What is read back from disk: only whole frames and whole marks come of it, whatever the bytes are.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, TOKEN_BYTES } from '../../src/protocol/frames.ts';
import { deliverFrame, deliverParts, renumber } from '../../src/relay/deliver.ts';
import { readMarks, writeMarks } from '../../src/relay/log-marks.ts';
import { networkOf } from '../../src/relay/network.ts';

const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const delivery = fc.record({ rseq: number, blob: fc.uint8Array({ maxLength: 60 }) });

describe('DELIVER frames', () => {
  it('are found one by one where they were put', () => {
    fc.assert(
      fc.property(fc.array(delivery, { maxLength: 8 }), (deliveries) => {
        const bytes = Buffer.concat(deliveries.map((each) => deliverFrame(each)));
        const found = (deliverParts(bytes) ?? []).map(({ from, to }) =>
          decodeFrame(bytes.subarray(from + 4, to)),
        );
        expect(found).toMatchObject(
          deliveries.map(({ rseq, blob }) => ({ type: 'deliver', req: 0, rseq, blob })),
        );
      }),
    );
  });

  it('are all that is ever found, in any bytes', () => {
    const bytes = fc.tuple(fc.array(delivery, { maxLength: 3 }), fc.nat(), fc.nat(7));
    const damaged = bytes.map(([deliveries, at, bit]) => {
      const whole = Buffer.concat(deliveries.map((each) => deliverFrame(each)));
      if (whole.length > 0) whole[at % whole.length] = (whole[at % whole.length] ?? 0) ^ (1 << bit);
      return whole;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged), (any) => {
        const parts = deliverParts(any);
        let end = 0;
        for (const { rseq, from, to } of parts ?? []) {
          expect(from).toBe(end);
          expect(decodeFrame(any.subarray(from + 4, to))).toMatchObject({ type: 'deliver', rseq });
          end = to;
        }
        if (parts !== null) expect(end).toBe(any.length);
      }),
    );
  });

  it('take another number in place', () => {
    fc.assert(
      fc.property(delivery, number, ({ rseq, blob }, other) => {
        const frame = deliverFrame({ rseq, blob });
        renumber(frame, other);
        expect(frame).toEqual(deliverFrame({ rseq: other, blob }));
      }),
    );
  });
});

describe('marks', () => {
  const sixteen = fc.uint8Array({ minLength: TOKEN_BYTES, maxLength: TOKEN_BYTES });
  const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  it('are read as they were written', () => {
    const mark = fc.record({ token: sixteen, seconds });
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 8 }), (all) => {
        const marks = all.map(({ token, seconds: s }) => ({ token, ttlMs: s * 1_000 }));
        const found = readMarks(writeMarks(marks));
        expect(found?.map(({ token, ttlMs }) => [...token, ttlMs])).toEqual(
          marks.map(({ token, ttlMs }) => [...token, ttlMs]),
        );
      }),
    );
  });

  it('are whole, or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), (bytes) => {
        const marks = readMarks(bytes);
        if (bytes.length % 20 === 0) expect(marks).toHaveLength(bytes.length / 20);
        else expect(marks).toBeNull();
      }),
    );
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.168.1.7', '192.168.1.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:0001:2:aaaa::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fd00:1:2:3::beef', 'fd00:1:2:3'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1%eth0'],
    ['fe80::1%eth1', 'fe80:0:0:0:0:0:0:1%eth1'],
    ['FE80:0::0001%eth0', 'fe80:0:0:0:0:0:0:1%eth0'],
    ['fe80::a00:27ff:fe4e:66a1', 'fe80:0:0:0:a00:27ff:fe4e:66a1%'],
    ['febf::2%eth0', 'febf:0:0:0:0:0:0:2%eth0'],
    ['fec0::2', 'fec0:0:0:0'],
    ['::1', '0:0:0:0'],
    ['gone', 'gone'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
