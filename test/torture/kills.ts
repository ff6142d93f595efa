// Rounds of kills, several at a time, until enough have died.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Round, type RoundResult } from './round.ts';
import { type Faults, type Scripts, World } from './world.ts';

/** Of the relay, and of the people, in each round. */
export const ROUND_KILLS = 20;
const SETTLING_MS = 60_000;

export interface KillsOptions {
  readonly scripts: Scripts;
  readonly faults?: Faults;
  /** Of the first round; each has the next. */
  readonly seed: number;
  /** Rounds at a time: while some wait, others work. */
  readonly atOnce: number;
  /** Whether, after these results, another round is to begin, and those under way are to go on. */
  readonly goesOn: (sum: Summary) => boolean;
  readonly settlingMs?: number;
  readonly onRound?: (sum: Summary) => void;
}

export interface Summary extends RoundResult {
  readonly rounds: number;
}

/** What a round found. Its folder is left, with the databases and `log.txt`: all that was reported, and the kills. */
export class RoundFailure extends Error {
  readonly seed: number;
  readonly folder: string;

  constructor(seed: number, folder: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`round ${seed}: ${why}\nits databases and its log are in ${folder}`, { cause });
    this.seed = seed;
    this.folder = folder;
  }
}

/** Rejects with the first RoundFailure, once the rounds under way have come to their end too. */
export async function runKills(options: KillsOptions): Promise<Summary> {
  let sum: Summary = {
    ...{ rounds: 0, relayKills: 0, clientKills: 0, loadedKills: 0, messages: 0 },
  };
  let seed = options.seed;
  let failure: unknown = null;
  const work = async () => {
    while (failure === null && options.goesOn(sum)) {
      try {
        const goesOn = () => failure === null && options.goesOn(sum);
        const result = await runRound({ ...options, goesOn }, seed++);
        sum = added(sum, result);
        options.onRound?.(sum);
      } catch (error) {
        // One is enough to look into.
        if (failure !== null && error instanceof RoundFailure) remove(error.folder);
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, work));
  if (failure !== null) throw failure;
  return sum;
}

type RoundContext = Omit<KillsOptions, 'goesOn'> & { readonly goesOn: () => boolean };

async function runRound(options: RoundContext, seed: number): Promise<RoundResult> {
  const { scripts, faults = { relay: 'none', person: 'none' } } = options;
  const { settlingMs = SETTLING_MS, goesOn } = options;
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-torture-'));
  const world = new World({ scripts, faults, folder });
  try {
    const result = await new Round(world, { seed, settlingMs }).run(ROUND_KILLS, goesOn);
    await world.close();
    remove(folder);
    return result;
  } catch (error) {
    await world.close();
    writeFileSync(join(folder, 'log.txt'), world.chronicle.text);
    throw new RoundFailure(seed, folder, error);
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function added(sum: Summary, result: RoundResult): Summary {
  return {
    rounds: sum.rounds + 1,
    relayKills: sum.relayKills + result.relayKills,
    clientKills: sum.clientKills + result.clientKills,
    loadedKills: sum.loadedKills + result.loadedKills,
    messages: sum.messages + result.messages,
  };
}
