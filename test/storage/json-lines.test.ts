import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readJsonLines, writeJsonLine } from '../../src/storage/json-lines.ts';

/** Two ends of one connection. */
async function connected(): Promise<[net.Socket, net.Socket]> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  const ours = net.connect(address.port, '127.0.0.1');
  const theirs = await accepted;
  server.close();
  for (const socket of [ours, theirs]) {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  }
  return [ours, theirs];
}

function ended(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

test('reads each value that was written, however the bytes were cut', async () => {
  const [ours, theirs] = await connected();
  const seen: unknown[] = [];
  readJsonLines(theirs, 100, (value) => seen.push(value));
  const bytes = Buffer.from('{"a":"\\n é\u2028"}\nnonsense\n\n[1]\n{"never":"ended"');
  for (const byte of bytes) ours.write(Uint8Array.of(byte));
  ours.end();
  await ended(theirs);
  expect(seen).toEqual([{ a: '\n é\u2028' }, undefined, undefined, [1]]);
});

test('ends a connection on a line that is too long, ended or not, and reads nothing after it', async () => {
  for (const end of ['\n"after"\n', '']) {
    const [ours, theirs] = await connected();
    const seen: unknown[] = [];
    readJsonLines(theirs, 10, (value) => seen.push(value));
    ours.write(`"before"\n"${'x'.repeat(10)}"${end}`);
    await ended(theirs);
    expect(seen).toEqual(['before']);
  }
});

test('reads nothing more once its reader has ended the connection', async () => {
  const [ours, theirs] = await connected();
  const seen: unknown[] = [];
  readJsonLines(theirs, 10, (value) => {
    seen.push(value);
    theirs.destroy();
  });
  ours.write('1\n2\n');
  await ended(theirs);
  expect(seen).toEqual([1]);
});

test('lets go of a process that does not read', async () => {
  const [ours, theirs] = await connected();
  theirs.pause();
  const value = { text: 'x'.repeat(1024 * 1024) };
  for (let count = 0; count < 64 && !ours.destroyed; count++) writeJsonLine(ours, value);
  expect(ours.destroyed).toBe(true);
  writeJsonLine(ours, value);
});
