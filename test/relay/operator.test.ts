// What the operator does: start, look, kick, announce, shut down.
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyAnnouncement } from '../../src/crypto/login.ts';
import { ListenError } from '../../src/relay/listening.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';
import { directBlob, sealed } from './blobs.ts';
import { endOf, runRelay } from './running-relay.ts';

describe('listening', () => {
  it('says which fault keeps it from listening', async () => {
    const { port } = await runRelay();
    const inUse = await runRelay({ port }).catch((error: unknown) => error);
    expect(inUse).toBeInstanceOf(ListenError);
    expect(inUse).toMatchObject({ code: 'port-in-use', cause: { code: 'EADDRINUSE' } });
    const elsewhere = runRelay({ host: '192.0.2.1' });
    await expect(elsewhere).rejects.toMatchObject({ code: 'address-not-here' });
  });

  it('shows another certificate at each start and the same key', async () => {
    const shown = async () => {
      const running = await runRelay();
      const client = await running.connect();
      const fingerprint = client.socket.getPeerCertificate().fingerprint256;
      await client.hello({ minVersion: 1, maxVersion: 1, nonce: new Uint8Array(32) });
      return { fingerprint, id: client.relayId };
    };
    const [first, second] = [await shown(), await shown()];
    expect(first.id).toBe(second.id);
    expect(first.fingerprint).not.toBe(second.fingerprint);
  });
});

describe('kick and announce', () => {
  it('ends the connection of the one whose fingerprint begins so', async () => {
    const { login, relay, event } = await runRelay();
    const [asha, bo] = [await login(1), await login(2)];
    const { id } = numberedIdentity(1);
    expect(relay.kick('ff'.repeat(32))).toEqual({ outcome: 'unknown-peer' });
    expect(relay.kick('')).toMatchObject({ outcome: 'ambiguous' });
    expect(relay.kick(id.slice(0, 8).toUpperCase())).toEqual({ outcome: 'kicked', id });
    expect(await endOf(asha)).toBe('kicked');
    expect(await event('dropped')).toMatchObject({
      reason: 'kicked',
      fingerprint: id.slice(0, 16),
    });
    await bo.settled();
    expect(relay.peers().map(({ fingerprint }) => fingerprint)).toEqual([numberedIdentity(2).id]);
  });

  it('signs announcements, numbered upwards, to all who are logged in', async () => {
    const { login, connect, relay } = await runRelay();
    const [asha, stranger] = [await login(1), await connect()];
    const hello = { minVersion: 1, maxVersion: 1, nonce: new Uint8Array(32) };
    const { relayKey: publicKey } = await stranger.hello(hello);
    expect(relay.announce('back in five minutes')).toBe(1);
    expect(relay.announce('back')).toBe(1);
    const said = [await asha.next('announce'), await asha.next('announce')];
    expect(said.map(({ text }) => text)).toEqual(['back in five minutes', 'back']);
    for (const { signature, ...announcement } of said) {
      expect(verifyAnnouncement({ publicKey, signature }, relay.relayId, announcement)).toBe(true);
    }
    expect((said[1]?.seq ?? 0n) > (said[0]?.seq ?? 0n)).toBe(true);
    expect(stranger.count('announce')).toBe(0);
    // UTF-8 counts, not characters.
    expect(relay.announce('é'.repeat(1_001))).toBe('too-long');
  });
});

describe('control socket', () => {
  async function runControlled() {
    const control = net.createServer();
    await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
    const address = control.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const running = await runRelay({
      control: (handler) => void control.on('connection', handler),
    });
    onTestFinished(() => void control.close());
    const socket = net.connect(address.port, '127.0.0.1').setEncoding('utf8');
    onTestFinished(() => void socket.destroy());
    const ask = (line: string) =>
      new Promise<unknown>((resolve, reject) => {
        socket.once('data', (text) => resolve(JSON.parse(String(text))));
        socket.once('close', () => reject(new Error('closed')));
        socket.write(`${line}\n`);
      });
    return { ...running, socket, ask };
  }

  it('answers peers, kick and announce', async () => {
    const { ask, login } = await runControlled();
    const client = await login(1, { nick: 'asha' });
    const { id } = numberedIdentity(1);
    const peers = { peers: [{ fingerprint: id, nick: 'asha', address: '127.0.0.1' }] };
    expect(await ask('{"do":"peers"}')).toMatchObject(peers);
    const announce = (text: string) => ask(JSON.stringify({ do: 'announce', text }));
    expect(await announce('lunch')).toEqual({ announced: 1 });
    expect(await client.next('announce')).toMatchObject({ text: 'lunch' });
    expect(await announce('\0'.repeat(2_000))).toEqual({ announced: 1 });
    expect(await announce('x'.repeat(2_001))).toEqual({ error: 'too-long' });
    const kick = (fingerprint: string) => ask(JSON.stringify({ do: 'kick', fingerprint }));
    expect(await kick('00000000')).toEqual({ error: 'unknown-peer' });
    expect(await kick(id.slice(0, 8))).toEqual({ kicked: id });
    expect(await endOf(client)).toBe('kicked');
  });

  it.each([
    'nonsense',
    'null',
    '{}',
    '{"do":"peers","also":1}',
    '{"do":"kick"}',
    '{"do":"kick","text":"0123456789"}',
    '{"do":"announce","text":7}',
    '{"do":"announce","text":"lunch","also":1}',
    '{"do":"status"}',
    '{"do":"kick","fingerprint":"abc"}',
    '{"do":"kick","fingerprint":"zzzzzzzzzz"}',
    '{"do":"kick","fingerprint":7}',
    '["peers"]',
    `{"do":"kick","fingerprint":"${'a'.repeat(65)}"}`,
  ])('refuses %s', async (line) => {
    const { ask } = await runControlled();
    expect(await ask(line)).toEqual({ error: 'bad-request' });
    expect(await ask('{"do":"peers"}')).toEqual({ peers: [] });
  });

  it('ends on a line that is too long', async () => {
    const { ask } = await runControlled();
    await expect(ask(JSON.stringify({ do: 'announce', text: 'x'.repeat(20_000) }))).rejects.toThrow(
      'closed',
    );
  });

  it('closes with the relay', async () => {
    const { ask, relay, socket } = await runControlled();
    expect(await ask('{"do":"peers"}')).toEqual({ peers: [] });
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await relay.close();
    await ended;
  });
});

describe('shutdown', () => {
  it('tells everybody, delivers what was accepted, and takes nobody new', async () => {
    const { login, relay, port } = await runRelay();
    const [from, to] = [await login(1), await login(2)];
    const blobs = Array.from({ length: 100 }, () => directBlob(numberedIdentity(2).id, 16_384));
    blobs.forEach((blob, index) => {
      from.send({ ...sealed('send', blob), req: index + 1 });
    });
    await from.nextWhere((frame) => frame.type === 'done');
    const stopped = relay.close();
    await Promise.all([from.closed, to.closed, stopped]);
    expect(await endOf(from)).toBe('shutting-down');
    expect(await endOf(to)).toBe('shutting-down');
    // Whatever was answered DONE has arrived.
    expect(from.count('done')).toBeGreaterThan(0);
    expect(to.count('deliver')).toBeGreaterThanOrEqual(from.count('done'));
    await expect(WireClient.connect({ port })).rejects.toThrow();
  });

  it('does not wait for ever for who neither reads nor logs in', async () => {
    const { login, connect, relay, events } = await runRelay();
    const [from, stuck] = [await login(1), await login(2)];
    await connect();
    stuck.socket.pause();
    for (let count = 0; count < 40; count++) {
      await from.request(sealed('send', directBlob(numberedIdentity(2).id, 65_536)));
    }
    await relay.close();
    expect(events.at(-1)).toEqual({ type: 'closed' });
  });

  it('is the same shutdown when asked twice', async () => {
    const { relay } = await runRelay();
    expect(relay.close()).toBe(relay.close());
    await relay.close();
  });
});
