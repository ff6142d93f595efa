// Small things done with files of this machine: what was made only to be sent, and nobody knows of, does not stay.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sweepOrphans } from '../../src/files/known-file.ts';

const DAY_S = 24 * 60 * 60;

it('what lies for over a day and nobody knows of is taken away, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = (name: string, ageS: number) => {
    const path = join(folder, name);
    writeFileSync(path, name);
    const atS = Date.now() / 1_000 - ageS;
    utimesSync(path, atS, atS);
    return path;
  };
  const known = made('known', 2 * DAY_S);
  made('fresh', DAY_S / 2);
  made('orphan', 2 * DAY_S);
  mkdirSync(join(folder, 'a folder'));
  symlinkSync(known, join(folder, 'a link'));
  await sweepOrphans(folder, new Set([known]));
  expect(readdirSync(folder).sort()).toEqual(['a folder', 'a link', 'fresh', 'known']);
  await sweepOrphans(join(folder, 'not there'), new Set());
});
