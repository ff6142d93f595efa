// Who is who: pins, changed keys, names that fit several people. Decides what a person is told.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { PeerId } from '../protocol/ids.ts';
import { cleanNick, nickSkeleton } from '../protocol/nickname.ts';
import type { Person, Self, Trust, Who } from './events.ts';
import { emit, isFirstTelling } from './link.ts';
import type { CoreState, Pin } from './state.ts';

const MIN_PREFIX_DIGITS = 8;
/** Of people of one name that nobody verified, so many are named to who comes later: a crowd under one name costs each no more. */
const MAX_NAMED_BEFORE = 8;

/** We wrote to people, and the list is gone: whoever comes would pass for new, and none as verified. */
export function tellLostPins(core: CoreState): void {
  if (!core.pins.isMissing || core.pins.all().length > 0) return;
  const hasWritten = [...core.peers.values()].some(({ nextSeq }) => nextSeq > 1);
  if (!hasWritten || !isFirstTelling(core, 'pins')) return;
  const message = phrase`the list of the people you met is gone (pins.json): everybody is new to you, and whom you verified is forgotten. Compare safety numbers again, or restore a backup`;
  emit(core, { type: 'error', code: 'pins-lost', message });
}

/**
 * Verified pins, and the oldest before it, whose name or petname `pin` bears (or one that looks like it) without leave: first
 * those that people wrote to, so that no crowd that came earlier hides them.
 */
export function changedFrom(core: CoreState, pin: Pin): Pin[] {
  if (pin.acceptedNick === pin.nick) return [];
  const older = bearers(core, core.skeletons.get(pin.id)).filter(
    (other) => other.id !== pin.id && other.trust !== 'verified' && isOlder(core, other, pin),
  );
  if (older.length > MAX_NAMED_BEFORE) older.sort((a, b) => firstToName(core, a, b));
  return [...verifiedBearers(core, pin), ...older.slice(0, MAX_NAMED_BEFORE)];
}

function firstToName(core: CoreState, a: Pin, b: Pin): number {
  if (a.contacted !== b.contacted) return a.contacted ? -1 : 1;
  return isOlder(core, a, b) ? -1 : 1;
}

/** Verified people whose name or petname `pin` bears without leave. */
function verifiedBearers(core: CoreState, pin: Pin): Pin[] {
  if (pin.acceptedNick === pin.nick) return [];
  const skeleton = core.skeletons.get(pin.id);
  const named = petnamed(core, skeleton);
  const others = bearers(core, skeleton).filter(({ id, trust }) => {
    return id !== pin.id && trust === 'verified';
  });
  if (named === null || named.id === pin.id || named.trust !== 'verified') return others;
  return others.some(({ id }) => id === named.id) ? others : [...others, named];
}

/** Pinned before: in an earlier run, whatever the wall clock says since, or earlier in the same. */
function isOlder(core: CoreState, other: Pin, pin: Pin): boolean {
  const isNew = core.metNow.has(pin.id);
  if (core.metNow.has(other.id) !== isNew) return isNew;
  return other.firstSeenMs < pin.firstSeenMs;
}

/** The pinned people whose names have this skeleton. */
export function bearers(core: CoreState, skeleton: string | undefined): Pin[] {
  const ids = skeleton === undefined ? undefined : core.namesakes.get(skeleton);
  return [...(ids ?? [])].flatMap((id) => core.pins.get(id) ?? []);
}

/** Whom this profile calls so. */
function petnamed(core: CoreState, skeleton: string | undefined): Pin | null {
  const id = skeleton === undefined ? undefined : core.petnames.get(skeleton);
  return id === undefined ? null : core.pins.get(id);
}

/** What this profile calls somebody, or calls them no more. */
export function indexPetname(core: CoreState, { id, petname }: Pick<Pin, 'id' | 'petname'>): void {
  for (const [skeleton, owner] of core.petnames) if (owner === id) core.petnames.delete(skeleton);
  if (petname !== null) core.petnames.set(nickSkeleton(petname), id);
}

/** Enters a pinned name in the index of look-alikes; called for every pin at start and at each change. */
export function indexName(core: CoreState, { id, nick, petname }: Pin): void {
  if (petname !== null) core.petnames.set(nickSkeleton(petname), id);
  forgetName(core, id);
  const skeleton = nickSkeleton(cleanNick(nick));
  const ids = core.namesakes.get(skeleton) ?? new Set();
  core.namesakes.set(skeleton, ids.add(id));
  core.skeletons.set(id, skeleton);
}

function forgetName(core: CoreState, id: PeerId): void {
  const skeleton = core.skeletons.get(id);
  if (skeleton === undefined) return;
  core.skeletons.delete(id);
  const ids = core.namesakes.get(skeleton);
  ids?.delete(id);
  if (ids?.size !== 0) return;
  core.namesakes.delete(skeleton);
  core.keyLines.delete(skeleton);
}

/** The book let this pin go, since it holds only so many. */
export function forgetPerson(core: CoreState, id: PeerId): void {
  forgetName(core, id);
  core.metNow.delete(id);
  stirKeys(core);
}

function trustOf(core: CoreState, id: PeerId): Trust {
  const pin = core.pins.get(id);
  if (pin === null) return 'new';
  if (pin.trust === 'verified') return 'verified';
  return core.metNow.has(id) ? 'new' : 'known';
}

export function selfOf({ nick, me, hidden }: CoreState): Self {
  return { nick, fingerprint: me.id, ...(hidden && { hidden }) };
}

/** The name an ID bears now, cleaned; empty while unknown. */
export function nickOf(core: CoreState, id: PeerId): string {
  if (id === core.me.id) return core.nick;
  const nick = core.peers.get(id)?.card?.nick ?? core.pins.get(id)?.nick;
  return nick === undefined ? '' : cleanNick(nick);
}

export function whoOf(core: CoreState, id: PeerId): Who {
  const trust = id === core.me.id ? 'verified' : trustOf(core, id);
  const pin = core.pins.get(id);
  return {
    ...{ nick: nickOf(core, id), fingerprint: id, trust },
    ...(pin !== null && pin.petname !== null && { petname: pin.petname }),
    ...(pin?.ignored === true && { ignored: true as const }),
  };
}

export function personOf(core: CoreState, id: PeerId): Person {
  const pin = core.pins.get(id);
  const nick = nickOf(core, id);
  const skeleton = core.skeletons.get(id) ?? nickSkeleton(nick);
  const sharesName = bearers(core, skeleton).some((other) => other.id !== id);
  const likeMe = skeleton === nickSkeleton(core.nick);
  const named = petnamed(core, skeleton);
  const isNamedAs = named !== null && named.id !== id;
  // A petname is one person's alone, and is what they are called by.
  const hasPetname = pin !== null && pin.petname !== null;
  const seconds = core.disappearing.timers.get(id)?.seconds ?? 0;
  const notifyLevel = core.notifyLevels.get(id);
  return {
    ...whoOf(core, id),
    online: core.peers.get(id)?.online === true && pin?.blocked !== true,
    ambiguous: !hasPetname && (sharesName || likeMe || isNamedAs),
    keyChangedFrom: pin === null ? [] : changedFrom(core, pin).map((other) => other.id),
    ...(pin === null ? {} : detailsOf(core, pin)),
    ...(seconds === 0 ? {} : { expireSeconds: seconds }),
    ...(notifyLevel === undefined ? {} : { notifyLevel }),
  };
}

type Details = Pick<Person, 'favourite' | 'note' | 'blocked' | 'status'>;

function detailsOf(core: CoreState, { id, favourite, note, blocked }: Pin): Details {
  const status = core.peers.get(id)?.status ?? '';
  return {
    ...(favourite && { favourite }),
    ...(note !== null && { note }),
    ...(blocked && { blocked }),
    ...(status !== '' && !blocked && { status }),
  };
}

/** Whether a person has set anything about them. */
export function isContact({ petname, favourite, note, ignored, blocked }: Pin): boolean {
  return petname !== null || favourite || note !== null || ignored || blocked;
}

/** Whether a person wants nothing of theirs, and nothing to go to them. */
export function isBlocked(core: CoreState, id: PeerId): boolean {
  return core.pins.get(id)?.blocked === true;
}

/** Whether they are given no keys of rooms. */
export function isKeptOut(core: CoreState, id: PeerId): boolean {
  return isBlocked(core, id) || awaitsTrust(core, id);
}

/** Who is kept out may be others than before: rooms look again whom they owe a key. */
export function stirKeys(core: CoreState): void {
  for (const room of core.rooms.values()) room.owesKeys = true;
}

/** Whether nothing goes to `id` without a person's word: it bears the name of somebody verified. */
export function awaitsTrust(core: CoreState, id: PeerId): boolean {
  if (isOnlyBearer(core, id)) return false;
  const pin = core.pins.get(id);
  return pin !== null && verifiedBearers(core, pin).length > 0;
}

/** As nearly everybody is; of whole rooms this is asked at each step. */
export function isOnlyBearer({ skeletons, namesakes, petnames }: CoreState, id: PeerId): boolean {
  const skeleton = skeletons.get(id);
  if (skeleton === undefined || petnames.has(skeleton)) return false;
  return namesakes.get(skeleton)?.size === 1;
}

/** Throws UsageError `unknown-person`. */
export function requireKnown(core: CoreState, peer: PeerId): Pin {
  if (peer === core.me.id)
    throw new UsageError('unknown-person', phrase`that is your own fingerprint`);
  const pin = core.pins.get(peer);
  if (pin !== null) return pin;
  throw new UsageError('unknown-person', phrase`nobody with this fingerprint has been seen`);
}

/** Everybody listed now or ever pinned, but oneself. */
export function everybody(core: CoreState): PeerId[] {
  const ids = new Set<PeerId>();
  for (const peer of core.peers.values()) if (peer.online) ids.add(peer.id);
  for (const pin of core.pins.all()) ids.add(pin.id);
  ids.delete(core.me.id);
  return [...ids];
}

/**
 * Those whom `query` fits: `@name`, a petname or, where it is none, a nickname; a fingerprint, whole, or 8 digits
 * and more among the pinned (a short prefix can be forged). Never picks one of several.
 */
export function findPeople(core: CoreState, query: string): Person[] {
  const name = sameName(query.replace(/^@/, ''));
  const found = new Set(name === '' ? [] : byName(core, name));
  const digits = query.toLowerCase().replace(/[^0-9a-f]/g, '');
  if (!query.startsWith('@') && /^[0-9a-f\s]+$/i.test(query)) {
    for (const id of byFingerprint(core, digits)) found.add(id);
  }
  return [...found].map((id) => personOf(core, id));
}

/** A petname is never also a stranger's nick. */
function byName(core: CoreState, name: string): PeerId[] {
  const named = petnamed(core, nickSkeleton(name));
  if (named !== null && sameName(named.petname ?? '') === name) return [named.id];
  return everybody(core).filter((id) => sameName(nickOf(core, id)) === name);
}

function byFingerprint(core: CoreState, digits: string): PeerId[] {
  const whole = PeerId.parse(digits);
  if (whole !== null) return everybody(core).filter((id) => id === whole);
  if (digits.length < MIN_PREFIX_DIGITS) return [];
  return core.pins
    .all()
    .map((pin) => pin.id)
    .filter((id) => id.startsWith(digits));
}

function sameName(nick: string): string {
  return nick.normalize('NFKC').toLowerCase();
}
