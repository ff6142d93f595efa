import { describe, expect, it } from 'vitest';
import type { Link, RelayChoice } from '../../src/client/api.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, onlineLink } from '../support/fake-session.ts';

const choice: RelayChoice = {
  name: 'hall',
  host: '192.168.1.20',
  port: 7717,
  fingerprint: '0123456789abcdef',
  pinned: false,
};

function withLink(link: Partial<Link>): FakeSession {
  const session = new FakeSession();
  session.snapshot = { ...session.snapshot, ready: false, link: { ...onlineLink, ...link } };
  return session;
}

describe('a command that finds no way to a relay', () => {
  it.each<[string, Partial<Link>, number, string]>([
    ['finds none', { state: 'searching', relay: null }, 3, 'no-relay'],
    ['is refused by the machine', { state: 'offline', reason: 'ECONNREFUSED' }, 3, 'unreachable'],
    ['gets no answer', { state: 'offline', reason: 'ETIMEDOUT' }, 3, 'unreachable'],
    ['is still connecting', { state: 'connecting' }, 3, 'unreachable'],
    ['meets several relays', { state: 'choosing', choices: [choice, choice] }, 1, 'several-relays'],
    ['meets only a stranger', { state: 'choosing', choices: [choice] }, 3, 'stranger'],
    [
      'meets a pinned name',
      { state: 'choosing', choices: [choice], reason: 'relay-key-changed' },
      4,
      'relay-key-changed',
    ],
    ['loses the owner of its profile', { state: 'ended', reason: 'owner-gone' }, 1, 'owner-gone'],
    ['meets another key', { state: 'ended', reason: 'relay-key-changed' }, 4, 'relay-key-changed'],
    ['is not admitted', { state: 'ended', reason: 'not-admitted' }, 5, 'not-admitted'],
    ['is kicked', { state: 'ended', reason: 'kicked' }, 5, 'kicked'],
  ])('%s', async (_what, link, status, code) => {
    const session = withLink(link);
    const run = runCommand(['peers', '--timeout', '0.05', '--json'], { session });
    expect(await run.status).toBe(status);
    expect(run.records()).toMatchObject([{ v: 1, type: 'error', code }]);
    expect(run.stderr()).toMatch(/^lanchat: [^\n]+\n$/);
    expect(session.closed).toBe(true);
  });

  it('names the relays it will not choose between', async () => {
    const session = withLink({ state: 'choosing', choices: [choice, { ...choice, host: 'h2' }] });
    const run = runCommand(['peers'], { session });
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('192.168.1.20:7717');
    expect(run.stderr()).toContain('h2:7717');
  });

  it('writes an IPv6 address so that --relay takes it', async () => {
    const choices = [choice, { ...choice, host: 'fd00::7' }];
    const session = withLink({ state: 'choosing', choices });
    const run = runCommand(['peers'], { session });
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('[fd00::7]:7717');
  });

  it('says why a relay is out of reach', async () => {
    const session = withLink({ state: 'offline', reason: 'econnrefused' });
    const run = runCommand(['peers', '--timeout', '0.05'], { session });
    expect(await run.status).toBe(3);
    expect(run.stderr()).toContain("can't be reached: nothing listens there");
  });

  it('hands the flags to the session, before the environment', async () => {
    const env = {
      LANCHAT_HOME: '/env',
      LANCHAT_NICK: 'eve',
      LANCHAT_RELAY: '10.0.0.1:1',
    };
    const fromEnv = runCommand(['peers'], { env });
    expect(await fromEnv.status).toBe(0);
    expect(fromEnv.opened).toMatchObject([
      {
        home: '/env',
        nick: 'eve',
        relay: { host: '10.0.0.1', port: 1, fingerprint: null },
        rooms: 'leave-alone',
        exclusive: false,
      },
    ]);
    const flags = ['--home', '/flag', 'peers', '--nick', 'asha', '--relay', '[::1]:2'];
    const fromFlags = runCommand(flags, { env });
    expect(await fromFlags.status).toBe(0);
    expect(fromFlags.opened).toMatchObject([
      { home: '/flag', nick: 'asha', relay: { host: '::1', port: 2 } },
    ]);
  });
});
