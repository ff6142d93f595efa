// What somebody in a room, or who sends files, tries against those of others: real people at a real relay.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ClientEvent, SharedFile } from '../../src/client/api.ts';
import { FileCarrier } from '../../src/client/file-carrier.ts';
import { TURN_MS } from '../../src/client/file-runs.ts';
import { tellFileState } from '../../src/core/file-states.ts';
import type * as Saying from '../../src/core/say.ts';
import { fileIdOnWire } from '../../src/core/shared-file.ts';
import type { Frame } from '../../src/protocol/frames.ts';
import { MeetingId, type MessageId, type PeerId } from '../../src/protocol/ids.ts';
import type { RelayEvent } from '../../src/relay/events.ts';
import {
  acquainted,
  type FilePerson,
  fileOf,
  hashOfFile,
  isMoving,
  person,
  relay,
  seen,
  sha256,
  standing,
} from './file-people.ts';

const ROOM = { room: '#lobby' } as const;
const MEETING = MeetingId.fromBytes(new Uint8Array(16).fill(7));

/** What a hostile client does when it is to say something: the file of somebody else in the place of its own, or more than that. */
const hostile = vi.hoisted(
  (): { say: ((...args: Parameters<typeof Saying.say>) => void) | null } => ({
    say: null,
  }),
);

vi.mock('../../src/core/say.ts', async (load) => {
  const real = await load<typeof Saying>();
  const say: typeof real.say = (core, saying) => {
    const said = { ...saying };
    hostile.say?.(core, said);
    return real.say(core, said);
  };
  return { ...real, say };
});

afterEach(() => {
  hostile.say = null;
  vi.restoreAllMocks();
});

async function three(at: { readonly port: number }): Promise<[FilePerson, FilePerson, FilePerson]> {
  const people = [await person('asha', at), await person('bela', at), await person('mallory', at)];
  const [asha, bela, mallory] = people as [FilePerson, FilePerson, FilePerson];
  await acquainted(asha, bela, mallory);
  return [asha, bela, mallory];
}

async function relayWithFiles(events: RelayEvent[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-kept-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const files = { folder: join(folder, 'files'), bytes: 100_000_000 };
  return relay({ files, onEvent: (event) => events.push(event) });
}

async function send(
  { session }: FilePerson,
  to: { readonly room: string } | { readonly peer: PeerId },
  bytes: Uint8Array,
): Promise<MessageId> {
  const path = await fileOf(bytes);
  return (await session.request({ do: 'send-file', to, path, text: '' })).id;
}

const want = ({ session }: FilePerson, id: MessageId) => session.request({ do: 'get-file', id });

async function got(who: FilePerson, id: MessageId): Promise<string> {
  await want(who, id);
  return hashOfFile((await standing(who, id, 'done')).path);
}

async function fileIn({ events }: FilePerson, id: MessageId): Promise<SharedFile> {
  const is = (each: ClientEvent): each is Extract<ClientEvent, { type: 'message' }> =>
    each.type === 'message' && each.message.id === id;
  const { file } = (await seen(events, is)).message;
  if (file === undefined) throw new Error('no file');
  return file;
}

/** Sends `bytes` as what another's key opens. */
async function sendAs({ key }: SharedFile, from: FilePerson, bytes: Uint8Array) {
  hostile.say = (_core, saying) => {
    if (saying.file !== undefined) Object.assign(saying, { file: { ...saying.file, key } });
  };
  const id = await send(from, ROOM, bytes);
  hostile.say = null;
  return id;
}

const transferOf = async ({ session }: FilePerson, id: MessageId) => {
  const { files } = await session.request({ do: 'files', conversation: null, limit: 10 });
  return files.find(({ transfer }) => transfer.id === id)?.transfer;
};

/** Of whom a connection for a file was opened. */
function carried(): PeerId[] {
  const people: PeerId[] = [];
  const { open } = FileCarrier;
  vi.spyOn(FileCarrier, 'open').mockImplementation((options) => {
    people.push(options.me.id);
    return open.call(FileCarrier, options);
  });
  return people;
}

describe('[A155 key of another’s file]', () => {
  it('Control: its sender is who it comes from', async () => {
    const [asha, bela, mallory] = await three(await relay());
    const bytes = randomBytes(1_000);
    const id = await send(asha, ROOM, bytes);
    for (const each of [bela, mallory]) await standing(each, id, 'offered');
    const other = await send(mallory, ROOM, randomBytes(10));
    await standing(bela, other, 'offered');
    expect(await got(bela, id)).toBe(sha256(bytes));
  });

  it('takes the file from nobody: neither from its sender, who asks for it', async () => {
    const [asha, bela, mallory] = await three(await relay());
    const bytes = randomBytes(1_000);
    const id = await send(asha, ROOM, bytes);
    for (const each of [bela, mallory]) await standing(each, id, 'offered');
    const sent = await sendAs(await fileIn(mallory, id), mallory, randomBytes(10));
    await standing(asha, sent, 'offered');
    await want(asha, sent);
    expect(await got(bela, id)).toBe(sha256(bytes));
  });

  it('nor is what was sent under it taken for the file', async () => {
    const [asha, bela, mallory] = await three(await relay());
    const bytes = randomBytes(1_000);
    const id = await send(asha, ROOM, bytes);
    for (const each of [bela, mallory]) await standing(each, id, 'offered');
    const file = await fileIn(mallory, id);
    expect(await got(bela, id)).toBe(sha256(bytes));
    const sent = await sendAs(file, mallory, randomBytes(10));
    await standing(bela, sent, 'offered');
    await want(bela, sent);
    const { path } = (await want(bela, id)).transfer;
    expect(await hashOfFile(path)).toBe(sha256(bytes));
  });
});

describe('[A156 who hides, by a file]', () => {
  /** Mallory waits at a meeting for which nobody asked, and says where. */
  async function called(hidden: boolean) {
    const met: RelayEvent[] = [];
    const at = await relay({ onEvent: (event) => event.type === 'met' && met.push(event) });
    const [bela, mallory] = [await person('bela', at), await person('mallory', at)];
    await acquainted(bela, mallory);
    const opened = vi.spyOn(FileCarrier, 'open');
    const id = await send(mallory, { peer: bela.id }, randomBytes(10));
    await standing(bela, id, 'offered');
    await bela.session.request({ do: 'set', change: { hidden } });
    await want(bela, id);
    if (!hidden) {
      await standing(bela, id, 'done');
      return { met, reason: null };
    }
    await expect.poll(async () => (await transferOf(bela, id))?.reason).toBe('not-kept');
    const file = await fileIn(bela, id);
    const own = opened.mock.calls.find(([{ me }]) => me.id === mallory.id)?.[0];
    if (own === undefined) throw new Error('nothing was sent');
    const waiting = await FileCarrier.open({ ...own, signal: new AbortController().signal });
    waiting.send({ type: 'meet', req: 1, meeting: MEETING });
    hostile.say = (core) => {
      const state = { file: fileIdOnWire(file), is: 'ready', meeting: MEETING } as const;
      tellFileState(core, bela.id, { state, byItself: false });
    };
    const said = { do: 'send', to: { peer: bela.id }, text: 'come' } as const;
    const text = await mallory.session.request(said);
    await seen(bela.events, (each) => each.type === 'message' && each.message.id === text.id);
    onTestFinished(() => waiting.close());
    return { met, reason: (await transferOf(bela, id))?.reason };
  }

  it('does not come to a meeting, where they would be seen', async () => {
    const { met, reason } = await called(true);
    expect([met, reason]).toEqual([[], 'not-kept']);
  });

  it('Control: who does not hide comes', async () => {
    const { met } = await called(false);
    await expect.poll(() => met.length).toBe(1);
  });

  it.each([
    ['Control: does where they don’t hide', false],
    ['does not', true],
  ])('gives nobody a file that the relay keeps no more: %s', async (_what, hidden) => {
    const at = await relayWithFiles();
    const [asha, bela, mallory] = await three(at);
    const id = await send(asha, { peer: mallory.id }, randomBytes(10));
    await standing(asha, id, 'kept');
    await asha.session.close();
    const again = await person('asha', at, { home: asha.home });
    await again.session.request({ do: 'set', change: { hidden } });
    await acquainted(again, bela, mallory);
    const opened = carried();
    const file = await fileIn(mallory, id);
    hostile.say = (core) => {
      const state = { file: fileIdOnWire(file), is: 'want' } as const;
      tellFileState(core, again.id, { state, byItself: false });
    };
    const said = { do: 'send', to: { peer: again.id }, text: 'again' } as const;
    const text = await mallory.session.request(said);
    await seen(again.events, (each) => each.type === 'message' && each.message.id === text.id);
    hostile.say = null;
    const other = await send(again, { peer: bela.id }, randomBytes(10));
    await standing(again, other, 'kept');
    expect(opened.filter((peer) => peer === again.id)).toHaveLength(hidden ? 1 : 2);
  });
});

describe('[A157 files that hardly move]', () => {
  /** Bela takes four, of which nothing comes; `look` is what a minute does. */
  async function held() {
    const looks = new Map<unknown, () => void>();
    const { setInterval: begin, clearInterval: end } = globalThis;
    vi.spyOn(globalThis, 'setInterval').mockImplementation((run: () => void, ms?: number) => {
      const timer = begin(run, ms);
      if (ms === TURN_MS) looks.set(timer, run);
      return timer;
    });
    vi.spyOn(globalThis, 'clearInterval').mockImplementation((timer) => {
      looks.delete(timer);
      end(timer);
    });
    const at = await relay();
    const [asha, bela, mallory] = await three(at);
    const chen = await person('chen', at);
    await acquainted(bela, chen);
    const { send: honest } = FileCarrier.prototype;
    let held = 0;
    const silent = vi.spyOn(FileCarrier.prototype, 'send').mockImplementation(function (
      this: FileCarrier,
      frame: Frame,
    ) {
      if (frame.type === 'chunk') held++;
      else honest.call(this, frame);
    });
    const ids: MessageId[] = [];
    for (let number = 0; number < 4; number++) {
      // One person has three of the four places.
      const from = number === 3 ? chen : mallory;
      const id = await send(from, { peer: bela.id }, randomBytes(10));
      await standing(bela, id, 'offered');
      await want(bela, id);
      ids.push(id);
    }
    const moving = async () => {
      const states = ids.map(async (id) => (await transferOf(bela, id))?.state);
      return (await Promise.all(states)).filter((state) => state === 'moving').length;
    };
    await expect.poll(() => held).toBe(4);
    await expect.poll(moving).toBe(4);
    silent.mockRestore();
    return { asha, bela, moving, look: () => [...looks.values()].map((each) => each()) };
  }

  it('give their place to somebody else’s after a minute', async () => {
    const { asha, bela, look } = await held();
    const bytes = randomBytes(1_000);
    const id = await send(asha, { peer: bela.id }, bytes);
    await standing(bela, id, 'offered');
    await want(bela, id);
    expect((await transferOf(bela, id))?.state).toBe('waiting');
    look();
    expect(await hashOfFile((await standing(bela, id, 'done')).path)).toBe(sha256(bytes));
  });

  it('Control: keep it where nobody else waits', async () => {
    const { moving, look } = await held();
    look();
    expect(await moving()).toBe(4);
  });
});

describe('[A158 file of somebody who is blocked]', () => {
  it.each([
    ['comes no further, and nothing of it is left', true],
    ['Control: comes where they are not', false],
  ])('on its way %s', async (_what, blocked) => {
    const at = await relay();
    const [bela, mallory] = [await person('bela', at), await person('mallory', at)];
    await acquainted(bela, mallory);
    const id = await send(mallory, { peer: bela.id }, randomBytes(60_000_000));
    await standing(bela, id, 'offered');
    await want(bela, id);
    await seen(bela.events, (each) => isMoving(each, id) && each.transfer.bytes > 1_000_000);
    const change = { blocked };
    await bela.session.request({ do: 'contact', peer: mallory.id, change });
    await standing(bela, id, blocked ? 'cancelled' : 'done');
    const left = blocked ? [] : ['notes.bin'];
    await expect.poll(() => readdir(bela.downloads)).toEqual(left);
  });
});
