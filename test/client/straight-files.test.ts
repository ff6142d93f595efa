// Files that go straight from machine to machine: where both let them, and else over the relay, whatever stands in the way.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClientEvent, FileTransfer } from '../../src/client/api.ts';
import { exporterOf } from '../../src/client/connection.ts';
import type { Neighbourhood } from '../../src/client/straight-addresses.ts';
import { signProof } from '../../src/crypto/file-proof.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready as cryptoReady } from '../../src/crypto/sodium.ts';
import { encodeFrame, type Frame } from '../../src/protocol/frames.ts';
import { MeetingId } from '../../src/protocol/ids.ts';
import type { RelayEvent } from '../../src/relay/events.ts';
import type { RelayOptions } from '../../src/relay/relay.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import {
  acquainted,
  type FilePerson,
  fileOf,
  hashOfFile,
  isMoving,
  LOOPBACK,
  person,
  relay,
  scratchFolder,
  seen,
  sha256,
  standing,
} from './file-people.ts';
import {
  misled,
  onFrames,
  passOn,
  tcpClient,
  tcpServer,
  tlsClient,
  tlsServer,
} from './straight-people.ts';

const LIST = { do: 'files', conversation: null, limit: 10 } as const;
const NO_MEETING = MeetingId.fromBytes(new Uint8Array(16));

/** Above what is asked for first, so that its sender is. */
const LARGE = 6_000_000;

interface Wishes {
  readonly sender?: Neighbourhood | null;
  readonly reader?: Neighbourhood | null;
  readonly relay?: Partial<RelayOptions>;
}

async function two({ sender = LOOPBACK, reader = LOOPBACK, relay: options }: Wishes = {}) {
  const at = await relay(options);
  const of = (neighbourhood: Neighbourhood | null) =>
    neighbourhood === null ? {} : { neighbourhood };
  const asha = await person('asha', at, of(sender));
  const bela = await person('bela', at, of(reader));
  await acquainted(asha, bela);
  return { at, asha, bela };
}

async function offered(asha: FilePerson, bela: FilePerson, size = LARGE) {
  const bytes = randomBytes(size);
  const path = await fileOf(bytes);
  const { id } = await asha.session.request({
    ...{ do: 'send-file', to: { peer: bela.id }, path, text: '' },
  });
  await standing(bela, id, 'offered');
  return { id, bytes };
}

/** The whole of it, and every way that it took to its reader. */
async function taken(
  asha: FilePerson,
  bela: FilePerson,
  file: Awaited<ReturnType<typeof offered>>,
) {
  const { id, bytes } = file;
  await bela.session.request({ do: 'get-file', id });
  const { path } = await standing(bela, id, 'done');
  expect(await hashOfFile(path)).toBe(sha256(bytes));
  await standing(asha, id, 'done');
  return waysOf(bela, id);
}

function waysOf({ events }: FilePerson, id: FileTransfer['id']): FileTransfer['via'][] {
  const moving = events.flatMap((event) =>
    event.type === 'file' && event.transfer.id === id && event.transfer.state === 'moving'
      ? [event.transfer.via]
      : [],
  );
  return [...new Set(moving)];
}

/** A relay that keeps files, and what it tells of them. */
async function keepingRelay(events: RelayEvent[]): Promise<Partial<RelayOptions>> {
  const folder = await scratchFolder();
  return {
    database: await openRelayDatabase(join(folder, 'relay.db')),
    files: { folder: join(folder, 'files'), bytes: 1024 ** 3 },
    limits: { diskLeftBytes: 0 },
    onEvent: (event) => events.push(event),
  };
}

const named = (events: readonly RelayEvent[], type: RelayEvent['type']) =>
  events.filter((event) => event.type === type).length;

describe('a file goes straight', () => {
  it.each([0, 70_000, LARGE])('where both let it: %d bytes', async (size) => {
    const { asha, bela } = await two();
    const file = await offered(asha, bela, size);
    // A small one is asked of the relay first.
    expect((await taken(asha, bela, file)).at(-1)).toBe('direct');
    expect(waysOf(asha, file.id)).toContain('direct');
  });

  it('rather than over a relay that keeps it, which forgets what it has', async () => {
    const events: RelayEvent[] = [];
    const { asha, bela } = await two({ relay: await keepingRelay(events) });
    const file = await offered(asha, bela);
    await standing(asha, file.id, 'kept');
    expect(await taken(asha, bela, file)).toEqual(['direct']);
    expect([named(events, 'taken'), named(events, 'met')]).toEqual([0, 0]);
    const [entry] = (await asha.session.request(LIST)).files;
    expect(entry?.transfer.state).toBe('done');
  });

  it('also while the relay is being given it', async () => {
    const events: RelayEvent[] = [];
    const { asha, bela } = await two({ relay: await keepingRelay(events) });
    await bela.session.request({
      ...{ do: 'set', change: { acceptFiles: 'everyone', acceptMaxMb: 1_000 } },
    });
    const bytes = randomBytes(60_000_000);
    const path = await fileOf(bytes);
    const to = { peer: bela.id };
    const { id } = await asha.session.request({ do: 'send-file', to, path, text: '' });
    const done = await standing(bela, id, 'done');
    expect(await hashOfFile(done.path)).toBe(sha256(bytes));
    await standing(asha, id, 'done');
    expect(waysOf(bela, id)).toEqual(['direct']);
    expect([named(events, 'kept'), named(events, 'taken')]).toEqual([0, 0]);
  });

  it('also where its sender answers late, and the relay is asked meanwhile for what it is no longer given', async () => {
    const busy = { ...LOOPBACK, offered: (first: string | null) => late(LOOPBACK.offered(first)) };
    const { asha, bela } = await two({ sender: busy, relay: await keepingRelay([]) });
    await bela.session.request({
      ...{ do: 'set', change: { acceptFiles: 'everyone', acceptMaxMb: 1_000 } },
    });
    const path = await fileOf(randomBytes(60_000_000));
    const to = { peer: bela.id };
    const { id } = await asha.session.request({ do: 'send-file', to, path, text: '' });
    await standing(bela, id, 'done');
    expect(waysOf(bela, id).at(-1)).toBe('direct');
  });

  it('to each who is in a room where no relay keeps it', async () => {
    const { at, asha, bela } = await two();
    const chen = await person('chen', at, { neighbourhood: LOOPBACK });
    await acquainted(asha, bela, chen);
    const path = await fileOf(randomBytes(LARGE));
    const to = { room: '#lobby' };
    const { id } = await asha.session.request({ do: 'send-file', to, path, text: '' });
    for (const reader of [bela, chen]) {
      await standing(reader, id, 'offered');
      await reader.session.request({ do: 'get-file', id });
      await standing(reader, id, 'done');
      expect(waysOf(reader, id).at(-1)).toBe('direct');
    }
  });

  it('and goes on from where it was when the line between the machines is cut', async () => {
    const cut = { at: 20_000_000, lines: 0 };
    const reader = await misled((told) =>
      tcpServer((socket) => {
        const onwards = tcpClient(told());
        passOn(socket, onwards);
        if (cut.lines++ > 0) return;
        let passed = 0;
        onwards.on('data', (chunk) => {
          passed += chunk.length;
          if (passed > cut.at) for (const end of [socket, onwards]) end.destroy();
        });
      }),
    );
    const { asha, bela } = await two({ reader });
    const file = await offered(asha, bela, 40_000_000);
    expect(await taken(asha, bela, file)).toEqual(['direct']);
    expect(cut.lines).toBe(2);
    const again = bela.events.filter((event) => isMoving(event, file.id)).map(bytesOf);
    const falls = again.filter((bytes, index) => bytes < (again[index - 1] ?? 0));
    for (const bytes of falls) expect(bytes).toBeGreaterThan(10_000_000);
  });
});

describe('a file goes over the relay', () => {
  it.each<[string, Wishes]>([
    ['where its reader doesn’t let it go straight', { reader: null }],
    ['where its sender doesn’t', { sender: null }],
    ['where the sender has no address', { sender: { ...LOOPBACK, offered: () => [] } }],
    ['where none of the addresses may be gone to', { reader: { ...LOOPBACK, toTry: () => [] } }],
  ])('%s', async (_where, wishes) => {
    const { asha, bela } = await two(wishes);
    expect(await taken(asha, bela, await offered(asha, bela))).toEqual(['relay']);
  });

  it('where nothing listens at the address', async () => {
    const reader = await misled(() => 1);
    const { asha, bela } = await two({ reader });
    expect(await taken(asha, bela, await offered(asha, bela))).toEqual(['relay']);
    expect(reader.told).toHaveLength(1);
  });

  it('that keeps it, where it is small, or its sender doesn’t answer', async () => {
    const events: RelayEvent[] = [];
    const { asha, bela } = await two({ relay: await keepingRelay(events) });
    const small = await offered(asha, bela, 100_000);
    await standing(asha, small.id, 'kept');
    expect(await taken(asha, bela, small)).toEqual(['relay']);
    const large = await offered(asha, bela);
    await standing(asha, large.id, 'kept');
    await asha.session.close();
    await seen(bela.events, (event) => isGone(event, asha));
    await bela.session.request({ do: 'get-file', id: large.id });
    await standing(bela, large.id, 'done');
    expect(waysOf(bela, large.id)).toEqual(['relay']);
    expect(named(events, 'taken')).toBe(2);
  });

  it('that keeps it, where its sender has said that the way is open and is gone', async () => {
    const leaving: { asha: FilePerson | null; closed: Promise<void> | null } = {
      ...{ asha: null, closed: null },
    };
    const sender: Neighbourhood = {
      ...LOOPBACK,
      offered: (first) => {
        leaving.closed = leaving.asha?.session.close() ?? null;
        return LOOPBACK.offered(first);
      },
    };
    const { asha, bela } = await two({ sender, relay: await keepingRelay([]) });
    leaving.asha = asha;
    const { id } = await offered(asha, bela);
    await standing(asha, id, 'kept');
    await bela.session.request({ do: 'get-file', id });
    await standing(bela, id, 'done');
    expect(waysOf(bela, id)).toEqual(['relay']);
    expect(leaving.closed).not.toBeNull();
  });

  it('where somebody at the address says nothing, after a second and a half', async () => {
    const reader = await misled(() => tcpServer(() => undefined));
    const { asha, bela } = await two({ reader });
    expect(await taken(asha, bela, await offered(asha, bela))).toEqual(['relay']);
    expect(reader.told).toHaveLength(1);
  });

  it('after a way that proves itself and brings nothing, which is tried no more', async () => {
    const reader = await misled((told) =>
      tcpServer((socket) => {
        const onwards = tcpClient(told());
        passOn(socket, onwards);
        let passed = 0;
        onwards.on('data', (chunk) => {
          passed += chunk.length;
          if (passed > 20_000) for (const end of [socket, onwards]) end.destroy();
        });
      }),
    );
    const { asha, bela } = await two({ reader });
    expect(await taken(asha, bela, await offered(asha, bela))).toContain('relay');
    expect(reader.told).toHaveLength(1);
  });
});

describe('[A137 impostor] at the address of a sender', () => {
  it('gets nothing, and the file comes over the relay', async () => {
    await cryptoReady();
    const me = identityFromSeed(new Uint8Array(32).fill(66));
    const asked: Frame[] = [];
    const reader = await misled(() =>
      tlsServer((socket) =>
        onFrames(socket, (frame) => {
          asked.push(frame);
          const claim = { exporter: exporterOf(socket), meeting: NO_MEETING, to: me.id };
          const signature = signProof(me, 'file-answer', claim);
          socket.write(encodeFrame({ type: 'prove', req: 0, signature }));
        }),
      ),
    );
    const { asha, bela } = await two({ reader });
    expect(await taken(asha, bela, await offered(asha, bela))).toEqual(['relay']);
    expect(asked.map(({ type }) => type)).toEqual(['prove']);
  });
});

describe('[A138 man in the middle] between two machines', () => {
  it('sees no chunk, and the file comes over the relay', async () => {
    const passed: Frame[] = [];
    const reader = await misled((told) =>
      tlsServer(async (socket) => {
        socket.pause();
        const onwards = await tlsClient(told());
        for (const end of [socket, onwards]) onFrames(end, (frame) => passed.push(frame));
        passOn(socket, onwards);
        socket.resume();
      }),
    );
    const { asha, bela } = await two({ reader });
    expect(await taken(asha, bela, await offered(asha, bela))).toEqual(['relay']);
    expect(passed.map(({ type }) => type)).toEqual(['prove']);
  });
});

describe('[A144 hidden] whoever hides', () => {
  it('takes over the relay what they want, and says nothing of the way between machines', async () => {
    const sender = { asked: 0 };
    const { asha, bela } = await two({
      sender: { ...LOOPBACK, offered: (first) => count(sender, LOOPBACK.offered(first)) },
      relay: await keepingRelay([]),
    });
    const file = await offered(asha, bela);
    await bela.session.request({ do: 'set', change: { hidden: true } });
    await bela.session.request({ do: 'send', to: { peer: asha.id }, text: 'I look at it' });
    expect(await taken(asha, bela, file)).toEqual(['relay']);
    expect(sender.asked).toBe(0);
  });

  it('opens no port and gives no address', async () => {
    const sender = { asked: 0 };
    const reader = await misled(() => 1);
    const { asha, bela } = await two({
      ...{
        reader,
        sender: { ...LOOPBACK, offered: (first) => count(sender, LOOPBACK.offered(first)) },
      },
    });
    const file = await offered(asha, bela);
    await asha.session.request({ do: 'set', change: { hidden: true } });
    await asha.session.request({ do: 'send', to: { peer: bela.id }, text: 'take it' });
    expect(await taken(asha, bela, file)).toEqual(['relay']);
    expect([sender.asked, reader.told]).toEqual([0, []]);
  });

  it('Control: whoever doesn’t gives one', async () => {
    const sender = { asked: 0 };
    const { asha, bela } = await two({
      sender: { ...LOOPBACK, offered: (first) => count(sender, LOOPBACK.offered(first)) },
    });
    expect(await taken(asha, bela, await offered(asha, bela))).toEqual(['direct']);
    expect(sender.asked).toBe(1);
  });
});

function count<T>(counter: { asked: number }, value: T): T {
  counter.asked += 1;
  return value;
}

/** Longer than a reader waits for an answer. */
function late<T>(value: T): T {
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < 2_600);
  return value;
}

function bytesOf(event: ClientEvent): number {
  return event.type === 'file' ? event.transfer.bytes : 0;
}

function isGone(event: ClientEvent, { id }: FilePerson): boolean {
  return event.type === 'person' && event.person.fingerprint === id && !event.person.online;
}
