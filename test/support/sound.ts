// Programs that stand for a microphone and a loudspeaker, a clock that doesn't wait, and the thread of the codec as it is built.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { bytesOf } from '../../src/media/pcm.ts';
import type { SoundHost } from '../../src/media/sound-host.ts';
import { type BundledScript, bundleScript } from './bundle.ts';

export interface SoundRoom {
  readonly folder: string;
  /** A file in it. */
  file(name: string, contents: Uint8Array): string;
  /** `recorder`, `player`: command lines; without them there is neither. */
  host(programs?: { recorder?: string; player?: string; worker?: URL }): SoundHost;
  remove(): void;
}

/** Where a test's files lie, and what stands for the machine. */
export async function soundRoom(): Promise<SoundRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-sound-'));
  const script: BundledScript = await bundleScript('src/media/opus-worker.ts');
  const worker = pathToFileURL(script.path);
  return {
    folder,
    file: (name, contents) => {
      writeFileSync(join(folder, name), contents);
      return join(folder, name);
    },
    host: ({ recorder, player, worker: other = worker } = {}) => {
      let nowMs = 0;
      return {
        platform: 'linux',
        env: { LANCHAT_RECORDER: recorder, LANCHAT_PLAYER: player },
        opus: { worker: other, timeoutMs: 10_000 },
        now: () => nowMs,
        sleep: async (ms) => {
          nowMs += ms;
          await setImmediate();
        },
      };
    },
    remove: () => {
      script.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A line that runs JavaScript in a program of its own. No quotes of the double kind in it. */
export function nodeLine(code: string): string {
  return `"${process.execPath}" -e "const fs = require('fs'); ${code}"`;
}

/** Speaks once, as fast as it is listened to; then does as it is told. */
export function microphone(file: string, then = ''): string {
  return nodeLine(`process.stdout.write(fs.readFileSync('${file}'), () => { ${then} });`);
}

export const STAYS_OPEN = 'setInterval(() => {}, 1e6);';

/** Goes on for ever. */
export function endlessMicrophone(file: string): string {
  return nodeLine(
    `const sound = fs.readFileSync('${file}'); const go = () => process.stdout.write(sound, go); go();`,
  );
}

/** Writes what it hears to a file, each time it is started behind the last. */
export function loudspeaker(file: string): string {
  return nodeLine(`process.stdin.pipe(fs.createWriteStream('${file}', { flags: 'a' }));`);
}

export function rawSound(samples: Int16Array): Uint8Array {
  return bytesOf(samples);
}
