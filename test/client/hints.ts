// Relays as mDNS claims them and as a profile has pinned them, one for each number.
import type { KnownRelay } from '../../src/client/relay-choice.ts';
import type { RelayHint } from '../../src/discovery/announcement.ts';
import { RelayId } from '../../src/protocol/ids.ts';

export function relayIdOf(number: number): RelayId {
  return RelayId.fromBytes(new Uint8Array(32).fill(number));
}

export function hint(number: number, changes: Partial<RelayHint> = {}): RelayHint {
  const { host = changes.addresses?.[0] ?? `10.0.0.${number}` } = changes;
  return {
    ...{ name: `relay ${number}`, host, addresses: [host], port: 7717 },
    relayIdPrefix: relayIdOf(number).slice(0, 16),
    ...changes,
  };
}

export function known(number: number): KnownRelay {
  return { id: relayIdOf(number), name: `relay ${number}`, host: `10.0.0.${number}`, port: 7717 };
}
