// A relay that is killed: DATABASE PORT FAULT [FILEBYTES]. Says when it listens, and whether the one before left a whole database.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RelayEvent } from '../../src/relay/events.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { flipBits } from './broken-store.ts';
import { reportLine } from './report-line.ts';
import type { RelayReport } from './reports.ts';

const [path = '', port = '0', fault = 'none', fileBytes = '0'] = process.argv.slice(2);

function report(line: RelayReport): void {
  reportLine(line);
}

/** The rest are everyday comings and goings. */
function tell(event: RelayEvent): void {
  if (event.type === 'fault') {
    report({ type: 'event', event: { ...event, error: `${event.error}` } });
  }
  if (event.type === 'storage' || event.type === 'unreadable' || event.type === 'dropped') {
    report({ type: 'event', event });
  }
}

if (fault === 'flips-bits' && existsSync(path)) {
  // What is in the WAL only is checked there, and left out where it is damaged.
  (await openRelayDatabase(path)).close();
  flipBits(path);
}
const database = await openRelayDatabase(fault === 'keeps-nothing' ? null : path);
const isWhole = database.prepare('PRAGMA integrity_check').get()?.integrity_check === 'ok';
/** Absent, none are kept. */
const files = { folder: join(dirname(path), 'files'), bytes: Number(fileBytes) };
const relay = await startRelay({
  seed: new Uint8Array(32).fill(9),
  port: Number(port),
  host: '127.0.0.1',
  database,
  ...(fileBytes === '0' ? {} : { files, limits: { diskLeftBytes: 0 } }),
  onEvent: tell,
});
report({ type: 'listening', port: relay.port, isWhole });
// Whoever started it is gone.
process.stdin.resume().once('end', () => process.exit());
