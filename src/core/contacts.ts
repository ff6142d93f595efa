// What a person sets about others: petnames, favourites, notes, who is ignored or blocked. Nobody else hears of it.

import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import { MAX_CONTACT_NOTE_BYTES } from '../protocol/limits.ts';
import { cleanNick, nickSkeleton, parseNick } from '../protocol/nickname.ts';
import { cleanLine } from '../protocol/one-line.ts';
import { savePeer } from './durable-people.ts';
import { forgetRun } from './durable-rooms.ts';
import type { Person } from './events.ts';
import { emit } from './link.ts';
import { tellNamesakes } from './meet.ts';
import { peerOf } from './new-state.ts';
import { withdraw } from './outbox.ts';
import type { Peer } from './peer-state.ts';
import { indexPetname, isContact, personOf, requireKnown, stirKeys } from './people.ts';
import type { CoreState, Pin, PinChange } from './state.ts';

/** They are never forgotten for others, so there is an end to them: people whom nobody knows are to have a place too. */
const MAX_CONTACTS = 2_000;

/** Throws UsageError `unknown-person`, `bad-nick`, `petname-taken`, `too-many-contacts`. */
export function changeContact(core: CoreState, peer: PeerId, change: PinChange): Person {
  const before = requireKnown(core, peer);
  if (Object.keys(change).length === 0) return personOf(core, peer);
  const { petname, note, ...rest } = change;
  const cleaned: PinChange = {
    ...rest,
    ...(petname !== undefined && { petname: checkedPetname(core, peer, petname) }),
    ...(note !== undefined && { note: cleanNote(note) }),
  };
  if (!isContact(before) && isContact({ ...before, ...cleaned })) requirePlace(core);
  core.pins.change(peer, cleaned);
  if (cleaned.petname !== undefined) renamed(core, before, cleaned.petname);
  if (cleaned.blocked !== undefined && cleaned.blocked !== before.blocked) {
    if (cleaned.blocked) stopHearing(core, peerOf(core, peer));
    for (const room of core.rooms.values()) room.changed = true;
  }
  stirKeys(core);
  const person = personOf(core, peer);
  emit(core, { type: 'person', person });
  core.dirty.add(peer);
  return person;
}

function requirePlace(core: CoreState): void {
  const count = core.pins.all().filter(isContact).length;
  if (count < MAX_CONTACTS) return;
  const message = phrase`you have ${count} contacts, and no more fit; take the name, mark or note from one first`;
  throw new UsageError('too-many-contacts', message);
}

/** As a nick, and like no other petname, nor the name of anybody verified. */
function checkedPetname(core: CoreState, peer: PeerId, petname: string | null): string | null {
  if (petname === null) return null;
  const parsed = parseNick(petname);
  if (parsed === null) {
    throw new UsageError(
      'bad-nick',
      phrase`a petname has letters and digits of one script, and _ . - ', at most 32 bytes`,
    );
  }
  const skeleton = nickSkeleton(parsed);
  const isLike = (pin: Pin) =>
    (pin.petname !== null && nickSkeleton(pin.petname) === skeleton) ||
    (pin.trust === 'verified' && nickSkeleton(cleanNick(pin.nick)) === skeleton);
  const other = core.pins.all().find((pin) => pin.id !== peer && isLike(pin));
  if (other === undefined) return parsed;
  const name = other.petname ?? cleanNick(other.nick);
  const message = phrase`${parsed} would be mistaken for ${name}, somebody else whom you know by that; choose another`;
  throw new UsageError('petname-taken', message);
}

function cleanNote(note: string | null): string | null {
  return cleanLine(note ?? '', MAX_CONTACT_NOTE_BYTES) || null;
}

function renamed(core: CoreState, { id, petname: before }: Pin, petname: string | null): void {
  indexPetname(core, { id, petname });
  for (const name of [before, petname]) if (name !== null) tellNamesakes(core, name);
}

/**
 * Nothing that waits goes to them any more, nor an acknowledgement of what came. Their place in rooms is forgotten: what
 * they say there meanwhile is no gap later. What they may already have of ours they keep.
 */
function stopHearing(core: CoreState, peer: Peer): void {
  for (const { id } of [...peer.records]) withdraw(core, peer, id);
  peer.wants = [];
  peer.turns.lost = [];
  peer.incoming.ackDueAtMs = null;
  peer.incoming.owes = false;
  if (core.kept.has(peer.id)) savePeer(core, peer);
  for (const room of core.rooms.values()) {
    const runs = [...room.sequences.keys()].filter((run) => run.startsWith(peer.id));
    for (const run of runs) forgetRun(core, room, run);
  }
}
