// What is the same in every run in which pictures are made: the time, the names, where the relay is.
import { writeFileSync } from 'node:fs';

/** Milliseconds since 1970, in decimal digits, until far after 2026. */
export const CLOCK_BYTES = 13;
/** As people name it. */
export const RELAY_NAME = 'school.lan';
/** Where it is: on loopback, where hardly anything else listens. */
export const RELAY_ADDRESS = '127.7.17.1';
export const RELAY_PORT = 7717;

const CLOCK_FILE = 'LANCHAT_PICTURES_CLOCK';

export function readWorld(): { readonly clockFile: string } {
  const clockFile = process.env[CLOCK_FILE];
  if (clockFile === undefined) throw new Error(`${CLOCK_FILE} is not set`);
  return { clockFile };
}

/** `file`: the clock of all who have this environment. `script`: world-script.ts, bundled. */
export function worldEnvironment(file: string, script: URL): Readonly<Record<string, string>> {
  return { [CLOCK_FILE]: file, NODE_OPTIONS: `--import ${script.href}`, TZ: 'UTC' };
}

/** Puts the clock at a time of one day, `HH:MM` in UTC, and so many seconds. */
export function setClock(file: string, time: string, seconds: number): void {
  const ms = Date.parse(`2026-03-12T${time}:00.000Z`) + seconds * 1_000;
  // In place and in one write: who reads meanwhile sees the old time or the new one.
  writeFileSync(file, String(ms).padStart(CLOCK_BYTES, '0'), { flag: 'r+' });
}
