// What the screen costs: to start with a long past, for a key, for doing nothing, for 50 messages a second.
import type { Bench } from './bench.ts';
import type { Report } from './report.ts';
import { measureKeys } from './screen-keys.ts';
import { measureLongStart } from './screen-start.ts';
import { measureTraffic } from './screen-traffic.ts';

export async function measureScreen(bench: Bench): Promise<Report> {
  const starts = await measureLongStart(bench);
  const keys = await measureKeys(bench);
  const traffic = await measureTraffic(bench);
  return {
    rows: [...starts, ...keys, ...traffic.rows],
    skipped: traffic.skipped,
    notes: [
      'idle: an open screen that is connected to a relay and that nobody writes to',
      'irssi and weechat are idle in a channel, and hear the same over an IRC server in this process',
    ],
  };
}
