// A relay in a process of its own, for tests that give it a small disk: prints what it has to tell, line by line.
import { rmSync } from 'node:fs';
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
  if (event.type === 'storage' || event.type === 'unreadable') print(event);
  if (event.type === 'fault') print({ type: 'fault', message: String(event.error) });
}

const database = await openRelayDatabase(path);
const relay = await startRelay({
  seed: new Uint8Array(32).fill(9),
  port: 0,
  host: '127.0.0.1',
  database,
  onEvent: tell,
});
print({ type: 'port', port: relay.port });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'room') rmSync(ballast);
  if (line === 'close') break;
}
const check = database.prepare('PRAGMA integrity_check').get()?.integrity_check;
await relay.close();
print({ type: 'closed', check });
process.exit(0);
