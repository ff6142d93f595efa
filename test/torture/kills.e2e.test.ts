// kill -9 of a relay and of people who write, at random instants: what was reported is so (round.ts).
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { RoundFailure, runKills } from './kills.ts';
import type { Faults, Scripts } from './world.ts';

const KILLS = 200;
/** On a machine that is slow, or busy, as many as come until then. */
const ENOUGH_MS = 75_000;
const SEED = Number(process.env.LANCHAT_SEED ?? 1);

let bundles: BundledScript[];
let scripts: Scripts;

beforeAll(async () => {
  const [relay, person] = await Promise.all([
    bundleScript('test/torture/relay-child.ts'),
    bundleScript('test/torture/person-child.ts'),
  ]);
  bundles = [relay, person];
  scripts = { relay: relay.path, person: person.path };
});
afterAll(() => {
  for (const bundle of bundles) bundle.remove();
});

describe('kill -9 at random instants', () => {
  it('loses nothing that was reported, shows nothing twice, and keeps order', async () => {
    const startMs = performance.now();
    const isTime = () => performance.now() - startMs < ENOUGH_MS;
    const { relayKills, clientKills, loadedKills, messages } = await runKills({
      ...{ scripts, seed: SEED, atOnce: 3 },
      goesOn: (sum) => Math.min(sum.relayKills, sum.clientKills) < KILLS && isTime(),
    });
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    console.log(
      `${relayKills} kills of relays, ${clientKills} of clients, ${messages} messages, ${seconds} s`,
    );
    expect(loadedKills).toBeGreaterThan((relayKills + clientKills) / 2);
  }, 300_000);
});

/** What the first round that fails has found; null where three hold. */
async function findFault(fault: Partial<Faults>): Promise<string | null> {
  const faults = { ...({ relay: 'none', person: 'none' } as const), ...fault };
  const limits = { atOnce: 1, settlingMs: 15_000 };
  try {
    const goesOn = ({ rounds }: { readonly rounds: number }) => rounds < 3;
    await runKills({ scripts, seed: SEED, faults, ...limits, goesOn });
    return null;
  } catch (error) {
    if (!(error instanceof RoundFailure)) throw error;
    rmSync(error.folder, { recursive: true });
    return error.message;
  }
}

const LOSS = /lost|twice|did not arrive|never sent|"gap"|"forged"/;

describe('a run of kills notices', () => {
  it.concurrent.each<readonly [string, Partial<Faults>, RegExp]>([
    ['a client that tells before it has stored', { person: 'commits-late' }, LOSS],
    ['a client that forgets where it stood', { person: 'keeps-no-state' }, LOSS],
    ['a client with a damaged database', { person: 'flips-bits' }, /damaged/],
    ['a relay that keeps nothing', { relay: 'keeps-nothing' }, LOSS],
    ['a relay with a damaged database', { relay: 'flips-bits' }, /damaged/],
  ])(
    '%s',
    async (_what, fault, why) => {
      expect(await findFault(fault)).toMatch(why);
    },
    200_000,
  );
});
