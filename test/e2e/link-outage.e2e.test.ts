// A cable that is pulled and plugged in again: nothing is closed, bytes just vanish, as on a real LAN.
import { expect, it } from 'vitest';
import { layCable } from './link-cable.ts';
import { arrive, at, type Person, reads, runRelay, sees, together } from './link-people.ts';

/** Asha sits behind a cable, ben beside the relay. */
async function setUp() {
  const relay = await runRelay();
  const cable = await layCable(relay.port);
  const asha = await arrive('asha', { relay: at(cable.port) });
  const ben = await arrive('ben', { relay: at(relay.port) });
  await together('#lobby', [asha, ben]);
  await Promise.all([sees(asha, ben), sees(ben, asha)]);
  return { relay, cable, asha, ben };
}

async function chat(asha: Person, ben: Person, from: number, to: number) {
  for (let n = from; n <= to; n++) {
    await asha.tell(ben, `asha private ${n}`);
    await asha.say('#lobby', `asha room ${n}`);
    await ben.tell(asha, `ben private ${n}`);
    await ben.say('#lobby', `ben room ${n}`);
  }
}

function heard(person: Person, words: string): number[] {
  const texts = person.texts().filter((text) => text.startsWith(words));
  return texts.map((text) => Number(text.slice(words.length)));
}

async function expectAll(asha: Person, ben: Person, count: number) {
  await Promise.all([
    reads(ben, `asha private ${count}`),
    reads(ben, `asha room ${count}`),
    reads(asha, `ben private ${count}`),
    reads(asha, `ben room ${count}`),
  ]);
  const all = Array.from({ length: count }, (_, index) => index + 1);
  expect(heard(ben, 'asha private ')).toEqual(all);
  expect(heard(ben, 'asha room ')).toEqual(all);
  expect(heard(asha, 'ben private ')).toEqual(all);
  expect(heard(asha, 'ben room ')).toEqual(all);
}

/** The client notices before the relay does: the relay sees a second login of the same person. */
it('loses nothing in an outage that the relay did not notice', async () => {
  const { cable, asha, ben } = await setUp();
  await chat(asha, ben, 1, 2);
  await reads(asha, 'ben room 2');
  cable.pull();
  await chat(asha, ben, 3, 6);
  // The relay has them, in a connection that is dead.
  await ben.event('receipt', (e) => e.state === 'relayed');
  cable.plugIn();
  await asha.session.request({ do: 'choose-relay', ...at(cable.port) });
  await asha.event('reconnected');
  await expectAll(asha, ben, 6);
});

it('sends again what only the dead connection got', async () => {
  const { cable, asha, ben } = await setUp();
  await ben.tell(asha, 'ben private 1');
  await reads(asha, 'ben private 1');
  cable.pull();
  const id = await ben.tell(asha, 'ben private 2');
  await ben.event('receipt', (e) => e.id === id && e.state === 'relayed');
  cable.plugIn();
  await asha.session.request({ do: 'choose-relay', ...at(cable.port) });
  await reads(asha, 'ben private 2');
  await ben.event('receipt', (e) => e.id === id && e.state === 'delivered');
  expect(heard(asha, 'ben private ')).toEqual([1, 2]);
});

it('shows the loss, and delivers what both wrote meanwhile, first words of a room too', async () => {
  const { cable, asha, ben } = await setUp();
  for (const person of [asha, ben]) await person.session.request({ do: 'join', room: '#ward' });
  await together('#ward', [asha, ben]);
  await chat(asha, ben, 1, 2);
  await expectAll(asha, ben, 2);
  const start = performance.now();
  cable.pull();
  const lost = asha.nextEvent('disconnected').then(() => performance.now() - start);
  const gone = ben.nextEvent('left').then(() => performance.now() - start);
  await chat(asha, ben, 3, 4);
  const times = { own: Math.round(await lost), other: Math.round(await gone) };
  await chat(asha, ben, 5, 7);
  // Nobody has spoken there: the key for it is made while one of its holders is away.
  await ben.say('#ward', 'ben ward 1');
  await ben.say('#ward', 'ben ward 2');
  cable.plugIn();
  const plugged = performance.now();
  await expectAll(asha, ben, 7);
  await reads(asha, 'ben ward 2');
  const back = Math.round(performance.now() - plugged);
  console.info(
    `loss seen after ${times.own} ms, by others ${times.other} ms; all there ${back} ms`,
  );
  expect(heard(asha, 'ben ward ')).toEqual([1, 2]);
  expect([...asha.events, ...ben.events].filter(({ type }) => type === 'gap')).toEqual([]);
});
