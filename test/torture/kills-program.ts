// Kills a relay and its people outside the tests: FIRST KILLS MS, whichever takes longer. Exits 1 when a round has failed.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROUND_KILLS, RoundFailure, runKills, type Summary } from './kills.ts';

const PROGRESS_MS = 10_000;
/** While some wait, others work. */
const AT_ONCE = 3;

const [seed = 1, kills = 0, goOnMs = 0] = process.argv.slice(2).map(Number);
// All three are bundled into one folder.
const folder = dirname(fileURLToPath(import.meta.url));
const scripts = {
  relay: join(folder, 'relay-child.mjs'),
  person: join(folder, 'person-child.mjs'),
};
const startMs = performance.now();
const elapsedMs = () => performance.now() - startMs;
let toldMs = 0;

function line({ rounds, relayKills, clientKills, loadedKills, messages }: Summary): string {
  const seconds = Math.round(elapsedMs() / 1_000);
  return (
    `kills: ${rounds} rounds, ${relayKills} kills of relays and ${clientKills} of clients ` +
    `(${loadedKills} under way), ${messages} messages, ${seconds} s`
  );
}

try {
  const sum = await runKills({
    ...{ scripts, seed },
    atOnce: goOnMs > 0 ? AT_ONCE : Math.min(AT_ONCE, Math.ceil(kills / ROUND_KILLS)),
    goesOn: ({ relayKills, clientKills }) =>
      Math.min(relayKills, clientKills) < kills || elapsedMs() < goOnMs,
    onRound(soFar) {
      if (elapsedMs() - toldMs < PROGRESS_MS) return;
      toldMs = elapsedMs();
      console.log(line(soFar));
    },
  });
  console.log(`${line(sum)}: all held`);
} catch (error) {
  if (!(error instanceof RoundFailure)) throw error;
  console.log(error.message);
  console.log(`again: npm run torture -- kills --seed ${error.seed} --count 1`);
  process.exitCode = 1;
}
