// What stands under the messages as long as it is true: no relay, nobody here, a disk that takes nothing. Pure.
import type { MessageState } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { keyHints } from './bound-keys.ts';
import type { Conversation } from './conversation.ts';
import { emptyRows, type Reach, stepRows } from './empty-rows.ts';
import { readingRows } from './file-rows.ts';
import { lostRows, type Waiting } from './lost-link.ts';
import { ownRows } from './message-body.ts';
import { silenceWords } from './room-words.ts';
import { safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { Row } from './spans.ts';
import { linkReason, waitingWords } from './words.ts';

/** What the screen knows beside its state when it draws. */
export interface Surroundings extends Reach, Waiting {
  /** How long the search for a relay has lasted without a find. */
  readonly searchedMs: number;
}

/** Relays on a healthy network answer within milliseconds; by then nobody is coming. */
export const SEARCH_PATIENCE_MS = 2_000;

/** What stands below the messages as long as it is true, the most urgent first; empty where all is well. */
export function bannerRows(state: ScreenState, around: Surroundings, cells: number): Row[] {
  const { storageProblem } = state;
  const trouble = storageProblem === null ? [] : ownRows(storageProblem, cells, 'warning');
  // First, because only the first rows are shown where there is little room.
  const rows = [...trouble, ...roomRows(state, cells), ...linkRows(state, around, cells)];
  return [...rows, ...readingRows(state, cells)];
}

/** What somebody should know of a private room before they type. */
function roomRows({ rooms, active, self, people }: ScreenState, cells: number): Row[] {
  const room = rooms.get(active);
  if (room === undefined || room.kind === 'public' || self === null) return [];
  if (room.frozen !== true && room.request !== true) return [];
  const words = silenceWords(room, self.fingerprint, people);
  return words === null ? [] : ownRows(words, cells, 'warning');
}

function linkRows(state: ScreenState, around: Surroundings, cells: number): Row[] {
  const { link } = state;
  if (link === null) return [];
  switch (link.state) {
    case 'searching':
      return searchingRows(state, around, cells);
    case 'choosing':
      return ownRows(t`Several relays, or one you don't know: /relay shows them.`, cells);
    case 'ended':
      return ownRows(
        t`${link.reason === null ? t`The link has ended` : linkReason(link.reason)}; /relay retry tries again.`,
        cells,
        'warning',
      );
    case 'online':
      return state.ready ? [...emptyRows(state, around, cells), ...awayRows(state, cells)] : [];
    case 'connecting':
    case 'offline':
      // Why the disk takes nothing stands there already, and no relay can help with that.
      return state.storageProblem === null ? lostRows(state, around, cells) : [];
    default:
      return link.state satisfies never;
  }
}

function searchingRows(state: ScreenState, around: Surroundings, cells: number): Row[] {
  if (state.hosting === 'starting') return ownRows(t`Starting a relay on this machine …`, cells);
  if (around.searchedMs < SEARCH_PATIENCE_MS) {
    return ownRows(t`Looking for a relay on this network …`, cells);
  }
  const hosts = keyHints(state.keys)('send');
  return [
    ...ownRows(t`No relay found on this network; the search goes on.`, cells),
    ...stepRows(t`${hosts} on an empty line hosts one on this machine.`, cells),
    ...ownRows(t`Where discovery is blocked: /relay HOST:PORT`, cells),
  ];
}

/** What becomes of what is said to somebody who is away. */
function awayRows(state: ScreenState, cells: number): Row[] {
  const peer = PeerId.parse(state.active);
  const person = peer === null ? null : state.people.get(peer);
  const conversation = state.conversations.get(state.active);
  if (person === null || person.online || conversation === undefined) return [];
  const name = state.people.label(person.fingerprint);
  const said = lastOwnState(conversation);
  switch (said) {
    case 'relayed':
      return ownRows(t`${name} is away: ${waitingWords('kept', t`what is marked >`)}.`, cells);
    case 'pending':
      return state.ephemeral
        ? ownRows(
            t`${name} is away: ${waitingWords('fleeting', t`what is marked …`)}.`,
            cells,
            'warning',
          )
        : [];
    case null:
      return person.blocked === true
        ? []
        : ownRows(
            t`${name} is away. Write all the same: each message says how far it has come.`,
            cells,
          );
    case 'delivered':
    case 'read':
    case 'failed':
      return [];
    default:
      return said satisfies never;
  }
}

function lastOwnState({ entries, aside }: Conversation): MessageState | null {
  const last = (aside?.tail ?? entries).findLast((entry) => entry.kind === 'message' && entry.own);
  return last?.kind === 'message' ? last.state : null;
}
