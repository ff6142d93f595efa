// What commands on private rooms made for others, as long as this run: whoever must know waits until the relay has it.
import type { OutRecord } from '../core/peer-state.ts';
import type { CoreState } from '../core/state.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { Made, Replies } from './api.ts';

/** More than the largest room has people, for several commands. */
const MAX_REMEMBERED = 4_096;

export class MadeRecords {
  /** The oldest first. */
  readonly #records = new Map<MessageId, OutRecord>();

  /** Runs a command, and names the records that it made. */
  watch<T extends object>(core: CoreState, run: () => T): T & Made {
    const before = new Set(recordsOf(core));
    const reply = run();
    const made = recordsOf(core).filter((record) => !before.has(record));
    for (const record of made) this.#remember(record);
    return { ...reply, records: made.map(({ id }) => id) };
  }

  /** One that is not remembered has been looked after long ago. */
  stand(ids: readonly MessageId[]): Replies['await-relayed'] {
    const states = ids.map((id) => this.#records.get(id)?.shown);
    return {
      waiting: states.filter((state) => state === 'pending').length,
      refused: states.filter((state) => state === 'failed').length,
    };
  }

  #remember(record: OutRecord): void {
    this.#records.set(record.id, record);
    for (const oldest of this.#records.keys()) {
      if (this.#records.size <= MAX_REMEMBERED) break;
      this.#records.delete(oldest);
    }
  }
}

function recordsOf(core: CoreState): OutRecord[] {
  return [...core.peers.values()].flatMap(({ records }) => records);
}
