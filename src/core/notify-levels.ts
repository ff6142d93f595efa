// Of which conversations our person is told more or less than of others. Nobody else hears of it.
import { PeerId } from '../protocol/ids.ts';
import type { NotifyLevel } from './events.ts';
import { emit } from './link.ts';
import { nickOf, personOf } from './people.ts';
import type { CoreState } from './state.ts';

/** By conversation: a fingerprint, or a room as people see it named. Rooms and people that differ are told anew. */
export function setNotifyLevels(core: CoreState, levels: ReadonlyMap<string, NotifyLevel>): void {
  const before = core.notifyLevels;
  core.notifyLevels = levels;
  const differs = (key: string) => before.get(key) !== levels.get(key);
  for (const room of core.rooms.values()) if (differs(room.label)) room.changed = true;
  for (const key of new Set([...before.keys(), ...levels.keys()])) {
    const id = PeerId.parse(key);
    if (id === null || !differs(key) || nickOf(core, id) === '') continue;
    emit(core, { type: 'person', person: personOf(core, id) });
  }
}
