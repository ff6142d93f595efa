// What rooms cost when they are large: one out of a private one, one in, a first message to a public one, a long log.
import { type Bench, pause, startRelayProgram } from './bench.ts';
import type { Report, Row } from './report.ts';
import { measureRoomLog } from './room-log.ts';
import { median, pairedRatio } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

/** Members of the private room, its owner among them, and people in the public one. */
const MEMBERS = 256;
const PEOPLE = 1_000;
/** Of the private room's, those who are taken out and let in in turn. */
const COMERS = 5;
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
      `those who read share a process, each with a core and a connection of its own, and are told of the speakers alone; the ${COMERS} who come and go share another`,
      'blocked: of a block, what the sender itself had of the processor; what others took in it is not its own',
      ...log.notes,
    ],
  };
}

interface Cast {
  readonly speaker: Worker;
  readonly readers: readonly Readers[];
}

/** People of one process. */
interface Readers {
  readonly worker: Worker;
  /** The number of the first of them. */
  readonly first: number;
  readonly people: number;
}

/** Of people who are all here; who comes and goes is in a process of few, as their own would be. */
async function measureMembership(bench: Bench): Promise<Row[]> {
  const relay = await startRelayProgram(bench);
  const comers = { worker: startPeople(bench), first: 1, people: COMERS };
  const first = comers.first + comers.people;
  const others = { worker: startPeople(bench), first, people: MEMBERS - first };
  const cast = { speaker: startPeople(bench), readers: [comers, others] };
  const rounds = { removed: [], added: [], newcomer: [], plain: [] };
  try {
    await gather(cast, relay.port);
    for (let round = 0; round < (bench.quick ? 1 : 5); round++) {
      await changeMembers(cast, round, rounds);
    }
  } finally {
    closeAll(cast);
    relay.close();
  }
  return membershipRows(rounds);
}

function closeAll({ speaker, readers }: Cast): void {
  for (const { worker } of [{ worker: speaker }, ...readers]) worker.close();
}

async function gather(cast: Cast, port: number): Promise<void> {
  const { speaker, readers } = cast;
  const all = { first: 1, people: MEMBERS - 1 };
  await speaker.ask({ do: 'open', port, first: 0, people: 1, room: null, speakers: null });
  for (const { worker, first, people } of readers) {
    await worker.ask({ do: 'open', port, first, people, room: null, speakers: 1 });
    await worker.ask({ do: 'befriend', number: 0 });
  }
  await speaker.ask({ do: 'meet', ...all });
  await speaker.ask({ do: 'gather', ...all });
  for (const { worker } of readers) await worker.ask({ do: 'settle', outside: 0 });
  // From here on everybody holds a key of the owner's.
  await msUntilRead(cast, { do: 'say', text: 'welcome', number: null });
}

/** Milliseconds of each round. */
interface Rounds {
  readonly removed: number[];
  /** Until all have read it, and until who was let in has. */
  readonly added: number[];
  readonly newcomer: number[];
  /** A message to the same people, none of whom comes or goes. */
  readonly plain: number[];
}

async function changeMembers(cast: Cast, round: number, into: Rounds): Promise<void> {
  const [comers] = cast.readers;
  const number = 1 + (round % COMERS);
  await pause(REST_MS);
  const removed = await msUntilRead(cast, { do: 'remove', text: `out ${round}`, number });
  into.removed.push(removed.all);
  await comers?.worker.ask({ do: 'settle', outside: 1 });
  await pause(REST_MS);
  const added = await msUntilRead(cast, { do: 'add', text: `in ${round}`, number });
  into.added.push(added.all);
  into.newcomer.push(added.one);
  await pause(REST_MS);
  const plain = await msUntilRead(cast, { do: 'say', text: `plain ${round}`, number: null });
  into.plain.push(plain.all);
}

function membershipRows({ removed, added, newcomer, plain }: Rounds): Row[] {
  const beside = (times: readonly number[]) => {
    return { floor: median(plain), ratio: pairedRatio(times, plain) };
  };
  return [
    { ...row(`1 of ${MEMBERS} out, next message read by all`, removed, 2_000), ...beside(removed) },
    row('1 in, next message read by them', newcomer, 200),
    { ...row('the same, read by all', added, null), ...beside(added) },
  ];
}

function row(what: string, times: readonly number[], most: number | null): Row {
  const target = most === null ? null : ({ of: 'figure', is: 'at most', value: most } as const);
  return { what, unit: 'ms', figure: median(times), floor: null, ratio: null, target };
}

function startPeople({ scripts }: Bench): Worker {
  return startWorker(scripts, 'room-people');
}

interface Saying {
  readonly do: 'say' | 'remove' | 'add';
  readonly text: string;
  /** Whom it takes out or lets in. */
  readonly number: number | null;
}

/** From the speaker's command until all who are in the room have read it, and until who came has. */
async function msUntilRead(
  { speaker, readers }: Cast,
  saying: Saying,
): Promise<{ readonly all: number; readonly one: number }> {
  const { do: deed, text, number } = saying;
  const isOf = ({ first, people }: Readers) =>
    number !== null && number >= first && number < first + people;
  const reading = readers.map((each) => {
    const people = each.people - (deed === 'remove' && isOf(each) ? 1 : 0);
    const one = deed === 'add' && isOf(each) ? number : null;
    return each.worker.ask({ do: 'read', text, people, number: one });
  });
  const [startMs = Number.NaN] = await speaker.ask({ ...saying });
  const read = await Promise.all(reading);
  const lasts = read.map(([lastMs = Number.NaN]) => lastMs);
  const ones = read.flatMap(([, oneMs = []]) => oneMs);
  return { all: Math.max(...lasts) - startMs, one: (ones[0] ?? Number.NaN) - startMs };
}

/** Each speaker says something once: their first words there, for which all need their key. */
async function measureCrowd(bench: Bench): Promise<Row[]> {
  const relay = await startRelayProgram(bench);
  const count = bench.quick ? 1 : 3;
  const speakers = Array.from({ length: count }, () => startPeople(bench));
  const crowd = { first: count, people: PEOPLE - count };
  const others = { worker: startPeople(bench), ...crowd };
  const [read, blocked]: [number[], number[]] = [[], []];
  try {
    const place = { port: relay.port, room: 'hall' };
    for (const [first, speaker] of speakers.entries()) {
      await speaker.ask({ do: 'open', ...place, first, people: 1, speakers: null });
    }
    await others.worker.ask({ do: 'open', ...place, ...crowd, speakers: count });
    for (const speaker of speakers) await speaker.ask({ do: 'meet', ...crowd });
    for (const [number, speaker] of speakers.entries()) {
      await pause(REST_MS);
      await speaker.ask({ do: 'watch' });
      const said = { do: 'say', text: `first of ${number}`, number: null } as const;
      read.push((await msUntilRead({ speaker, readers: [others] }, said)).all);
      blocked.push(...(await speaker.ask({ do: 'watched' })));
    }
  } finally {
    for (const worker of [...speakers, others.worker]) worker.close();
    relay.close();
  }
  const people = PEOPLE.toLocaleString('en-US');
  return [
    row(`first message to ${people} in a room, read by all`, read, 4_000),
    row('its sender blocked, longest', blocked, 50),
  ];
}
