// Two hundred people in one room through a real relay, joining while others talk.
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import type { PeerId } from '../../src/protocol/ids.ts';
import { runRelay } from './link-people.ts';
import { joinRoom, type Member } from './rooms-200-member.ts';

const PEOPLE = 200;
const SPEAKERS = 4;
const BATCH = 28;

interface Said {
  readonly by: PeerId;
  readonly text: string;
  /** Whom its writer gave the key before. */
  readonly known: ReadonlySet<PeerId>;
  readonly blob: Promise<Uint8Array>;
}

beforeAll(() => ready());

it('reaches each of 200 people who was known, once and in order, and opens nothing older to newcomers', async () => {
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const before = process.memoryUsage().rss;
  const relay = await runRelay({ limits: { handshakeMs: 60_000 } });
  const members: Member[] = [];
  onTestFinished(async () => {
    await Promise.all(members.map((member) => member.close()));
  });
  const said: Said[] = [];
  /** What the relay had of whom before each began to come. */
  const missed = new Map<PeerId, readonly Said[]>();
  const join = async (count: number) => {
    await Promise.all(said.map(({ blob }) => blob));
    const past = [...said];
    const first = members.length;
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    const fresh = await Promise.all(numbers.map((n) => joinRoom(n, relay.port, 'hall')));
    members.push(...fresh);
    for (const { id } of fresh) missed.set(id, past);
    return Promise.all(fresh.map(({ synced }) => synced));
  };
  const talk = (round: number) => {
    for (const [number, speaker] of members.slice(0, SPEAKERS).entries()) {
      const known = new Set(speaker.knows());
      const text = `speaker ${number} round ${round}`;
      said.push({ by: speaker.id, text, known, blob: speaker.say(text) });
    }
  };

  await join(SPEAKERS);
  for (let round = 1; members.length < PEOPLE; round++) {
    talk(round);
    const coming = join(Math.min(BATCH, PEOPLE - members.length));
    talk(round + 0.5);
    await coming;
  }
  const joinedMs = performance.now();
  const speakers = members.slice(0, SPEAKERS);
  for (const speaker of speakers) {
    await expect.poll(() => speaker.knows().length, { timeout: 60_000 }).toBe(PEOPLE - 1);
  }
  talk(1_000);
  const last = members.at(-1);
  if (last === undefined) throw new Error('nobody');
  await last.synced;
  const lastWords = 'last to come';
  said.push({
    by: last.id,
    text: lastWords,
    known: new Set(last.knows()),
    blob: last.say(lastWords),
  });
  const final = said.slice(-SPEAKERS - 1);
  await Promise.all(
    members.flatMap(({ id, reads }) =>
      final.filter(({ by }) => by !== id).map(({ text }) => reads(text)),
    ),
  );
  const doneMs = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = Math.round((user + system) / 1e6);
  const megabytes = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  console.info(
    `200 joined in ${Math.round(joinedMs - startMs)} ms, all read the last words ` +
      `${Math.round(doneMs - joinedMs)} ms later; ${said.length} messages, ${seconds} s of CPU and ${megabytes} MiB for all`,
  );

  for (const { id, heard, troubles } of members) {
    expect(troubles).toEqual([]);
    for (const by of [...speakers, last].map((speaker) => speaker.id)) {
      if (by === id) continue;
      const all = said.filter((message) => message.by === by);
      const read = heard(by);
      // Without a gap or a repeat up to the last, from the first that was meant for this member.
      expect(read).toEqual(all.slice(all.length - read.length).map(({ text }) => text));
      for (const { text } of all.filter(({ known }) => known.has(id))) expect(read).toContain(text);
      const older = (missed.get(id) ?? []).filter((message) => message.by === by);
      for (const { text } of older) expect(read).not.toContain(text);
    }
  }

  // Even a relay that hands the newcomer what was sent before: it holds the chain, but not from there.
  const past = (missed.get(last.id) ?? []).filter(({ by }) => by === speakers[0]?.id);
  expect(past.length).toBeGreaterThan(1);
  const heardBefore = last.heard(speakers[0]?.id ?? last.id);
  for (const { blob } of past) last.receive(await blob);
  await speakers[0]?.say('and one more');
  await last.reads('and one more');
  expect(last.heard(speakers[0]?.id ?? last.id)).toEqual([...heardBefore, 'and one more']);
}, 300_000);
