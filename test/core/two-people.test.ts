// Two people under schedules that nobody thought of (schedules/two-people.ts); more of them: `npm run torture`.
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { runTwoPeople } from './schedules/two-people.ts';

beforeAll(ready);

const SCHEDULES = Number(process.env.LANCHAT_SCHEDULES ?? 2_000);
const FIRST = Number(process.env.LANCHAT_SEED ?? 1);

describe('after any schedule has healed', () => {
  it(`everything arrived once, and old keys are gone (${SCHEDULES} schedules)`, () => {
    for (let seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
      expect(() => runTwoPeople(seed)).not.toThrow();
    }
  }, 600_000);
});
