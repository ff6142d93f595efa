// A member of a large room: core, engine and a real connection, with a memory in place of a profile's folder.
import { type Connection, connectRelay } from '../../src/client/connection.ts';
import { Engine, type EngineEdges } from '../../src/client/engine.ts';
import { newState } from '../../src/core/new-state.ts';
import { ownCard } from '../../src/core/own-keys.ts';
import { presentMembers } from '../../src/core/room-roster.ts';
import { enterRoom } from '../../src/core/rooms.ts';
import { say } from '../../src/core/say.ts';
import type { CoreState } from '../../src/core/state.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { sodium } from '../../src/crypto/sodium.ts';
import type { Frame } from '../../src/protocol/frames.ts';
import type { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { MemoryPins } from '../support/memory-pins.ts';

export interface Member {
  readonly id: PeerId;
  /** Texts of others, in the order they were shown, by who wrote them. */
  heard(from: PeerId): readonly string[];
  /** Everything shown but messages and who comes and goes: gaps, alarms, ends. */
  readonly troubles: readonly string[];
  /** Resolves when the roster has been read. */
  readonly synced: Promise<void>;
  /** Resolves when this text of somebody else has been shown. */
  reads(text: string): Promise<void>;
  /** Whom this member's next message will reach. */
  knows(): readonly PeerId[];
  /** Resolves with what went on the wire, once the relay has it. */
  say(text: string): Promise<Uint8Array>;
  /** As if the relay had delivered it. */
  receive(blob: Uint8Array): void;
  close(): Promise<void>;
}

function newCore(number: number): CoreState {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, number);
  const env = {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    random: (sizeBytes: number) => sodium().randombytes_buf(sizeBytes),
  };
  const me = identityFromSeed(seed);
  const start = { env, me, pins: new MemoryPins(), nick: `person${number}` };
  return newState({ ...start, cardSeq: 0n, bundleSeq: 0n });
}

/** Two hundred people and the relay share one thread here: nobody is gone because it takes its time. */
const TIMES = { connectMs: 60_000, tlsMs: 60_000, loginMs: 60_000, silenceMs: 60_000 };

/** Logs in and joins. */
export async function joinRoom(number: number, port: number, name: string): Promise<Member> {
  const core = newCore(number);
  const texts = new Map<PeerId, string[]>();
  const shown = new Set<string>();
  const troubles: string[] = [];
  const waiting = new Map<string, () => void>();
  const relayed = new Map<MessageId, () => void>();
  let connection: Connection | null = null;
  let lastBlob = new Uint8Array();
  let sync: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => {
    sync = resolve;
  });
  const take: EngineEdges['emit'] = (event) => {
    if (event.type === 'synced') sync();
    if (event.type === 'gap' || event.type === 'error') troubles.push(JSON.stringify(event));
    if (event.type === 'receipt' && event.state === 'relayed') relayed.get(event.id)?.();
    if (event.type !== 'message' || event.message.state !== null) return;
    const { from, text } = event.message;
    const ofSender = texts.get(from.fingerprint) ?? [];
    texts.set(from.fingerprint, [...ofSender, text]);
    shown.add(text);
    waiting.get(text)?.();
  };
  const engine = new Engine(core, {
    commit: () => ({ repeats: [], news: [] }),
    onStorage: (problem) => troubles.push(String(problem)),
    saveIdentity: () => undefined,
    saveRooms: () => undefined,
    emit: take,
    transmit(frame: Frame) {
      if (frame.type === 'fanout') lastBlob = frame.blob.slice();
      connection?.send(frame);
    },
    isCongested: () => false,
  });
  engine.command(() => enterRoom(core, name, 'joined'));
  await connectRelay({
    ...{ host: '127.0.0.1', port, me: core.me, card: () => ownCard(core) },
    ...{
      hidden: () => false,
      accepts: () => true,
      signal: new AbortController().signal,
      times: TIMES,
    },
    onReady(opened) {
      connection = opened;
      const { id: relayId, key: relayKey, mailboxBlobs } = opened.relay;
      engine.input({ type: 'connected', relayId, relayKey, topics: 64, mailboxBlobs });
    },
    onFrame: (frame) => engine.input({ type: 'frame', frame }),
    onEnd: ({ code }) => troubles.push(`ended: ${code}`),
  });
  const room = core.rooms.get(name);
  if (room === undefined) throw new Error('not in the room');
  return {
    id: core.me.id,
    troubles,
    synced,
    heard: (from) => texts.get(from) ?? [],
    reads(text) {
      if (shown.has(text)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(text, resolve));
    },
    knows: () => presentMembers(room).map(({ id }) => id),
    say(text) {
      const id = engine.command(() => say(core, { to: { room: `#${name}` }, text }));
      return new Promise((resolve) => relayed.set(id, () => resolve(lastBlob)));
    },
    receive: (blob) =>
      engine.input({ type: 'frame', frame: { type: 'deliver', req: 0, rseq: 0n, blob } }),
    async close() {
      await connection?.close();
      engine.close();
    },
  };
}
