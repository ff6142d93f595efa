/**
 * Runs one part of discovery in a process of its own and prints what happens as JSON lines. Its
 * `advertise` also accepts TCP connections, as a relay does.
 */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { advertise } from '../../src/discovery/advertise.ts';
import { browse } from '../../src/discovery/browse.ts';
import { diagnose } from '../../src/discovery/diagnose.ts';
import { MDNS_GROUP, MDNS_PORT } from '../../src/discovery/mdns-socket.ts';

const [command, ...parameters] = process.argv.slice(2);

function print(event: string, data: unknown): void {
  process.stdout.write(`${JSON.stringify({ event, data })}\n`);
}

// Forged responses: thousands of relays, giant TXT strings, pointer loops, cut packets and noise.
async function flood(packets: number): Promise<void> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind(0);
  await once(socket, 'listening');
  for (let i = 0; i < packets; i += 1) {
    const packet = forge(i);
    await new Promise((sent) => socket.send(packet, MDNS_PORT, MDNS_GROUP, sent));
  }
  socket.close();
}

function forge(number: number): Buffer {
  const id = number.toString(16).padStart(16, '0');
  const instance = dnsName(`lanchat-${id}._lanchat._tcp.local`);
  const giant = Buffer.concat(Array.from({ length: 4 }, () => Buffer.alloc(256, 0xff)));
  const text = Buffer.concat([`v=1`, `id=${id}`, `n=${number}`].map(dnsLabel));
  const service = Buffer.concat([Buffer.from([0, 0, 0, 0, 0x1e, 0x25]), dnsName('x.local')]);
  const packet = Buffer.concat([
    Buffer.from([0, 0, 0x84, 0, 0, 0, 0, 3, 0, 0, 0, 0]),
    dnsRecord(dnsName('_lanchat._tcp.local'), 12, instance),
    dnsRecord(instance, 33, service),
    dnsRecord(instance, 16, number % 5 === 1 ? giant : text),
  ]);
  switch (number % 5) {
    case 2:
      return packet.subarray(0, number % packet.length);
    case 3: {
      const noise = randomBytes(12 + (number % 1400));
      return Buffer.concat([packet.subarray(0, 12), noise]);
    }
    case 4: {
      const loop = Buffer.from(packet);
      loop.writeUInt16BE(0xc00c, 12);
      loop.writeUInt16BE(0xffff, 6);
      return loop;
    }
    default:
      return packet;
  }
}

function dnsRecord(name: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(120, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([name, fixed, data]);
}

function dnsName(name: string): Buffer {
  return Buffer.concat([...name.split('.').map(dnsLabel), Buffer.from([0])]);
}

function dnsLabel(text: string): Buffer {
  return Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
}

const onProblem = (problem: unknown) => print('problem', problem);

switch (command) {
  case 'advertise': {
    const [relayIdPrefix = '', name = '', port = '7717'] = parameters;
    const advertisement = advertise({ name, port: Number(port), relayIdPrefix, onProblem });
    const server = createServer((socket) => socket.destroy());
    server.listen(Number(port), () => print('advertising', relayIdPrefix));
    process.once('SIGTERM', () => {
      server.close();
      void advertisement.close().then(() => print('closed', null));
    });
    break;
  }
  case 'browse': {
    const browser = browse({
      onUp: (hint) => print('up', hint),
      onDown: (hint) => print('down', hint),
      onProblem,
    });
    process.on('SIGUSR2', () => print('memory', process.memoryUsage()));
    print('browsing', null);
    process.once('SIGTERM', () => browser.close());
    break;
  }
  case 'diagnose': {
    const [host, port] = parameters;
    const relay = host === undefined ? {} : { relay: { host, port: Number(port) } };
    for await (const finding of diagnose({ ...relay, waitMs: 1_500 })) print('finding', finding);
    break;
  }
  case 'flood':
    await flood(Number(parameters[0]));
    break;
  default:
    throw new Error(`unknown command ${command}`);
}
