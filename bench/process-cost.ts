// What another process has used, as Linux counts it. Elsewhere it is unknown.
import { readFileSync } from 'node:fs';
import { pause } from './bench.ts';

/** Linux counts in ticks of 10 ms on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;
const KIB = 1_024;

export const canSeeProcesses = process.platform === 'linux';

/** Seconds of CPU, its own and the system's for it. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in bytes. */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB;
}

/** The most that was ever resident, in bytes. */
export function peakResidentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB;
}

/** Resident memory once it has not changed by 1 % for a second, or after 30 s. */
export async function settledResidentBytes(pid: number): Promise<number> {
  let before = residentBytes(pid);
  for (let second = 0; second < 30; second++) {
    await pause(1_000);
    const now = residentBytes(pid);
    if (Math.abs(now - before) < before / 100) return now;
    before = now;
  }
  return before;
}
