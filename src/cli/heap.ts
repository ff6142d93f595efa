// How much memory V8 may take: for a screen that stays open for days while lines come and go, and while files pass through.
import { setFlagsFromString } from 'node:v8';

/** Called once, at the start: V8 asks at each collection. */
export function boundHeap(): void {
  // New objects keep the room that the start gave them, about 8 MB. A busy room would make V8 take 32 MB, for good.
  setFlagsFromString('--semi-space-growth-factor=1');
  // What is old is looked through once it has grown by half (8 MB at least). By itself V8 lets lines that went long
  // ago pile up to four times what is in use.
  setFlagsFromString('--heap-growing-percent=50');
}
