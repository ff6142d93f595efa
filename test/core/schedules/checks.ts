// What must hold once everything has healed: nothing lost, nothing twice, no state that lied, and silence.
import type { MessageId } from '../../../src/protocol/ids.ts';
import type { FakePerson } from '../../support/fake-net.ts';
import { MINUTE_MS, requireThat, type Sent, SMALL_MAILBOX, type World } from './world.ts';

const RANKS = ['pending', 'relayed', 'delivered'];

export function checkHealed(world: World): void {
  for (const reader of world.people) {
    const { kept, errors, name } = reader;
    requireThat(errors.length === 0, `${name} saw ${errors}`);
    requireThat(new Set(kept).size === kept.length, `${name} keeps something twice: ${kept}`);
    checkOrder(world, reader);
    checkGaps(world, reader);
    requireThat(world.waiting(reader) === 0, `${world.waiting(reader)} of ${name} still wait`);
  }
  for (const message of world.sent) checkMessage(world, message);
  checkSilence(world);
}

function checkMessage({ net, lives, lost }: World, { id, from, to, text, life }: Sent): void {
  const arrived = [...to.kept, ...(lost.get(to) ?? [])].includes(text);
  const states = from.states(id);
  // A full mailbox says so at once.
  const isRefused = net.mailbox === SMALL_MAILBOX && isFailed(from, id);
  if (isRefused && !arrived) return;
  const ranks = states.map((state) => RANKS.indexOf(state.split(' ')[0] ?? ''));
  const rises = ranks.every((rank, index) => rank >= (ranks[index - 1] ?? 0));
  requireThat(rises, `${text} fell back: ${states}`);
  if (from.lastState(id) === 'delivered')
    requireThat(arrived, `${text} is delivered, and not there`);
  // Killed before it was on disk, or lost with the database: then nobody can send it any more.
  const isKept = from.profile.history.some((w) => w.type === 'message' && w.message.id === id);
  if (life === (lives.get(from) ?? 0) && isKept) requireThat(arrived, `${text} is lost`);
}

/** Told, or in history: who was killed may not have been told, and history may be lost. */
function isFailed(person: FakePerson, id: MessageId): boolean {
  if (person.lastState(id) === 'failed') return true;
  const { history } = person.profile;
  return history.some((w) => w.type === 'state' && w.id === id && w.state === 'failed');
}

/** A gap was shown, or was to be: what fills it late comes out of order. */
function checkOrder({ sent, killed }: World, reader: FakePerson): void {
  if (reader.gaps.length > 0 || killed.has(reader)) return;
  let last = -1;
  for (const text of reader.kept) {
    const place = sent.findIndex((message) => message.text === text);
    requireThat(place >= 0, `${reader.name} keeps what nobody wrote`);
    const isOfOneLife = sent[place]?.life === sent[last]?.life;
    requireThat(place > last || !isOfOneLife, `${reader.name} keeps ${reader.kept}`);
    last = place;
  }
}

/** Nothing was lost or late, so nothing was missing. */
function checkGaps({ wasTroubled }: World, reader: FakePerson): void {
  if (!wasTroubled) requireThat(reader.gaps.length === 0, `${reader.name} saw ${reader.gaps}`);
}

/** Acknowledgements are not acknowledged. */
function checkSilence({ net }: World): void {
  const before = net.sent('send');
  net.run(20 * MINUTE_MS);
  const more = net.sent('send') - before;
  requireThat(more === 0, `${more} frames go on for ever`);
}
