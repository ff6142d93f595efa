// What the log of a private room costs that much has been done to: checked by a newcomer, and taken up at a start.
import { takeBatch } from '../src/core/durable.ts';
import { newState } from '../src/core/new-state.ts';
import { stretches } from '../src/core/operations.ts';
import { admit } from '../src/core/private-rooms.ts';
import { restore } from '../src/core/restore.ts';
import { extendLog, type RoomLog } from '../src/core/room-log.ts';
import type { CoreState } from '../src/core/state.ts';
import {
  headOf,
  NO_HEAD,
  newPen,
  privateRoomId,
  signHolder,
  signOperation,
} from '../src/crypto/room-log.ts';
import { ready } from '../src/crypto/sodium.ts';
import type { RoomId } from '../src/protocol/ids.ts';
import { type Change, encodeOperation, MAX_ADDED } from '../src/protocol/room-operation.ts';
import { MemoryPins } from '../test/support/memory-pins.ts';
import { numberedIdentity } from '../test/support/wire-client.ts';
import type { Bench } from './bench.ts';
import { callsText, recordCalls } from './libsodium-calls.ts';
import type { Report, Row } from './report.ts';
import { random } from './room-traffic.ts';
import { median, pairedRatio } from './statistics.ts';

const OPERATIONS = 4_096;
const MEMBERS = 256;

export async function measureRoomLog({ quick }: Bench): Promise<Pick<Report, 'rows' | 'notes'>> {
  await ready();
  const log = longLog();
  const parts = stretches(log, 0);
  const calls = recordCalls(() => void check(log.room, parts));
  const rows = takeRows(log);
  const [checked, longest, floors, restored]: [number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
  ];
  for (let round = 0; round < (quick ? 2 : 10); round++) {
    const times = check(log.room, parts);
    checked.push(times.reduce((sum, ms) => sum + ms, 0));
    longest.push(Math.max(...times));
    floors.push(msOf(() => calls.forEach(({ repeat }) => void repeat())));
    restored.push(msToRestore(rows));
  }
  const row = (what: string, figures: readonly number[], target: Row['target'] = null): Row => ({
    ...{ what, unit: 'ms', figure: median(figures), target },
    ...{ floor: null, ratio: null },
  });
  const count = OPERATIONS.toLocaleString('en-US');
  return {
    rows: [
      {
        ...row(`a log of ${count} operations checked`, checked, atMost(1_000)),
        ...{ floor: median(floors), ratio: pairedRatio(checked, floors) },
      },
      row('its longest slice', longest),
      row('the same log at a start, one slice', restored),
    ],
    notes: [`the log comes in ${parts.length} stretches; floor of it: ${callsText(calls)}`],
  };
}

function atMost(value: number): Row['target'] {
  return { of: 'figure', is: 'at most', value };
}

function msOf(run: () => void): number {
  const startMs = performance.now();
  run();
  return performance.now() - startMs;
}

/** What a newcomer does with each stretch, ms. */
function check(room: RoomId, parts: readonly (readonly Uint8Array[])[]): number[] {
  let log: RoomLog | null = null;
  return parts.map((part) =>
    msOf(() => {
      const extension = extendLog({ room, log }, part);
      if (extension.kind !== 'extended') throw new Error(`the log is ${extension.kind}`);
      log = extension.log;
    }),
  );
}

/** A full room whose people come and go, and whose topic is changed now and then. */
function longLog(): RoomLog {
  const me = numberedIdentity(0);
  const pen = newPen(random);
  const room = privateRoomId(pen.publicKey);
  const operations: Uint8Array[] = [];
  let prev: Uint8Array = NO_HEAD;
  const sign = (change: Change) => {
    const operation = signOperation(pen, { room, n: operations.length, prev }, change);
    prev = headOf(room, operation);
    operations.push(encodeOperation(operation));
  };
  sign({ kind: 'create', ...signHolder(me, room, pen), title: 'long', group: false });
  const ids = Array.from({ length: MEMBERS - 1 }, () => random(32));
  for (let at = 0; at < ids.length; at += MAX_ADDED) {
    sign({ kind: 'add', ids: ids.slice(at, at + MAX_ADDED) });
  }
  for (let at = 0; operations.length < OPERATIONS; at++) {
    const id = ids[Math.floor(at / 3) % ids.length] ?? random(32);
    if (at % 3 === 0)
      sign({
        kind: 'remove',
        id,
        left: false,
        ends: [
          [random(16), 7],
          [random(16), 256],
        ],
      });
    else if (at % 3 === 1) sign({ kind: 'add', ids: [id] });
    else sign({ kind: 'topic', text: `the ${at}th topic of this room` });
  }
  const extension = extendLog({ room, log: null }, operations);
  if (extension.kind !== 'extended') throw new Error(`own log is ${extension.kind}`);
  return extension.log;
}

function newCore(): CoreState {
  const env = { nowMs: () => performance.now(), wallMs: () => Date.now(), random };
  const start = { env, me: numberedIdentity(0), pins: new MemoryPins(), nick: 'owner' };
  return newState({ ...start, cardSeq: 0n, bundleSeq: 0n });
}

/** As a client leaves them on its disk. */
function takeRows(log: RoomLog) {
  const core = newCore();
  const { room: id } = log;
  admit(core, {
    id,
    secret: random(32),
    log,
    expected: OPERATIONS,
    letInBy: null,
    from: null,
    isRequest: false,
    isUnasked: false,
  });
  return takeBatch(core).state;
}

function msToRestore(rows: ReturnType<typeof takeRows>): number {
  const core = newCore();
  const ms = msOf(() => restore(core, rows));
  const [room] = core.rooms.values();
  if (room?.private?.log.heads.length !== OPERATIONS) throw new Error('the room is not back');
  return ms;
}
