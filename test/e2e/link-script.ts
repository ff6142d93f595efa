// A small lanchat for hosts in namespaces: `relay FOLDER PORT NAME`, or `person HOME NICK`, which takes commands
// as JSON lines on stdin and prints each event as one on stdout.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSession } from '../../src/client/open-session.ts';
import { advertise } from '../../src/discovery/advertise.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';

const [role, folder = '', ...parameters] = process.argv.slice(2);

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify({ at: Date.now(), ...Object(value) })}\n`);
}

function seedOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    const seed = crypto.getRandomValues(new Uint8Array(32));
    writeFileSync(path, seed);
    return seed;
  }
}

async function runRelay(port: number, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const seed = seedOf(join(folder, 'seed'));
  const relay = await startRelay({ seed, port, onEvent: (event) => print({ event: event.type }) });
  const relayIdPrefix = relay.relayId.slice(0, 16);
  const advertisement = advertise({ name, port, relayIdPrefix, onProblem: () => undefined });
  print({ event: 'serving', port: relay.port });
  process.once('SIGTERM', () => {
    void Promise.all([advertisement.close(), relay.close()]).then(() => process.exit(0));
  });
}

async function runPerson(nick: string): Promise<void> {
  const session = await openSession({
    ...SESSION_DEFAULTS,
    ...{ home: folder, nick, exclusive: true },
  });
  session.subscribe((event) => print({ event: event.type, data: event }));
  const { self } = await session.request({ do: 'snapshot' });
  print({ event: 'open', fingerprint: self.fingerprint });
  for await (const line of createInterface({ input: process.stdin })) {
    const { tag, command } = JSON.parse(line);
    const reply = await session.request(command).catch((error: unknown) => ({ error: `${error}` }));
    print({ event: `reply ${tag}`, data: reply });
  }
  await session.close();
}

if (role === 'relay') await runRelay(Number(parameters[0]), parameters[1] ?? '');
else await runPerson(parameters[0] ?? '');
