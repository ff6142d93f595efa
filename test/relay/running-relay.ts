// A relay on loopback for one test, with its events, its written bytes and whoever connected to it.
import { onTestFinished } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import type { RelayEvent } from '../../src/relay/events.ts';
import { type Relay, type RelayOptions, startRelay } from '../../src/relay/relay.ts';
import {
  type LoginOptions,
  numberedIdentity,
  WireClient,
  type WireClientOptions,
} from '../support/wire-client.ts';

export interface TestRelay {
  readonly relay: Relay;
  readonly port: number;
  readonly events: readonly RelayEvent[];
  /** Bytes of each write, in order, with the connection's id. */
  readonly writes: readonly { readonly connection: number; readonly bytes: Uint8Array }[];
  /** The first, or another, event of the type, past or to come. */
  event<T extends RelayEvent['type']>(
    type: T,
    index?: number,
  ): Promise<Extract<RelayEvent, { type: T }>>;
  connect(options?: Partial<WireClientOptions>): Promise<WireClient>;
  /** Logs in the identity with this number. */
  login(number: number, options?: LoginOptions): Promise<WireClient>;
  /** Logs in a connection of the same identity that carries a file. */
  carry(number: number, options?: Partial<WireClientOptions>): Promise<WireClient>;
}

/** Ends with the test. */
export async function runRelay(options: Partial<RelayOptions> = {}): Promise<TestRelay> {
  await ready();
  const events: RelayEvent[] = [];
  const writes: { connection: number; bytes: Uint8Array }[] = [];
  let lookAgain: (() => void)[] = [];
  const relay = await startRelay({
    seed: new Uint8Array(32).fill(9),
    port: 0,
    host: '127.0.0.1',
    onEvent(event) {
      events.push(event);
      const looking = lookAgain;
      lookAgain = [];
      for (const look of looking) look();
    },
    onBytes(direction, connection, bytes) {
      if (direction === 'out') writes.push({ connection, bytes });
    },
    ...options,
  });
  const clients: WireClient[] = [];
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await relay.close();
  });
  const connect = async (others: Partial<WireClientOptions> = {}) => {
    const client = await WireClient.connect({ port: relay.port, ...others });
    clients.push(client);
    return client;
  };
  return {
    relay,
    port: relay.port,
    events,
    writes,
    async event<T extends RelayEvent['type']>(type: T, index = 0) {
      type Wanted = Extract<RelayEvent, { type: T }>;
      const isWanted = (event: RelayEvent): event is Wanted => event.type === type;
      for (;;) {
        const found = events.filter(isWanted)[index];
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => lookAgain.push(resolve));
      }
    },
    connect,
    async login(number, login) {
      const client = await connect();
      await client.login(numberedIdentity(number), login);
      return client;
    },
    async carry(number, others) {
      const client = await connect(others);
      await client.carry(numberedIdentity(number));
      return client;
    },
  };
}

/** The code of the END that the relay sent. */
export async function endOf(client: WireClient): Promise<string> {
  return (await client.next('end')).code;
}
