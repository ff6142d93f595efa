// The link's decisions over time, on a network that the test plays.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Link } from '../../src/client/api.ts';
import type { Connection, ConnectRequest } from '../../src/client/connection.ts';
import type { KnownRelay, NamedRelay } from '../../src/client/relay-choice.ts';
import { RelayLink, type Surroundings } from '../../src/client/relay-link.ts';
import { RelayRefusal, TransportError } from '../../src/client/transport-error.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import type { RelayHint } from '../../src/discovery/announcement.ts';
import type { NetworkInterface } from '../../src/discovery/interfaces.ts';
import { hint, known, relayIdOf } from './hints.ts';

beforeAll(() => ready());
beforeEach(() => vi.useFakeTimers());
afterEach(async () => {
  await lab?.link.close();
  lab = null;
  vi.useRealTimers();
});

/** What a test's network does with a try. */
type Answer = number | 'refuse' | 'hang' | TransportError;

let lab: Lab | null = null;

class Lab {
  readonly tries: { readonly host: string; readonly atMs: number }[] = [];
  readonly told: Link[] = [];
  readonly lost: string[] = [];
  readonly pinned: KnownRelay[];
  /** Who answers at an address: a relay's number. */
  readonly answers = new Map<string, Answer>();
  readonly link: RelayLink;
  hints: RelayHint[] = [];
  browsers = 0;
  #onUp: (hint: RelayHint) => void = () => undefined;
  #onInterfaces: (interfaces: NetworkInterface[]) => void = () => undefined;
  #open: { end(error: TransportError): void } | null = null;

  constructor(
    setup: { pinned?: KnownRelay[]; named?: NamedRelay; answers?: [string, Answer][] } = {},
  ) {
    this.pinned = setup.pinned ?? [];
    for (const [host, answer] of setup.answers ?? []) this.answers.set(host, answer);
    this.link = new RelayLink({
      me: identityFromSeed(new Uint8Array(32).fill(1)),
      card: () => new Uint8Array(),
      hidden: () => false,
      named: setup.named ?? null,
      pinned: () => this.pinned,
      surroundings: this.#surroundings(),
      onConnected: (_connection, { id, name, host, port }) => {
        const others = this.pinned.filter((relay) => relay.id !== id);
        this.pinned.splice(0, this.pinned.length, ...others, { id, name, host, port });
      },
      onFrame: () => undefined,
      onLost: (code) => this.lost.push(code),
      onLink: (link) => this.told.push(link),
    });
    lab = this;
  }

  #surroundings(): Surroundings {
    return {
      neighbourhood: { offered: () => [], toTry: () => [] },
      browse: ({ onUp }) => {
        this.browsers += 1;
        this.#onUp = onUp;
        return {
          hints: () => this.hints,
          close: () => {
            this.browsers -= 1;
          },
        };
      },
      watchInterfaces: (onChange) => {
        this.#onInterfaces = onChange;
        return { close: () => undefined };
      },
      connect: (request) => this.#connect(request),
    };
  }

  #connect(request: ConnectRequest): Promise<void> {
    this.tries.push({ host: request.host, atMs: performance.now() });
    const answer = this.answers.get(request.host) ?? 'refuse';
    return new Promise((resolve, reject) => {
      const fail = (code: string) => reject(new TransportError(code, code));
      request.signal.addEventListener('abort', () => fail('cancelled'));
      if (answer === 'hang') return;
      if (answer === 'refuse') return fail('econnrefused');
      if (answer instanceof TransportError) return reject(answer);
      if (!request.accepts(relayIdOf(answer))) return fail('relay-key-changed');
      let isOver = false;
      const end = (error: TransportError) => {
        if (isOver) return;
        isOver = true;
        request.onEnd(error);
      };
      this.#open = { end };
      const connection = {
        localAddress: '10.0.0.200',
        abort: (code: string) => end(new TransportError(code, code)),
        close: async () => end(new TransportError('closed', 'closed')),
      };
      const relay = { id: relayIdOf(answer), key: new Uint8Array(32), topics: 0, mailboxBlobs: 0 };
      request.onReady(connection as unknown as Connection, relay);
      resolve();
    });
  }

  find(found: RelayHint): void {
    this.hints = [...this.hints, found];
    this.#onUp(found);
  }

  changeInterfaces(...addresses: string[]): void {
    this.#onInterfaces(addresses.map((address) => ({ address }) as NetworkInterface));
  }

  end(error: TransportError): void {
    this.#open?.end(error);
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  hosts(): string[] {
    return this.tries.map(({ host }) => host);
  }
}

const closed = () => new TransportError('closed', 'closed');

describe('a link', () => {
  it('goes to the remembered relay at once, and stops asking the LAN when it is there', async () => {
    const { link, tries, browsers } = await online(known(1));
    expect(link.link).toMatchObject({ state: 'online', relay: '10.0.0.1:7717' });
    expect(link.link.fingerprint).toBe(relayIdOf(1));
    expect([tries.length, browsers]).toEqual([1, 0]);
  });

  it('follows the remembered relay to a new address', async () => {
    const now = new Lab({ pinned: [known(1)], answers: [['10.0.5.5', 1]] });
    await now.pass(1_000);
    expect(now.link.link.state).toBe('offline');
    now.find(hint(1, { host: '10.0.5.5' }));
    await now.pass(110);
    expect(now.link.link).toMatchObject({ state: 'online', relay: '10.0.5.5:7717' });
  });

  it('does not take a liar at a claimed address for the remembered relay, and says so', async () => {
    const now = new Lab({ pinned: [known(1)], answers: [['10.0.5.5', 2]] });
    now.find(hint(1, { host: '10.0.5.5' }));
    await now.pass(1_000);
    expect(now.link.link).toMatchObject({ state: 'offline', reason: 'relay-key-changed' });
    // The next address that doesn't answer covers nothing up.
    now.find(hint(1, { host: '10.0.6.6' }));
    await now.pass(1_000);
    expect(now.link.link.reason).toBe('relay-key-changed');
    now.answers.set('10.0.6.6', 1);
    await now.pass(5_000);
    expect(now.link.link).toMatchObject({ state: 'online', relay: '10.0.6.6:7717' });
  });

  it('takes the only relay of a fresh profile, and pins it', async () => {
    const now = new Lab({ answers: [['10.0.0.1', 1]] });
    await now.pass(5_000);
    expect([now.link.link.state, now.hosts()]).toEqual(['searching', []]);
    now.find(hint(1));
    await now.pass(1_500);
    expect(now.link.link.state).toBe('online');
    expect(now.pinned).toMatchObject([{ id: relayIdOf(1), name: 'relay 1' }]);
  });

  it('asks which of several, once, and goes only where it is told', async () => {
    const now = new Lab({
      answers: [
        ['10.0.0.1', 1],
        ['10.0.0.2', 2],
      ],
    });
    await now.pass(0);
    now.find(hint(1));
    now.find(hint(2));
    await now.pass(10_000);
    const asked = now.told.filter(({ state }) => state === 'choosing');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.choices.map(({ host }) => host)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(now.hosts()).toEqual([]);
    const fingerprint = relayIdOf(2).slice(0, 16);
    now.link.choose({ host: '10.0.0.2', port: 7717, fingerprint });
    await now.pass(200);
    expect(now.link.link).toMatchObject({ state: 'online', fingerprint: relayIdOf(2) });
    expect(now.hosts()).toEqual(['10.0.0.2']);
  });

  it('speaks of a stranger after some patience, and takes the remembered one back without being told', async () => {
    const now = new Lab({ pinned: [known(1)] });
    now.find(hint(2));
    await now.pass(2_500);
    expect(now.told.some(({ state }) => state === 'choosing')).toBe(false);
    await now.pass(4_000);
    expect(now.link.link).toMatchObject({ state: 'choosing', reason: null });
    expect(now.link.link.choices).toMatchObject([{ host: '10.0.0.2', pinned: false }]);
    const before = now.told.length;
    await now.pass(20_000);
    expect(now.told.length).toBe(before);
    now.answers.set('10.0.0.1', 1);
    await now.pass(5_000);
    expect(now.link.link).toMatchObject({ state: 'online', fingerprint: relayIdOf(1) });
    expect(now.hosts()).not.toContain('10.0.0.2');
  });

  it('warns of a stranger under a pinned name', async () => {
    const now = new Lab({ pinned: [known(1)] });
    now.find(hint(2, { name: 'relay 1' }));
    await now.pass(8_000);
    expect(now.link.link).toMatchObject({ state: 'choosing', reason: 'relay-key-changed' });
  });

  it('tries again with pauses of at most 5 s, not all alike', async () => {
    const now = new Lab({ pinned: [known(1)] });
    await now.pass(300_000);
    const times = now.tries.map(({ atMs }) => atMs);
    const pauses = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(100);
    expect(new Set(pauses.slice(10).map(Math.round)).size).toBeGreaterThan(10);
    expect(now.told.every(({ retryInMs }) => (retryInMs ?? 0) <= 5_000)).toBe(true);
  });

  it('tries at once when the remembered relay announces itself, and when the network changes', async () => {
    const now = new Lab({ pinned: [known(1)] });
    await now.pass(60_000);
    now.answers.set('10.0.0.1', 1);
    now.find(hint(1));
    await now.pass(110);
    expect(now.link.link.state).toBe('online');
    now.answers.delete('10.0.0.1');
    now.end(closed());
    await now.pass(60_000);
    expect(now.link.link.state).toBe('offline');
    now.answers.set('10.0.0.1', 1);
    now.changeInterfaces('10.0.0.200');
    await now.pass(110);
    expect(now.link.link.state).toBe('online');
  });

  it('gives up a try that began in the network of before', async () => {
    const now = new Lab({ pinned: [known(1)], answers: [['10.0.0.1', 'hang']] });
    await now.pass(1_000);
    now.answers.set('10.0.0.1', 1);
    now.changeInterfaces('10.0.0.200');
    await now.pass(110);
    expect(now.link.link.state).toBe('online');
  });

  it('ends when the address it goes out from is gone, and not for another change', async () => {
    const now = await online(known(1));
    now.changeInterfaces('10.0.0.200', '172.16.0.1');
    await now.pass(0);
    expect(now.lost).toEqual([]);
    now.changeInterfaces('172.16.0.1');
    await now.pass(0);
    expect(now.lost).toEqual(['network-changed']);
    expect(now.link.link).toMatchObject({ state: 'offline', reason: 'network-changed' });
  });

  it('is not made to connect as fast as a flood of announcements', async () => {
    const now = new Lab({ pinned: [known(1)] });
    for (let n = 0; n < 1_000; n++) {
      now.find(hint(1));
      await now.pass(1);
    }
    expect(now.tries.length).toBeLessThanOrEqual(11);
  });

  it.each(['replaced', 'kicked', 'not-admitted', 'prefix-taken'])(
    'does not come back by itself after %s',
    async (code) => {
      const now = await online(known(1));
      now.end(new RelayRefusal(code, code));
      await now.pass(60_000);
      now.find(hint(1));
      now.changeInterfaces('10.0.0.200');
      await now.pass(60_000);
      expect(now.link.link).toMatchObject({ state: 'ended', reason: code });
      expect(now.tries).toHaveLength(1);
      now.link.retry();
      await now.pass(110);
      expect(now.link.link.state).toBe('online');
    },
  );

  it('comes back where the same words came from somebody who proved no key', async () => {
    const answers: [string, Answer][] = [['10.0.0.1', new TransportError('kicked', 'kicked')]];
    const now = new Lab({ pinned: [known(1)], answers });
    await now.pass(1_000);
    now.answers.set('10.0.0.1', 1);
    await now.pass(5_000);
    expect(now.link.link.state).toBe('online');
  });

  it('waits longer and longer for a relay that lets it in and drops it again', async () => {
    const now = await online(known(1));
    for (let n = 0; n < 6; n++) {
      now.end(closed());
      await now.pass(5_000);
    }
    const [first = 0, second = 0] = now.tries.slice(-2).map(({ atMs }) => atMs);
    expect(second - first).toBeGreaterThan(1_000);
    await now.pass(20_000);
    now.end(closed());
    await now.pass(400);
    expect(now.link.link.state).toBe('online');
  });

  it('goes to the chosen relay and not on with the addresses of the one before', async () => {
    const now = await online(known(1));
    now.answers.set('10.0.0.2', 2);
    now.link.choose({ host: '10.0.0.2', port: 7717, fingerprint: null });
    await now.pass(200);
    expect(now.lost).toEqual(['another-chosen']);
    expect(now.link.link).toMatchObject({ state: 'online', fingerprint: relayIdOf(2) });
    expect(now.hosts()).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('leaves no try, search or timer behind when it is closed', async () => {
    const now = new Lab({ pinned: [known(1)], answers: [['10.0.0.1', 'hang']] });
    await now.pass(10);
    await now.link.close();
    await now.pass(0);
    expect([now.browsers, vi.getTimerCount()]).toEqual([0, 0]);
    const before = now.told.length;
    await now.pass(60_000);
    expect([now.tries.length, now.told.length]).toEqual([1, before]);
  });
});

async function online(relay: KnownRelay) {
  const now = new Lab({ pinned: [relay], answers: [[relay.host, 1]] });
  await now.pass(0);
  return now;
}
