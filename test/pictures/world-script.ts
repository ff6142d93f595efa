// Loaded into lanchat before itself (`node --import`) where its pictures are made: a clock that stands where it is
// put, one network, and a name for the relay. The program itself is as it is.
import dns from 'node:dns';
import { openSync, readSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { CLOCK_BYTES, RELAY_ADDRESS, RELAY_NAME, readWorld } from './world.ts';

const { clockFile } = readWorld();
const clock = openSync(clockFile, 'r');
const digits = Buffer.alloc(CLOCK_BYTES);

function nowMs(): number {
  readSync(clock, digits, 0, CLOCK_BYTES, 0);
  return Number(digits.toString('latin1'));
}

const RealDate = Date;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget),
  get: (target, name, receiver) => (name === 'now' ? nowMs : Reflect.get(target, name, receiver)),
});

const lookup = dns.lookup;
dns.lookup = new Proxy(lookup, {
  apply: (target, self, [name, ...rest]) =>
    Reflect.apply(target, self, [name === RELAY_NAME ? RELAY_ADDRESS : name, ...rest]),
});

os.networkInterfaces = () => ({
  lan: [
    {
      ...{ address: '10.0.0.7', netmask: '255.255.255.0', family: 'IPv4', cidr: '10.0.0.7/24' },
      ...{ mac: '02:00:00:00:00:07', internal: false },
    },
  ],
});
syncBuiltinESMExports();
