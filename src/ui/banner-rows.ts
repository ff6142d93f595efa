// What stands under the messages as long as it is true: no relay, nobody here, a disk that takes nothing. Pure.
import type { MessageState } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import type { Conversation } from './conversation.ts';
import { lostRows, type Waiting } from './lost-link.ts';
import { ownRows } from './message-rows.ts';
import { silenceWords } from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { Row } from './spans.ts';
import { linkReason, waitingWords } from './words.ts';

/** What the screen knows beside its state when it draws. */
export interface Surroundings extends Waiting {
  /** How long the search for a relay has lasted without a find. */
  readonly searchedMs: number;
  /** The address under which others reach a relay on this machine; null: no network. */
  readonly lanAddress: () => string | null;
}

/** Relays on a healthy network answer within milliseconds; by then nobody is coming. */
export const SEARCH_PATIENCE_MS = 2_000;

/** What stands below the messages as long as it is true, the most urgent first; empty where all is well. */
export function bannerRows(state: ScreenState, around: Surroundings, cells: number): Row[] {
  const { storageProblem } = state;
  const trouble = storageProblem === null ? [] : ownRows(storageProblem, cells, 'warning');
  // First, because only the first rows are shown where there is little room.
  return [...trouble, ...roomRows(state, cells), ...linkRows(state, around, cells)];
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
      return state.ready ? [...aloneRows(state, around, cells), ...awayRows(state, cells)] : [];
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
  return [
    ...ownRows(t`No relay found on this network; the search goes on.`, cells),
    ...ownRows(t`Enter on an empty line hosts one on this machine.`, cells, 'warning'),
    ...ownRows(t`Where discovery is blocked: /relay HOST:PORT`, cells),
  ];
}

function aloneRows(state: ScreenState, around: Surroundings, cells: number): Row[] {
  const { people, self, active } = state;
  const others = people.list().some((p) => p.online && p.fingerprint !== self?.fingerprint);
  if (others || active !== FIRST_ROOM) return [];
  return [
    ...ownRows(t`Nobody else is here yet. On another machine here:`, cells),
    ...ownRows(t`  lanchat`, cells, 'warning'),
    ...ownRows(t`and where it finds nothing by itself:`, cells),
    ...ownRows(t`  lanchat --relay ${reachableRelay(state, around)}`, cells, 'warning'),
  ];
}

/** What becomes of what was said to somebody who is away. */
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
    case 'delivered':
    case 'read':
    case 'failed':
    case null:
      return [];
    default:
      return said satisfies never;
  }
}

function lastOwnState({ entries, aside }: Conversation): MessageState | null {
  const last = (aside?.tail ?? entries).findLast((entry) => entry.kind === 'message' && entry.own);
  return last?.kind === 'message' ? last.state : null;
}

// Others can't reach this machine's loopback address, so its address on the network is shown instead.
function reachableRelay({ link }: ScreenState, { lanAddress }: Surroundings): SafeText {
  const relay = link?.relay ?? '';
  const loopback = /^(127\.[\d.]+|localhost|\[::1\])(:\d+)$/.exec(relay);
  const outside = loopback === null ? null : lanAddress();
  const address = outside === null ? relay : `${outside}${loopback?.[2]}`;
  return safeText(address, { maxLength: 300 });
}
