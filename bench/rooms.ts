// What rooms cost when they are large: one out of a private one, one in, a first message to a public one, a long log.
import { type Bench, pause, startRelayProgram } from './bench.ts';
import type { Report, Row } from './report.ts';
import { measureRoomLog } from './room-log.ts';
import { median, pairedRatio } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

/** Members of the private room, its owner among them, and people in the public one. */
const MEMBERS = 256;
const PEOPLE = 1_000;
/** The relay has forgotten by then how much the speaker has just sent, and everything is acknowledged. */
const REST_MS = 4_000;

export async function measureRooms(bench: Bench): Promise<Report> {
  const membership = await measureMembership(bench);
  const crowd = await measureCrowd(bench);
  const log = await measureRoomLog(bench);
  return {
    rows: [...membership, ...crowd, ...log.rows],
    skipped: [],
    notes: [
      'those who read share one process, each with a core and a connection of its own, and are told of the speakers alone',
      'the longest block counts what others did to the machine in that time',
      ...log.notes,
    ],
  };
}

/** Of people who are all here, their owner in a process of its own. */
async function measureMembership(bench: Bench): Promise<Row[]> {
  const relay = await startRelayProgram(bench);
  const [owner, others] = [
    startWorker(bench.scripts, 'room-people'),
    startWorker(bench.scripts, 'room-people'),
  ];
  const { port } = relay;
  const [first, people] = [1, MEMBERS - 1];
  const rounds = bench.quick ? 1 : 5;
  const [removed, added, plain]: [number[], number[], number[]] = [[], [], []];
  try {
    await owner.ask({ do: 'open', port, first: 0, people: 1, room: null, speakers: null });
    await others.ask({ do: 'open', port, first, people, room: null, speakers: 1 });
    await others.ask({ do: 'befriend', number: 0 });
    await owner.ask({ do: 'meet', first, people });
    await owner.ask({ do: 'gather', first, people });
    await others.ask({ do: 'settle', outside: 0 });
    const cast = { owner, others };
    await msUntilRead(cast, { do: 'say', text: 'welcome' }, people);
    for (let round = 0; round < rounds; round++) {
      const number = first + round;
      await pause(REST_MS);
      removed.push(
        await msUntilRead(cast, { do: 'remove', number, text: `out ${round}` }, people - 1),
      );
      await others.ask({ do: 'settle', outside: 1 });
      await pause(REST_MS);
      added.push(await msUntilRead(cast, { do: 'add', number, text: `in ${round}` }, people));
      await pause(REST_MS);
      plain.push(await msUntilRead(cast, { do: 'say', text: `plain ${round}` }, people));
    }
  } finally {
    for (const worker of [owner, others]) worker.close();
    relay.close();
  }
  const row = (what: string, times: readonly number[], most: number): Row => ({
    ...{ what, unit: 'ms', figure: median(times), floor: median(plain) },
    ratio: pairedRatio(times, plain),
    target: { of: 'figure', is: 'at most', value: most },
  });
  return [
    row(`1 of ${MEMBERS} out, next message read by all`, removed, 2_000),
    row('1 in again, the same', added, 200),
  ];
}

interface Cast {
  readonly owner: Worker;
  readonly others: Worker;
}

async function msUntilRead(
  { owner, others }: Cast,
  asked: { readonly do: string; readonly text: string; readonly number?: number },
  people: number,
): Promise<number> {
  const { text } = asked;
  const read = others.ask({ do: 'read', text, people });
  const [startMs = Number.NaN] = await owner.ask(asked);
  const [endMs = Number.NaN] = await read;
  return endMs - startMs;
}

/** Each speaker says something once: their first words there, for which all need their key. */
async function measureCrowd(bench: Bench): Promise<Row[]> {
  const relay = await startRelayProgram(bench);
  const { port } = relay;
  const count = bench.quick ? 1 : 3;
  const speakers = Array.from({ length: count }, () => startWorker(bench.scripts, 'room-people'));
  const others = startWorker(bench.scripts, 'room-people');
  const [first, people] = [count, PEOPLE - count];
  const room = 'hall';
  const [read, blocked]: [number[], number[]] = [[], []];
  try {
    for (const [number, owner] of speakers.entries()) {
      await owner.ask({ do: 'open', port, first: number, people: 1, room, speakers: null });
    }
    await others.ask({ do: 'open', port, first, people, room, speakers: count });
    for (const owner of speakers) await owner.ask({ do: 'meet', first, people });
    for (const [number, owner] of speakers.entries()) {
      await pause(REST_MS);
      await owner.ask({ do: 'watch' });
      read.push(
        await msUntilRead({ owner, others }, { do: 'say', text: `first of ${number}` }, people),
      );
      blocked.push(...(await owner.ask({ do: 'watched' })));
    }
  } finally {
    for (const worker of [...speakers, others]) worker.close();
    relay.close();
  }
  const row = (what: string, times: readonly number[], most: number): Row => ({
    ...{ what, unit: 'ms', figure: median(times), floor: null, ratio: null },
    target: { of: 'figure', is: 'at most', value: most },
  });
  return [
    row(`first message to ${PEOPLE.toLocaleString('en-US')} in a room, read by all`, read, 4_000),
    row('its sender blocked, longest', blocked, 50),
  ];
}
