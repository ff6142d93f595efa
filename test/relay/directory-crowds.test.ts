// A full directory, and crowds of made-up people: who is forgotten for whom.
import { beforeAll, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { peerPrefix } from '../../src/protocol/ids.ts';
import { BYTES, card, comeAndGo, enter, loginOf, machine } from './people.ts';
import { openStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;

beforeAll(ready);

it.each([
  ['one machine pushes out itself', () => machine(66), [1, 2, 3]],
  ['the same machine pushes out itself', () => machine(1), [1, 2, 3]],
  ['machines of their own pushes out everybody', (n: number) => machine(n), []],
])('a crowd of made-up people from %s', async (_name, machineOf, left) => {
  const { stores, clock, commit } = await openStores({ limits: { people: 20 } });
  const { directory, mailbox } = stores;
  for (const number of [1, 2, 3]) comeAndGo(directory, card(number), BYTES, machine(1));
  commit();
  for (let number = 100; number < 200; number++) {
    clock.advance(1_000);
    comeAndGo(directory, card(number), BYTES, machineOf(number));
    // With mail for each of them, which keeps nobody from being forgotten where the crowd is.
    const [recipient, token] = [peerPrefix(card(number).id), machine(number)];
    const mail = { recipient, sender: machine(1), source: machine(1), token, ttlMs: DAY_MS };
    mailbox.store({ ...mail, frame: Buffer.alloc(40) }, () => {});
    commit();
  }
  expect([1, 2, 3].filter((n) => directory.knows(peerPrefix(card(n).id)))).toEqual(left);
});

it('a crowd that is connected at once pushes out nobody beside it either', async () => {
  const { stores, commit } = await openStores({ limits: { people: 5 } });
  const { directory } = stores;
  for (const number of [1, 2, 3]) comeAndGo(directory, card(number));
  commit();
  const logins = Array.from({ length: 20 }, (_, n) => loginOf(enter(directory, card(100 + n))));
  for (const login of logins) directory.arrive(login);
  commit();
  const known = (numbers: readonly number[]) =>
    numbers.filter((n) => directory.knows(peerPrefix(card(n).id))).length;
  expect(known([1, 2, 3])).toBe(3);
  const crowd = logins.map((_, n) => 100 + n);
  expect(known(crowd)).toBe(20);
  for (const login of logins) directory.leave(login);
  commit();
  expect([known([1, 2, 3]), known(crowd)]).toEqual([3, 2]);
});
