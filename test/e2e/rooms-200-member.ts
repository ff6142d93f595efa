// A member of a large room, with what it was shown.
import type { EngineEdges } from '../../src/client/engine.ts';
import { presentMembers } from '../../src/core/room-roster.ts';
import { enterRoom } from '../../src/core/rooms.ts';
import { say } from '../../src/core/say.ts';
import type { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { ConnectedCore } from '../support/connected-core.ts';

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

/** Logs in and joins. */
export async function joinRoom(number: number, port: number, name: string): Promise<Member> {
  const texts = new Map<PeerId, string[]>();
  const shown = new Set<string>();
  const troubles: string[] = [];
  const waiting = new Map<string, () => void>();
  const relayed = new Map<MessageId, () => void>();
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
  const client = new ConnectedCore(number, {
    emit: take,
    onStorage: (problem) => troubles.push(String(problem)),
    onEnd: ({ code }) => troubles.push(`ended: ${code}`),
    onTransmit(frame) {
      if (frame.type === 'fanout') lastBlob = frame.blob.slice();
    },
  });
  const { core, engine } = client;
  engine.command(() => enterRoom(core, name, 'joined'));
  await client.connect(port);
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
    close: () => client.close(),
  };
}
