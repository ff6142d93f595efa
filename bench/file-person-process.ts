// A person in a process of their own who sends files, takes them, and talks meanwhile.
import { statSync } from 'node:fs';
import * as v from 'valibot';
import { boundHeap } from '../src/cli/heap.ts';
import type { ClientEvent, FileTransfer } from '../src/client/api.ts';
import { type OpenSession, openSession } from '../src/client/open-session.ts';
import { realSurroundings } from '../src/client/relay-link.ts';
import type { PeerId } from '../src/protocol/ids.ts';
import { serveRequests } from './worker.ts';

// As the screen and `lanchat file` have it.
boundHeap();

const request = v.variant('do', [
  /** Waits until the other one is here. */
  v.object({ do: v.literal('open'), home: v.string(), port: v.number(), nick: v.string() }),
  v.object({ do: v.literal('send'), path: v.string() }),
  /** Wants the last file that came. Answers with the milliseconds until it had landed, until the first bytes came, and how many were there then. */
  v.object({ do: v.literal('take'), folder: v.string() }),
  /** As `take`, and ends by itself once so many bytes have come: nothing is left of this process. */
  v.object({ do: v.literal('take-part'), folder: v.string(), bytes: v.number() }),
  /** Says something every so many milliseconds, until `hush`. */
  v.object({ do: v.literal('talk'), everyMs: v.number() }),
  v.object({ do: v.literal('hush') }),
  /** Answers with the milliseconds that each message took that came since the last time. */
  v.object({ do: v.literal('heard') }),
  /** Of a file that was wanted before this process began: the milliseconds from READY until it moved, and the bytes that were there then; once it has landed. */
  v.object({ do: v.literal('resumed') }),
]);

let session: OpenSession | null = null;
let other: PeerId | null = null;
let talking: NodeJS.Timeout | null = null;
let latenciesMs: number[] = [];
let offered: FileTransfer | null = null;
let resumed: Promise<readonly number[]> = Promise.resolve([]);
const watchers = new Set<(event: ClientEvent) => void>();

/** The same in every process of this machine. */
const nowMs = () => performance.timeOrigin + performance.now();

async function open(home: string, port: number, nick: string): Promise<void> {
  session = await openSession({
    ...{ home, nick, exclusive: false, rooms: 'join', ephemeral: false, offline: false },
    relay: { host: '127.0.0.1', port, fingerprint: null },
    passphrase: () => Promise.reject(new Error('no passphrase')),
    surroundings: { ...realSurroundings, browse: () => ({ hints: () => [], close() {} }) },
  });
  const { self } = await session.request({ do: 'snapshot' });
  session.subscribe((event) => {
    if (event.type === 'message' && event.message.state === null) heard(event.message.text);
    if (event.type === 'file' && event.transfer.direction === 'in') offered = event.transfer;
    for (const watch of [...watchers]) watch(event);
  });
  resumed = goingOn();
  const met = until((event) =>
    event.type === 'person' && event.person.online ? event.person.fingerprint : null,
  );
  const { people } = await session.request({ do: 'snapshot' });
  const there = people.find((each) => each.online && each.fingerprint !== self.fingerprint);
  other = there?.fingerprint ?? (await met);
}

async function goingOn(): Promise<readonly number[]> {
  const isReady = until((event) => (event.type === 'ready' ? performance.now() : null));
  const moved = until((event) =>
    event.type === 'file' && event.transfer.state === 'moving'
      ? { atMs: performance.now(), bytes: event.transfer.bytes }
      : null,
  );
  const landed = until((event) =>
    event.type === 'file' && event.transfer.state === 'done' ? event : null,
  );
  const [readyMs, { atMs, bytes }] = await Promise.all([isReady, moved, landed]);
  return [atMs - readyMs, bytes];
}

function heard(text: string): void {
  const sentAtMs = Number(text);
  if (text !== '' && Number.isFinite(sentAtMs)) latenciesMs.push(nowMs() - sentAtMs);
}

function until<T>(fits: (event: ClientEvent) => T | null): Promise<T> {
  return new Promise((resolve) => {
    const watch = (event: ClientEvent) => {
      const found = fits(event);
      if (found === null) return;
      watchers.delete(watch);
      resolve(found);
    };
    watchers.add(watch);
  });
}

function parts(): { readonly session: OpenSession; readonly other: PeerId } {
  if (session === null || other === null) throw new Error('nobody is here');
  return { session, other };
}

async function take(folder: string): Promise<readonly number[]> {
  const transfer =
    offered ?? (await until((event) => (event.type === 'file' ? event.transfer : null)));
  const startMs = performance.now();
  const first = until((event) => (isOf(event, transfer, 'moving') ? event.transfer.bytes : null));
  const firstMs = first.then(() => performance.now() - startMs);
  const done = until((event) => (isOf(event, transfer, 'done') ? event : null));
  if (transfer.id === null) throw new Error('a file without a message');
  await parts().session.request({ do: 'get-file', id: transfer.id, folder });
  await done;
  const tookMs = performance.now() - startMs;
  offered = null;
  return [tookMs, await firstMs, await first];
}

function isOf(
  event: ClientEvent,
  { file }: FileTransfer,
  state: FileTransfer['state'],
): event is Extract<ClientEvent, { type: 'file' }> {
  return event.type === 'file' && event.transfer.file === file && event.transfer.state === state;
}

async function takePart(folder: string, bytes: number): Promise<readonly number[]> {
  const reached = until((event) =>
    event.type === 'file' && event.transfer.state === 'moving' && event.transfer.bytes >= bytes
      ? event.transfer.bytes
      : null,
  );
  void take(folder);
  return [await reached];
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'open':
      await open(asked.home, asked.port, asked.nick);
      return [];
    case 'send':
      await parts().session.request({
        ...{ do: 'send-file', to: { peer: parts().other }, path: asked.path, text: '' },
      });
      return [statSync(asked.path).size];
    case 'take':
      return take(asked.folder);
    case 'take-part':
      return takePart(asked.folder, asked.bytes);
    case 'talk':
      talking = setInterval(() => {
        const to = { peer: parts().other };
        void parts().session.request({ do: 'send', to, text: String(nowMs()) });
      }, asked.everyMs);
      return [];
    case 'hush':
      if (talking !== null) clearInterval(talking);
      return [];
    case 'heard': {
      const told = latenciesMs;
      latenciesMs = [];
      return told;
    }
    case 'resumed':
      return resumed;
    default:
      return asked satisfies never;
  }
});
