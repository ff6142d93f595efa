// The random schedule of a private room (schedules/five-in-a-room.ts): `npm run torture` goes on for hours.
import { beforeAll, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { runFiveInARoom } from './schedules/five-in-a-room.ts';

beforeAll(ready);

const STEPS = Number(process.env.LANCHAT_STEPS ?? 10_000);
const SEED = Number(process.env.LANCHAT_SEED ?? 1);

it(`agrees on members and messages over ${STEPS} steps, and nobody reads what they must not`, () => {
  const compared = runFiveInARoom(SEED, STEPS);
  expect(compared.read).toBeGreaterThan(STEPS / 20);
  expect(compared.operations).toBeGreaterThan(STEPS / 40);
}, 600_000);
