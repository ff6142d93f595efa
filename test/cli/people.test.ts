import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/errors.ts';
import { encodeVerificationQr } from '../../src/crypto/verification-qr.ts';
import { createIdentity } from '../../src/storage/identity-file.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';

describe('lanchat peers and rooms', () => {
  it('lists everyone, those online first', async () => {
    const session = new FakeSession();
    const people = [person('away', 'a', { online: false }), person('here', 'b')];
    session.snapshot = { ...session.snapshot, people };
    const run = runCommand(['peers', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      { v: 1, type: 'peer', nick: 'here', fingerprint: peerId('b'), trust: 'known', online: true },
      { v: 1, type: 'peer', nick: 'away', fingerprint: peerId('a'), trust: 'known', online: false },
    ]);
  });

  it('tells two people of one name apart', async () => {
    const session = new FakeSession();
    const people = [
      person('sam', 'a', { ambiguous: true }),
      person('sam', 'b', { ambiguous: true }),
    ];
    session.snapshot = { ...session.snapshot, people };
    const run = runCommand(['peers'], { session });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toContain('sam·aaaa');
    expect(run.stdout()).toContain('sam·bbbb');
  });

  it('lists rooms with their members', async () => {
    const session = new FakeSession();
    const rooms = [
      { name: '#lobby', kind: 'public' as const, members: [peerId('a'), peerId('b')] },
    ];
    session.snapshot = { ...session.snapshot, rooms };
    const run = runCommand(['rooms', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      {
        v: 1,
        type: 'room',
        name: '#lobby',
        kind: 'public' as const,
        members: [peerId('a'), peerId('b')],
      },
    ]);
  });
});

describe('lanchat verify', () => {
  const digits = '12345'.repeat(12);
  const bela = person('bela', 'b');

  function withBela(): FakeSession {
    return new FakeSession({
      'find-person': () => ({ matches: [bela] }),
      'safety-number': () => ({ digits, qr: `LANCHAT1:${'A'.repeat(104)}`, person: bela }),
      verify: (command) => {
        if (command.digits !== digits) throw new CommandError('digits-differ', 'they differ');
        return { person: { ...bela, trust: 'verified' } };
      },
    });
  }

  it('shows the number and records nothing', async () => {
    const session = withBela();
    const run = runCommand(['verify', '@bela', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      {
        v: 1,
        type: 'safety-number',
        nick: 'bela',
        fingerprint: peerId('b'),
        digits,
        trust: 'known',
      },
    ]);
    expect(session.requests.some((request) => request.do === 'verify')).toBe(false);
  });

  it('shows a QR code of at most 41 columns to a person', async () => {
    const run = runCommand(['verify', '@bela'], { session: withBela() });
    expect(await run.status).toBe(0);
    const rows = run
      .stdout()
      .split('\n')
      .filter((line) => line.includes('█'));
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(41);
  });

  it('records verified when the number matches, however it is spaced', async () => {
    const groups = digits.match(/\d{5}/g) ?? [];
    const run = runCommand(['verify', '@bela', ...groups, '--json'], { session: withBela() });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ type: 'safety-number', trust: 'verified' }]);
  });

  it('exits 4 when the number is another', async () => {
    const run = runCommand(['verify', '@bela', '0'.repeat(60), '--json'], { session: withBela() });
    expect(await run.status).toBe(4);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'digits-differ' }]);
  });

  it.each([['123'], ['LANCHAT1:AAAA'], [`LANCHAT1:${'A'.repeat(104)}`]])(
    'exits 1 for %s, which is neither 60 digits nor a code',
    async (number) => {
      const session = withBela();
      expect(await runCommand(['verify', '@bela', number], { session }).status).toBe(1);
      expect(session.requests).toEqual([]);
    },
  );

  it('hands a scanned code over whole, also where the terminal has broken it', async () => {
    const code = encodeVerificationQr({ own: peerId('b'), seen: peerId('e') });
    const session = withBela();
    session.answer({ verify: () => ({ person: { ...bela, trust: 'verified' } }) });
    const pieces = [code.slice(0, 60), code.slice(60)];
    const run = runCommand(['verify', '@bela', ...pieces, '--json'], { session });
    expect(await run.status).toBe(0);
    expect(session.requests).toContainEqual({ do: 'verify', peer: peerId('b'), digits: code });
  });

  it('needs no relay for a fingerprint', async () => {
    const session = withBela();
    session.snapshot = { ...session.snapshot, ready: false };
    const run = runCommand(['verify', peerId('b'), '--timeout', '0.05'], { session });
    expect(await run.status).toBe(0);
  });
});

describe('lanchat id', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'lanchat-id-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const stored = {
    id: peerId('c'),
    sealedSeed: new Uint8Array(72).fill(1),
    nick: 'asha',
    cardSeq: 0n,
    bundleSeq: 0n,
    createdMs: 0,
  };

  it('reads an identity that is there without opening a session', async () => {
    await createIdentity(home, stored);
    const run = runCommand(['id', '--home', home, '--json']);
    expect(await run.status).toBe(0);
    expect(run.opened).toEqual([]);
    expect(run.records()).toEqual([{ v: 1, type: 'id', nick: 'asha', fingerprint: peerId('c') }]);
  });

  it('prints name, fingerprint in groups and a QR code', async () => {
    await createIdentity(home, stored);
    const run = runCommand(['id', '--home', home]);
    expect(await run.status).toBe(0);
    const [name, fingerprint, , ...rows] = run.stdout().trimEnd().split('\n');
    expect(name).toBe('asha');
    expect(fingerprint).toBe(Array(16).fill('cccc').join(' '));
    expect(rows.length).toBeGreaterThan(15);
  });

  it('leaves making an identity, or changing its name, to the owner of the profile', async () => {
    const fresh = runCommand(['id', '--home', home, '--json']);
    expect(await fresh.status).toBe(0);
    expect(fresh.opened).toMatchObject([{ home, nick: null }]);
    await createIdentity(home, stored);
    const renamed = runCommand(['id', '--home', home, '--nick', 'ash', '--json']);
    expect(await renamed.status).toBe(0);
    expect(renamed.opened).toMatchObject([{ home, nick: 'ash' }]);
  });

  it('exits 1 on a damaged profile and leaves it as it is', async () => {
    await createIdentity(home, stored);
    const { readFileSync, writeFileSync } = await import('node:fs');
    const path = join(home, 'identity.json');
    const damaged = readFileSync(path, 'utf8').replace('asha', 'asho');
    writeFileSync(path, damaged);
    const run = runCommand(['id', '--home', home, '--json']);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'corrupt' }]);
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });
});
