import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Admission } from '../../src/relay/admission.ts';
import { EventLog } from '../../src/relay/events.ts';
import { DEFAULT_LIMITS } from '../../src/relay/limits.ts';
import { ManualClock } from './manual-clock.ts';

/** Admission of sockets that seem to come from elsewhere, whose handshakes fail at once. */
function admission() {
  const clock = new ManualClock();
  const begun: string[] = [];
  const limits = { ...DEFAULT_LIMITS, handshakesPerSecond: 20, handshakesBurst: 100 };
  const events = new EventLog(() => {});
  const running = new Admission({
    ...{ clock, limits, events },
    begin: (socket) => {
      begun.push(socket.remoteAddress ?? '');
      socket.emit('close');
    },
  });
  let port = 0;
  return {
    begun,
    knock(address: string, times: number) {
      for (let count = 0; count < times; count++) {
        const socket = new Socket();
        const peer = { remoteAddress: { value: address }, remotePort: { value: ++port } };
        running.accept(Object.defineProperties(socket, peer));
      }
    },
    after(delayMs: number) {
      clock.advance(delayMs);
      running.beat(clock.nowMs());
    },
  };
}

it('lets one address begin so many handshakes at once and a second; the rest wait in line', () => {
  const { begun, knock, after } = admission();
  knock('10.0.0.2', 150);
  // The one above the burst is what takes the rate into debt.
  expect(begun).toHaveLength(101);
  knock('10.0.0.3', 1);
  expect(begun).toHaveLength(102);
  after(1_000);
  expect(begun).toHaveLength(122);
  after(1_000);
  expect(begun).toHaveLength(142);
  after(1_000);
  expect(begun).toHaveLength(151);
});

it('does not forget what an address has used while nobody of it is connected', () => {
  const { begun, knock, after } = admission();
  knock('10.0.0.2', 101);
  after(1_000);
  knock('10.0.0.2', 100);
  expect(begun).toHaveLength(121);
});

it('does not slow the programs of this machine', () => {
  const { begun, knock } = admission();
  knock('127.0.0.1', 500);
  knock('::1', 500);
  expect(begun).toHaveLength(1_000);
});
