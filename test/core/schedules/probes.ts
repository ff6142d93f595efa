// What rules promise between two people who have healed, each tried once: how fast, under which key, and
// that what was recorded stays closed.
import type { Kid } from '../../../src/protocol/ids.ts';
import type { FakePerson } from '../../support/fake-net.ts';
import { HOUR_MS, requireThat, SECOND_MS, type World } from './world.ts';

export function probe(world: World): void {
  turnsHaveKeysOfTheirOwn(world);
  lossHealsSoon(world);
  restartCostsNoRoundTrip(world);
  mailWaits(world);
  returnIsNoticed(world);
  absenceIsNoticed(world);
  recordedStaysClosed(world);
  silenceCostsNoRoundTrip(world);
  lostDatabaseShowsNoGap(world);
  if (world.pick(8) === 0) recordedMailStaysClosed(world);
}

/** Each turn has a key of its own, and the one before it is gone when it is used. */
function turnsHaveKeysOfTheirOwn(world: World): void {
  const [anna, ben] = world.people;
  const kids: Kid[] = [];
  for (const from of [anna, ben, anna, ben]) {
    const before = world.blobs.length;
    const { to, text } = world.send(from);
    world.net.run(SECOND_MS);
    const [blob] = world.blobsFor(to, before);
    requireThat(blob !== undefined && to.kept.includes(text), `${text} is late`);
    if (blob !== undefined) kids.push(blob.kid);
  }
  requireThat(new Set(kids).size === kids.length, 'two turns under one key');
  for (const person of world.people) {
    const open = kids.slice(0, -2).filter((kid) => person.core.turnKeys.has(kid));
    requireThat(open.length === 0, `${person.name} keeps the key of an earlier turn`);
  }
}

/** What the relay swallowed comes again: after 5 s where a later one came through, else after 15 s. */
function lossHealsSoon(world: World): void {
  const from = world.people[world.pick(2)] ?? world.people[0];
  const isOvertaken = world.pick(2) === 0;
  let swallowed = false;
  const swallow: World['net']['tampers'][number] = ({ frame, way, person }) => {
    if (swallowed || way === 'up' || person === from || frame.type !== 'deliver') return undefined;
    swallowed = true;
    return [];
  };
  world.net.tampers.push(swallow);
  const first = world.send(from);
  world.net.run(100);
  const second = isOvertaken ? world.send(from) : null;
  world.net.run((isOvertaken ? 8 : 17) * SECOND_MS);
  world.net.tampers.splice(world.net.tampers.indexOf(swallow), 1);
  requireThat(swallowed && isKept(first.to, first.text), `${first.text} did not come again soon`);
  requireThat(
    second === null || isKept(first.to, second.text),
    `what came after ${first.text} is late`,
  );
  requireThat(first.to.gaps.length === 0 || world.wasTroubled, 'a gap that was none');
  world.net.run(5 * SECOND_MS);
  requireThat(world.waiting(from) === 0, `${first.text} is not acknowledged`);
}

function isKept(reader: FakePerson, text: string): boolean {
  return reader.kept.includes(text);
}

/** Who has started anew is written to under a key of the new run; where the relay hides it, they say so. */
function restartCostsNoRoundTrip(world: World): void {
  const [anna, ben] = world.people;
  const isAnnaThere = world.pick(2) === 0;
  if (!isAnnaThere) world.net.cut(anna);
  world.net.restart(ben);
  world.net.connect(ben);
  if (!isAnnaThere) world.net.connect(anna);
  world.net.run(2 * SECOND_MS);
  requireTwoFrames(world, anna, 'after a restart');
}

/** A message and its acknowledgement. */
function requireTwoFrames(world: World, from: FakePerson, when: string): void {
  const before = world.net.sent('send');
  const { to, text } = world.send(from);
  world.net.run(3 * SECOND_MS);
  requireThat(isKept(to, text), `${text} is late ${when}`);
  const frames = world.net.sent('send') - before;
  requireThat(world.hidesBundles || frames === 2, `${text} took a detour ${when}`);
}

/** The relay keeps it, and its sender may go. */
function mailWaits(world: World): void {
  if (world.net.mailbox === 0) return;
  const [anna, ben] = world.people;
  world.net.cut(ben);
  world.net.run(SECOND_MS);
  const { id, text } = world.send(anna);
  world.net.run(SECOND_MS);
  requireThat(anna.lastState(id) === 'relayed', `${text} is not in the mailbox`);
  world.net.restart(anna);
  world.net.restart(ben);
  world.net.connect(ben);
  world.net.run(SECOND_MS);
  requireThat(isKept(ben, text), `${text} did not wait`);
  requireThat(world.net.relay.waiting(ben.id) === 0, `${text} stays in the mailbox`);
  world.net.connect(anna);
  world.net.run(3 * SECOND_MS);
  requireThat(world.waiting(anna) === 0, `${text} is not acknowledged`);
}

/** What went into a dead connection comes again as soon as it is known that they have another. */
function returnIsNoticed(world: World): void {
  const [anna, ben] = world.people;
  world.net.goDark(ben);
  const { text } = world.send(anna);
  world.net.run(SECOND_MS);
  world.net.cut(ben, { noticed: false });
  world.net.connect(ben);
  world.net.run((world.hidesBundles ? 17 : 3) * SECOND_MS);
  requireThat(isKept(ben, text), `${text} stays in a dead connection`);
  world.net.run(3 * SECOND_MS);
}

/** What went into a dead connection goes to the mailbox once its reader is known to be away. */
function absenceIsNoticed(world: World): void {
  if (world.net.mailbox === 0) return;
  const [anna, ben] = world.people;
  const port = world.net.goDark(ben);
  const { text } = world.send(anna);
  world.net.run(SECOND_MS);
  world.net.notice(port);
  world.net.run(SECOND_MS);
  world.net.restart(anna);
  world.net.cut(ben);
  world.net.connect(ben);
  world.net.run(SECOND_MS);
  requireThat(isKept(ben, text), `${text} was not kept for who is away`);
  world.net.connect(anna);
  world.net.run(3 * SECOND_MS);
}

/** Keys in memory have had their time. */
function recordedStaysClosed(world: World): void {
  world.net.run(2 * HOUR_MS);
  requireClosed(world, ({ core }) => [
    ...core.prekeys.map(({ prekey }) => prekey.kid),
    ...core.turnKeys.keys(),
  ]);
}

/** Nothing is sealed to a key that must be gone by now. */
function silenceCostsNoRoundTrip(world: World): void {
  requireTwoFrames(world, world.people[world.pick(2)] ?? world.people[0], 'after a silence');
}

/** Whoever has lost everything is told from which number on something may still come. */
function lostDatabaseShowsNoGap(world: World): void {
  const [anna, ben] = world.people;
  world.lose(ben);
  const gaps = ben.gaps.length;
  world.net.cut(ben);
  world.net.restart(ben, { loses: true });
  world.net.connect(ben);
  world.net.run(SECOND_MS);
  const { text } = world.send(anna);
  // Nobody can say that a key is gone which they don't remember: then the second try goes under another.
  world.net.run((world.hidesBundles ? 17 : 3) * SECOND_MS);
  requireThat(isKept(ben, text), `${text} waits for what is long there`);
  requireThat(ben.gaps.length === gaps, `a gap before ${text}`);
}

/** A key of the mailbox goes a day after it was replaced, once the mailbox has been read. */
function recordedMailStaysClosed(world: World): void {
  world.net.run(51 * HOUR_MS);
  requireClosed(world, ({ core }) => core.mailboxKeys.map(({ prekey }) => prekey.kid));
}

function requireClosed(world: World, kidsOf: (person: FakePerson) => readonly Kid[]): void {
  for (const person of world.people) {
    const kids = new Set(kidsOf(person));
    const open = world.blobsFor(person, 0).filter(({ kid }) => kids.has(kid)).length;
    requireThat(open === 0, `${person.name} can still open ${open} blobs`);
  }
}
