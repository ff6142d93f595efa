import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MdnsSocket } from '../../src/discovery/mdns-socket.ts';
import { FakeLan } from './fake-lan.ts';

const SENDER = '10.77.0.9';

/** Twelve bytes of header that claim this many questions and records, and nothing after them. */
function header(questions: number, ...records: number[]): Buffer {
  const bytes = Buffer.alloc(12);
  [questions, ...records].forEach((count, i) => {
    bytes.writeUInt16BE(count, 4 + 2 * i);
  });
  return bytes;
}

describe('the gate before the mDNS library', () => {
  const lan = new FakeLan();
  let socket: MdnsSocket;
  let heard: number;

  beforeEach(async () => {
    vi.useFakeTimers();
    heard = 0;
    socket = new MdnsSocket(lan.host('10.77.0.2').createSocket, () => undefined);
    socket.on('message', () => {
      heard += 1;
    });
    socket.bind(5353, '0.0.0.0', () => socket.addMembership('224.0.0.251', '10.77.0.2'));
    await vi.advanceTimersByTimeAsync(0);
  });

  afterEach(() => {
    socket.close();
    lan.hosts.length = 0;
    vi.useRealTimers();
  });

  const inject = async (packet: Buffer, times = 1) => {
    for (let i = 0; i < times; i += 1) lan.inject(packet, SENDER);
    await vi.advanceTimersByTimeAsync(0);
  };

  it('passes 200 packets at once, then 100 a second', async () => {
    await inject(header(1), 1_000);
    expect(heard).toBe(200);
    await vi.advanceTimersByTimeAsync(1_000);
    await inject(header(1), 1_000);
    expect(heard).toBe(300);
  });

  it.each([
    ['16 questions', header(16), 1],
    ['17 questions', header(17), 0],
    ['64 records', header(0, 60, 2, 2), 1],
    ['65 records', header(0, 60, 2, 3), 0],
    ['no whole header', header(0).subarray(0, 11), 0],
    ['1500 bytes', Buffer.alloc(1500), 1],
    ['1501 bytes', Buffer.alloc(1501), 0],
  ])('goes by the header alone: a packet with %s', async (_what, packet, passed) => {
    await inject(packet);
    expect(heard).toBe(passed);
  });

  it('outlives a listener that throws', async () => {
    socket.on('message', () => {
      throw new TypeError('the library tripped');
    });
    await inject(header(1), 2);
    expect(heard).toBe(2);
  });

  it('hears nothing once closed, and can be closed twice', async () => {
    socket.close();
    socket.close();
    await inject(header(1));
    expect(heard).toBe(0);
  });
});
