// A client over a real connection: core and engine, with a memory in place of a profile's folder. Many fit one process.
import { randomFillSync } from 'node:crypto';
import { type Connection, connectRelay } from '../../src/client/connection.ts';
import { Engine, type EngineEdges } from '../../src/client/engine.ts';
import type { TransportError } from '../../src/client/transport-error.ts';
import { newState } from '../../src/core/new-state.ts';
import { ownCard } from '../../src/core/own-keys.ts';
import type { CoreState } from '../../src/core/state.ts';
import type { Frame } from '../../src/protocol/frames.ts';
import { MemoryPins } from './memory-pins.ts';
import { numberedIdentity } from './wire-client.ts';

/** Hundreds of people share a thread: nobody is gone because it takes its time. */
const TIMES = { connectMs: 60_000, tlsMs: 60_000, loginMs: 60_000, silenceMs: 60_000 };

export interface CoreEdges {
  readonly emit: EngineEdges['emit'];
  readonly onStorage: EngineEdges['onStorage'];
  readonly onEnd: (reason: TransportError) => void;
  /** Sees what goes out. */
  readonly onTransmit?: (frame: Frame) => void;
  /** What arrives, as it is given to the core. */
  readonly heard?: (frame: Frame) => Frame;
}

/** Owns its connection and the core's timers until `close`. */
export class ConnectedCore {
  readonly core: CoreState;
  readonly engine: Engine;
  readonly #edges: CoreEdges;
  #connection: Connection | null = null;

  /** The identity of this number. Await `ready()` of src/crypto before. */
  constructor(number: number, edges: CoreEdges) {
    this.core = newCore(number);
    this.#edges = edges;
    const { emit, onStorage, onTransmit } = edges;
    this.engine = new Engine(this.core, {
      ...{ emit, onStorage },
      commit: () => ({ repeats: [], news: [] }),
      saveIdentity: () => undefined,
      saveRooms: () => undefined,
      transmit: (frame) => {
        onTransmit?.(frame);
        this.#connection?.send(frame);
      },
      isCongested: () => this.#isCongested(),
    });
  }

  /** Resolves when it is logged in. */
  connect(port: number): Promise<void> {
    const { core, engine } = this;
    const { onEnd, heard = (frame: Frame) => frame } = this.#edges;
    return connectRelay({
      ...{ host: '127.0.0.1', port, me: core.me, card: () => ownCard(core), onEnd, times: TIMES },
      ...{ hidden: () => false, accepts: () => true, signal: new AbortController().signal },
      onReady: (opened, relay) => {
        this.#connection = opened;
        const { id: relayId, key: relayKey, mailboxBlobs, topics } = relay;
        engine.input({ type: 'connected', relayId, relayKey, topics, mailboxBlobs });
      },
      onFrame: (frame) => engine.input({ type: 'frame', frame: heard(frame) }),
    });
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.engine.close();
  }

  #isCongested(): boolean {
    if (this.#connection?.isCongested !== true) return false;
    this.#connection.whenTaken(() => this.engine.resume());
    return true;
  }
}

function newCore(number: number): CoreState {
  const env = {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    random: (sizeBytes: number) => randomFillSync(new Uint8Array(sizeBytes)),
  };
  const start = { env, me: numberedIdentity(number), pins: new MemoryPins() };
  return newState({ ...start, nick: `person${number}`, cardSeq: 0n, bundleSeq: 0n });
}
