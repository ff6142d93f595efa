// Brings back what an earlier run kept: time first, since everything else ages by it.
import * as v from 'valibot';
import { decodeCbor } from '../protocol/cbor.ts';
import { restoreDisappearing } from './disappearing.ts';
import { forget, type StateRow } from './durable.ts';
import { SEQ_PLACE } from './link.ts';
import { MAILBOX_KEYS_PLACE, restoreMailboxKeys } from './mailbox-keys.ts';
import { restorePeople } from './restore-people.ts';
import { enterStoredPrivate, restoreInvitations } from './restore-private.ts';
import { restoreRooms } from './restore-rooms.ts';
import { isRestored, u64Field } from './restored-row.ts';
import { ROOMS_LEFT_PLACE, restoreLeft } from './rooms-left.ts';
import { restoreTime, saveTime, TIME_PLACE } from './running-time.ts';
import type { CoreState } from './state.ts';
import { restoreStatus, STATUS_PLACE } from './status-line.ts';

const seqSchema = v.object({ last: u64Field });

/** Into a fresh state. Rows that make no sense are deleted, and cost what they held. */
export function restore(core: CoreState, rows: readonly StateRow[]): void {
  restoreOne(core, rows, { place: TIME_PLACE, read: restoreTime });
  restoreOne(core, rows, { place: SEQ_PLACE, read: restoreSeq });
  restoreOne(core, rows, { place: MAILBOX_KEYS_PLACE, read: restoreMailboxKeys });
  restoreOne(core, rows, { place: STATUS_PLACE, read: restoreStatus });
  restoreOne(core, rows, { place: ROOMS_LEFT_PLACE, read: restoreLeft });
  restorePeople(core, rows);
  restoreRooms(core, rows);
  restoreInvitations(core, rows);
  enterStoredPrivate(core);
  restoreDisappearing(core, rows);
  // What lay between the runs is counted once.
  saveTime(core);
}

/** The identity file has one, too, which is written after: where it is above, this database is older than that. */
function restoreSeq(core: CoreState, value: Uint8Array): void {
  const { last } = decodeCbor(seqSchema, value);
  core.isRolledBack = core.lastSeq > last;
  if (last > core.lastSeq) core.lastSeq = last;
}

interface Place {
  readonly place: string;
  readonly read: (core: CoreState, value: Uint8Array) => void;
}

function restoreOne(core: CoreState, rows: readonly StateRow[], { place, read }: Place): void {
  const value = rows.find((row) => row.place === place)?.value ?? null;
  if (value !== null && !isRestored(() => read(core, value))) forget(core, place);
}
