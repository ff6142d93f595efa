// Logging in: who may, and every way to pretend.
import tls from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createCertificate } from '../../src/crypto/certificate.ts';
import { verifyChallenge } from '../../src/crypto/login.ts';
import { signCard } from '../../src/crypto/signed-objects.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeChallengeFields, encodeFrame, encodeHelloBody } from '../../src/protocol/frames.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';
import { endOf, runRelay } from './running-relay.ts';

const HELLO = { minVersion: 1, maxVersion: 1, nonce: new Uint8Array(32).fill(3) };

beforeAll(ready);

/** A man in the middle with TLS of its own on both sides, who passes on every decrypted byte. */
async function terminatingProxy(port: number): Promise<number> {
  const server = tls.createServer(
    { ...createCertificate(), minVersion: 'TLSv1.3', ALPNProtocols: ['lanchat/1'] },
    (victim) => {
      const options = { rejectUnauthorized: false, ALPNProtocols: ['lanchat/1'] };
      const relay = tls.connect({ port, host: '127.0.0.1', ...options });
      victim
        .on('error', () => {})
        .pipe(relay.on('error', () => {}))
        .pipe(victim);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('login', () => {
  it('answers READY to a card that is proven on this connection, and says who is there', async () => {
    const { login, events, relay } = await runRelay();
    const client = await login(1, { nick: 'asha' });
    expect(client.relayId).toBe(relay.relayId);
    const presence = await client.next('presence');
    const { id } = numberedIdentity(1);
    expect(presence.complete).toBe(true);
    expect(presence.entries).toEqual([{ id, online: true, cardSeq: 1n, bundleSeq: 0n }]);
    expect(relay.peers()).toMatchObject([{ fingerprint: id, nick: 'asha', address: '127.0.0.1' }]);
    expect(events.map(({ type }) => type)).toEqual(['listening', 'connected', 'login']);
  });

  it('notices a man in the middle who terminates TLS: the relay signed another connection', async () => {
    const { port } = await runRelay();
    const proxied = await WireClient.connect({ port: await terminatingProxy(port) });
    await expect(proxied.hello(HELLO)).rejects.toThrow('did not sign this connection');
    const direct = await WireClient.connect({ port });
    await expect(direct.hello(HELLO)).resolves.toMatchObject({ version: 1 });
    await Promise.all([proxied.close(), direct.close()]);
  });

  it('refuses a login relayed over another TLS connection', async () => {
    const { port, event } = await runRelay();
    const identity = numberedIdentity(1);
    for (const [through, works] of [
      [await terminatingProxy(port), false],
      [port, true],
    ] as const) {
      const victim = await WireClient.connect({ port: through });
      // A careless victim, who doesn't check the relay's signature.
      victim.send({ type: 'hello', req: 1, ...HELLO });
      const challenge = await victim.next('challenge');
      victim.send(victim.authFor(identity, { hello: HELLO, challenge }));
      if (works) await expect(victim.next('ready')).resolves.toMatchObject({ req: 2 });
      else expect(await endOf(victim)).toBe('login-failed');
      await victim.close();
    }
    expect(await event('dropped')).toMatchObject({ reason: 'login-failed', fingerprint: null });
  });

  it('refuses the signature of one identity with the card of another', async () => {
    const { connect, relay } = await runRelay();
    const client = await connect();
    const card = signCard(numberedIdentity(2), { seq: 1n, nick: 'mallory' });
    await expect(client.login(numberedIdentity(1), { card })).rejects.toThrow('closed');
    expect(await endOf(client)).toBe('login-failed');
    expect(relay.peers()).toEqual([]);
  });

  it('refuses a card with any bit flipped', async () => {
    const { connect, relay } = await runRelay();
    const good = signCard(numberedIdentity(1), { seq: 1n, nick: 'asha' });
    for (let index = 0; index < good.length; index += 7) {
      const card = good.slice();
      card[index] = (card[index] ?? 0) ^ 1;
      const client = await connect();
      await expect(client.login(numberedIdentity(1), { card })).rejects.toThrow('closed');
      expect(['login-failed', 'malformed']).toContain(await endOf(client));
    }
    expect(relay.peers()).toEqual([]);
  });

  it('refuses the same AUTH a second time, on another connection', async () => {
    const { connect } = await runRelay();
    const [first, second] = [await connect(), await connect()];
    const challenge = await first.hello(HELLO);
    const auth = first.authFor(numberedIdentity(1), { hello: HELLO, challenge });
    first.send(auth);
    await first.next('ready');
    await second.hello(HELLO);
    second.send(auth);
    expect(await endOf(second)).toBe('login-failed');
  });

  it.each([
    ['above', 2, 9],
    ['below', 0, 0],
    ['inverted', 1, 0],
  ])('ends a connection that offers only versions %s its own', async (_name, min, max) => {
    const { connect } = await runRelay();
    const client = await connect();
    client.send({ type: 'hello', req: 1, minVersion: min, maxVersion: max, nonce: HELLO.nonce });
    expect(await endOf(client)).toBe('version');
  });

  it('signs the version range it was offered, so that narrowing it on the way shows', async () => {
    const { connect } = await runRelay();
    const client = await connect();
    // What arrived at the relay offers 1 only; the client meant 1 to 2.
    const onTheWire = { ...HELLO, maxVersion: 1 };
    client.send({ type: 'hello', req: 1, ...onTheWire });
    const challenge = await client.next('challenge');
    const holds = (maxVersion: number) =>
      verifyChallenge(
        { publicKey: challenge.relayKey, signature: challenge.signature },
        {
          exporter: client.exporter(),
          helloBody: encodeHelloBody({ ...HELLO, maxVersion }),
          challengeFields: encodeChallengeFields(challenge),
        },
      );
    expect([holds(1), holds(2)]).toEqual([true, false]);
  });

  it('speaks TLS 1.3 with its ALPN and nothing else', async () => {
    const { connect, event } = await runRelay();
    const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    await expect(connect({ tls: old })).rejects.toThrow();
    await expect(connect({ tls: { ALPNProtocols: ['http/1.1'] } })).rejects.toThrow();
    expect(await event('refused')).toMatchObject({ reason: 'tls', address: '127.0.0.1' });
    const none = await connect({ tls: { ALPNProtocols: [] } });
    await none.closed;
    expect(none.bytesReceived).toBe(0);
  });

  it('lets the newest login of an ID win and tells the older one', async () => {
    const { login, relay, events } = await runRelay();
    const older = await login(1);
    const newer = await login(1);
    expect(await endOf(older)).toBe('replaced');
    await older.closed;
    await newer.settled();
    expect(relay.peers()).toHaveLength(1);
    const dropped = events.filter(({ type }) => type === 'dropped');
    expect(dropped).toMatchObject([{ reason: 'replaced' }]);
  });

  it('keeps the newer card of somebody who logs in with an older one, and refuses a forked one', async () => {
    const { login, connect, relay } = await runRelay();
    await (await login(1, { nick: 'newer', cardSeq: 5n })).close();
    const older = await login(1, { nick: 'older', cardSeq: 4n });
    expect(relay.peers()).toMatchObject([{ nick: 'newer' }]);
    expect((await older.next('presence')).entries).toMatchObject([{ cardSeq: 5n }]);
    const forked = await connect();
    const options = { nick: 'another', cardSeq: 5n };
    await expect(forked.login(numberedIdentity(1), options)).rejects.toThrow('closed');
    expect(await endOf(forked)).toBe('fork');
    await older.settled();
    expect(relay.peers()).toHaveLength(1);
  });

  it('takes no request before login and no login after it', async () => {
    const { connect, login } = await runRelay();
    const early = await connect();
    early.send({ type: 'get', req: 1, kind: 'card', ids: [] });
    expect(await endOf(early)).toBe('unexpected');
    const skipped = await connect();
    const card = signCard(numberedIdentity(1), { seq: 1n, nick: 'hasty' });
    skipped.send({ type: 'auth', req: 1, card, signature: new Uint8Array(64) });
    expect(await endOf(skipped)).toBe('unexpected');
    const late = await login(1);
    late.sendRaw(encodeFrame({ type: 'hello', req: 7, ...HELLO }));
    expect(await endOf(late)).toBe('unexpected');
  });
});
