// A relay in a process of its own, for tests that give it a small disk: prints what it has to tell, line by line.
import { appendFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RelayEvent } from '../../src/relay/events.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';

const [path = '', ballast = ''] = process.argv.slice(2);

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** What a test waits for; the rest would only be in the way. */
function tell(event: RelayEvent): void {
  if (event.type === 'storage' || event.type === 'unreadable' || event.type === 'files')
    print(event);
  if (event.type === 'fault') print({ type: 'fault', message: String(event.error) });
}

/** Takes what the disk has left. */
function fill(): void {
  try {
    for (;;) appendFileSync(ballast, Buffer.alloc(64 * 1024));
  } catch {
    print({ type: 'filled' });
  }
}

const database = await openRelayDatabase(path);
const relay = await startRelay({
  seed: new Uint8Array(32).fill(9),
  port: 0,
  host: '127.0.0.1',
  database,
  files: { folder: join(dirname(path), 'files'), bytes: 1024 ** 3 },
  limits: { diskLeftBytes: 0, chunksASync: 8 },
  onEvent: tell,
});
print({ type: 'port', port: relay.port });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'room') rmSync(ballast);
  if (line === 'fill') fill();
  if (line === 'close') break;
}
const check = database.prepare('PRAGMA integrity_check').get()?.integrity_check;
await relay.close();
print({ type: 'closed', check });
process.exit(0);
