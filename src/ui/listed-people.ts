// Who stands in a list of people, and in which order: those of a room, or everybody by what their keys are worth. Pure.
import type { Room } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { KnownPerson } from './people.ts';
import { compareRanks } from './ranks.ts';
import { type Role, roleOf } from './room-words.ts';
import type { ScreenState } from './screen-state.ts';

const ROLE_ORDER: readonly (Role | null)[] = ['owner', 'moderator', 'member', 'invited', null];

/** Everybody in a room, whoever is asked in at the end; without a room everybody who is here. Who is here comes first. */
export function membersOf(state: ScreenState, room: Room | undefined): readonly PeerId[] {
  const { people, self } = state;
  if (room === undefined) {
    const here = people.list().filter(({ online }) => online);
    return here.map(({ fingerprint }) => fingerprint).filter((id) => id !== self?.fingerprint);
  }
  const ids = room.kind === 'public' ? room.members : [...room.members, ...room.invited];
  const ranked = [...new Set(ids)].map((id) => {
    const person = people.get(id);
    const isHere = id === self?.fingerprint || person?.online === true;
    const role = ROLE_ORDER.indexOf(roleIn(room, id));
    return { id, rank: [Number(!isHere), role, Number(person?.favourite !== true)] };
  });
  const named = ranked.map((each) => ({ ...each, name: people.label(each.id) }));
  return named
    .sort((a, b) => compareRanks(a.rank, b.rank) || (a.name < b.name ? -1 : 1))
    .map(({ id }) => id);
}

/** Nobody has a role in a public room. */
export function roleIn(room: Room | undefined, id: PeerId): Role | null {
  return room === undefined || room.kind === 'public' ? null : roleOf(room, id);
}

/** What a key is worth to who reads the list, trouble first. */
export type TrustRank = 'changed' | 'written' | 'unverified' | 'verified';
export const TRUST_RANKS: readonly TrustRank[] = ['changed', 'written', 'unverified', 'verified'];

/** Who is known, and with whom one talks privately. */
export interface TrustScene extends Pick<ScreenState, 'people'> {
  readonly conversations: Pick<ScreenState['conversations'], 'has'>;
  readonly self: { readonly fingerprint: PeerId } | null;
}

/** `written`: nobody compared the key of somebody with whom one talks privately. */
export function trustRank(
  { conversations }: Pick<TrustScene, 'conversations'>,
  { keyChangedFrom, trust, fingerprint }: KnownPerson,
): TrustRank {
  if (keyChangedFrom.length > 0) return 'changed';
  if (trust === 'verified') return 'verified';
  return conversations.has(fingerprint) ? 'written' : 'unverified';
}

/** Everybody who is known, trouble first. */
export function everybodyByTrust(state: TrustScene): readonly PeerId[] {
  const others = state.people
    .list()
    .filter(({ fingerprint }) => fingerprint !== state.self?.fingerprint);
  // In each rank as the directory lists them: who is here, favourites, by name.
  return TRUST_RANKS.flatMap((rank) =>
    others.filter((person) => trustRank(state, person) === rank),
  ).map(({ fingerprint }) => fingerprint);
}
