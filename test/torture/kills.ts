// Rounds of kills, several at a time, until enough have died. Each in a folder that is gone after it, unless it failed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RoundResult, runRound } from './round.ts';
import type { Faults, Scripts } from './world.ts';

/** Of the relay, and of the clients, in each round: some seconds. */
const ROUND_KILLS = 20;
/** One waits where another works. */
const ROUNDS_AT_ONCE = Number(process.env.TR ?? 3);

export interface KillsOptions {
  readonly scripts: Scripts;
  readonly faults?: Faults;
  /** Of the first round; each has the next. */
  readonly seed: number;
  /** Whether, after these results, another round is to begin. */
  readonly goesOn: (sum: Summary) => boolean;
  readonly onRound?: (sum: Summary) => void;
}

export interface Summary extends RoundResult {
  readonly rounds: number;
}

/** What a round found, and where its databases still are. */
export class RoundFailure extends Error {
  readonly seed: number;
  readonly folder: string;

  constructor(seed: number, folder: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`round ${seed}: ${why}`, { cause });
    this.seed = seed;
    this.folder = folder;
  }
}

/** Rejects with the first RoundFailure; rounds under way then end first. */
export async function runKills(options: KillsOptions): Promise<Summary> {
  let sum: Summary = {
    ...{ rounds: 0, relayKills: 0, clientKills: 0, loadedKills: 0, messages: 0 },
  };
  let seed = options.seed;
  let failure: unknown = null;
  const work = async () => {
    while (failure === null && options.goesOn(sum)) {
      try {
        sum = added(sum, await oneRound(options, seed++));
        options.onRound?.(sum);
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, work));
  if (failure !== null) throw failure;
  return sum;
}

async function oneRound(options: KillsOptions, seed: number): Promise<RoundResult> {
  const { scripts, faults = { relay: 'none', person: 'none' } } = options;
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-torture-'));
  try {
    const result = await runRound({ seed, kills: ROUND_KILLS, scripts, faults, folder });
    rmSync(folder, { recursive: true, force: true });
    return result;
  } catch (error) {
    throw new RoundFailure(seed, folder, error);
  }
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
