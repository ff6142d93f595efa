// A process of its own for tests: does what its first argument says and prints a line of JSON for each result.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { ready } from '../../src/crypto/sodium.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { createIdentity, readIdentity } from '../../src/storage/identity-file.ts';
import { Pins } from '../../src/storage/pins-file.ts';
import { openPrivateFolder } from '../../src/storage/profile-folder.ts';
import { acquireProfile, acquireRelayFolder } from '../../src/storage/profile-lock.ts';
import { RecordSeal } from '../../src/storage/record-seal.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

function print(result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function printError(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
  print({ code: error.code, path: error.path, message: error.message });
}

/** Owns the folder until it is told to close or killed; answers each connection with its pid. */
async function lock(folder: string, which: string): Promise<void> {
  const met = await (which === 'relay' ? acquireRelayFolder(folder) : acquireProfile(folder));
  print({ kind: met.kind, pid: met.pid });
  if (met.kind === 'owned') {
    met.connection.destroy();
    return;
  }
  met.accept((connection) => connection.end(String(process.pid)));
  process.stdin.once('data', () => {
    met.close();
    process.stdin.pause();
    print({ kind: 'closed' });
  });
}

/** Owns the folder several times over; the log shows every coming and going. Dies as an owner, at times. */
async function churn(folder: string, times: number, seed: number): Promise<void> {
  const log = join(folder, 'owners.log');
  for (let owned = 0; owned < times; ) {
    const met = await acquireProfile(folder);
    if (met.kind === 'owned') {
      met.connection.destroy();
      continue;
    }
    owned++;
    appendFileSync(log, `in ${process.pid}\n`);
    await new Promise(setImmediate);
    appendFileSync(log, `out ${process.pid}\n`);
    if (owned === times && seed % 2 === 0) process.kill(process.pid, 'SIGKILL');
    met.close();
  }
}

function identityOf(digit: string) {
  return {
    id: PeerId.fromBytes(new Uint8Array(32).fill(Number(digit))),
    sealedSeed: new Uint8Array(72).fill(Number(digit)),
    nick: `n${digit}`,
    cardSeq: 0n,
    bundleSeq: 0n,
    createdMs: 1,
  };
}

/** Saves ever more people until the disk is full, then says what is on it. */
async function fillDisk(folder: string): Promise<void> {
  const faults: StorageError[] = [];
  await ready();
  const seal = new RecordSeal(new Uint8Array(32));
  const options = { seal, onFault: (error: StorageError) => faults.push(error) };
  const pins = await Pins.open(folder, options);
  try {
    for (let saved = 0; saved < 5_000; saved += 50) {
      for (let index = saved; index < saved + 50; index++) pins.see(personOf(index), 1);
      await pins.flush();
      print({ saved: saved + 50 });
    }
  } catch (error) {
    printError(error);
  }
  const onDisk = await Pins.open(folder, options);
  print({ onDisk: onDisk.all().length });
  await createIdentity(folder, identityOf('1')).then(() => print({ created: true }), printError);
  print({ identity: (await readIdentity(folder))?.nick ?? null });
}

function personOf(index: number) {
  const id = new Uint8Array(32);
  new DataView(id.buffer).setUint32(0, index);
  return { id: PeerId.fromBytes(id), ed25519: id, x25519: id, nick: `nick ${index}` };
}

const [, , action, folder = '', ...rest] = process.argv;
try {
  switch (action) {
    case 'lock':
      await lock(folder, rest[0] ?? 'profile');
      break;
    case 'churn':
      await churn(folder, Number(rest[0]), Number(rest[1]));
      break;
    case 'create-identity':
      print({ id: (await createIdentity(folder, identityOf(rest[0] ?? '1'))).id });
      break;
    case 'read-identity':
      print({ id: (await readIdentity(folder))?.id ?? null });
      break;
    case 'open-folder':
      print({ problems: await openPrivateFolder(folder) });
      break;
    case 'fill-disk':
      await fillDisk(folder);
      break;
    default:
      throw new Error(`unknown action ${action}`);
  }
} catch (error) {
  printError(error);
}
