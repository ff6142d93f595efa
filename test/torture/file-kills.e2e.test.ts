// kill -9 of a relay, of who sends files and of who receives them, at random instants: each lands once and whole (file-round.ts).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { FileRound, type FileRoundResult } from './file-round.ts';
import { hashOf, judgeFolder } from './file-verdict.ts';
import type { PersonFault } from './reports.ts';
import type { Scripts } from './world.ts';

/** LANCHAT_FILE_KILLS: as many, for as long as they take. */
const LONG = Number(process.env.LANCHAT_FILE_KILLS ?? 0);
const KILLS = LONG > 0 ? LONG : 12;
/** On a machine that is slow, or busy, as many as come until then. */
const ENOUGH_MS = LONG > 0 ? Number.POSITIVE_INFINITY : 30_000;
const SEED = Number(process.env.LANCHAT_SEED ?? 1);
/** A meeting that somebody who was killed has named is waited at for a minute. */
const SETTLING_MS = 75_000;
/** What is to be found out need not be waited for as long. */
const CONTROL_SETTLING_MS = 15_000;

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

/** Leaves its folder, with all that was reported in `log.txt`, where something did not hold. */
async function round(kills: number, fault: PersonFault): Promise<FileRoundResult> {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-torture-'));
  const settlingMs = fault === 'none' ? SETTLING_MS : CONTROL_SETTLING_MS;
  const made = new FileRound({ scripts, folder, fault, seed: SEED, settlingMs });
  const startMs = performance.now();
  try {
    const result = await made.run(kills, () => performance.now() - startMs < ENOUGH_MS);
    await made.world.close();
    rmSync(folder, { recursive: true });
    return result;
  } catch (error) {
    await made.world.close();
    writeFileSync(join(folder, 'log.txt'), made.world.chronicle.text);
    if (!(error instanceof Error)) throw error;
    error.message = `${error.message}\nits folders and its log are in ${folder}`;
    if (fault !== 'none') rmSync(folder, { recursive: true });
    throw error;
  }
}

describe('kill -9 while files are on their way', () => {
  it('loses none, lands each once and whole, and leaves nothing beside them', async () => {
    const { kills, loadedKills, files } = await round(KILLS, 'none');
    console.log(`${kills} kills (${loadedKills} under way), ${files} files`);
    expect(files).toBeGreaterThan(kills / 4);
    expect(loadedKills).toBeGreaterThan(0);
  }, 3_600_000);

  it('Control: a reader who forgets what has landed is found out', async () => {
    // Whichever of the two shows first.
    const found = /landed twice|did not come/;
    await expect(round(4 * KILLS, 'keeps-no-state')).rejects.toThrow(found);
  }, 200_000);
});

describe('a folder that files have landed in', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const expected = new Map([['a.bin', hashOf(bytes)]]);

  function folder(names: readonly string[], content = bytes): string {
    const path = mkdtempSync(join(tmpdir(), 'lanchat-torture-'));
    for (const name of names) writeFileSync(join(path, name), content);
    return path;
  }

  it.each([
    ['one twice', ['a.bin', 'a (2).bin'], bytes, /landed twice/],
    ['none', [], bytes, /did not land/],
    ['another content', ['a.bin'], new Uint8Array([1, 2]), /damaged/],
    ['what was left over', ['a.bin', '.lanchat-0.part'], bytes, /left over/],
    ['each once', ['a.bin'], bytes, null],
  ])('with %s is judged so', (_what, names, content, why) => {
    const path = folder(names, content);
    try {
      if (why === null) judgeFolder(path, expected);
      else expect(() => judgeFolder(path, expected)).toThrow(why);
    } finally {
      rmSync(path, { recursive: true });
    }
  });
});
