// The people a profile has met, in memory: what storage keeps on disk.
import type { Pin, PinBook, PinChange } from '../../src/core/state.ts';
import type { Card } from '../../src/crypto/signed-objects.ts';
import type { PeerId } from '../../src/protocol/ids.ts';

export class MemoryPins implements PinBook {
  readonly #pins = new Map<PeerId, Pin>();
  readonly isMissing: boolean;

  constructor({ isMissing = false } = {}) {
    this.isMissing = isMissing;
  }

  get(id: PeerId): Pin | null {
    return this.#pins.get(id) ?? null;
  }

  all(): readonly Pin[] {
    return [...this.#pins.values()];
  }

  see({ id, nick }: Card, nowMs: number): Pin {
    const earlier = this.#pins.get(id);
    const first = { id, trust: 'known' as const, firstSeenMs: nowMs };
    const none = {
      ...{ contacted: false, acceptedNick: null, petname: null, favourite: false },
      ...{ note: null, ignored: false, blocked: false },
    };
    const pin: Pin = { ...(earlier ?? { ...first, ...none }), nick };
    this.#pins.delete(id);
    this.#pins.set(id, pin);
    return pin;
  }

  verify(id: PeerId): void {
    this.#change(id, { trust: 'verified' });
  }

  contact(id: PeerId): void {
    this.#change(id, { contacted: true });
  }

  acceptNick(id: PeerId, nick: string): void {
    this.#change(id, { acceptedNick: nick });
  }

  change(id: PeerId, change: PinChange): void {
    this.#change(id, change);
  }

  #change(id: PeerId, change: Partial<Pin>): void {
    const pin = this.#pins.get(id);
    if (pin === undefined) throw new Error('not pinned');
    this.#pins.set(id, { ...pin, ...change });
  }
}
