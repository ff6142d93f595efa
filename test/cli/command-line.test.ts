import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../src/cli/errors.ts';
import { parseRelayAddress } from '../../src/cli/options.ts';
import { TransportError } from '../../src/client/transport-error.ts';
import { LanchatError } from '../../src/protocol/errors.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { nearest } from '../../src/ui/nearest.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession } from '../support/fake-session.ts';

describe('the command line', () => {
  it.each([
    ['fnid', 'find'],
    ['lisen', 'listen'],
    ['pears', 'peers'],
    ['docter', 'doctor'],
  ])('answers the unknown command %s with %s', async (typed, meant) => {
    const run = runCommand([typed, '--json']);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'unknown-command' }]);
    expect(run.stderr()).toContain(`did you mean "${meant}"?`);
    expect(run.opened).toEqual([]);
  });

  it('suggests nothing for a word like no command', async () => {
    const run = runCommand(['xyzzy']);
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('--help');
  });

  it('cleans what was typed before it shows it', async () => {
    const run = runCommand(['\u001b[2Jfind\u0007']);
    expect(await run.status).toBe(1);
    expect(run.stderr()).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it.each([
    [['help'], ['--help']],
    [
      ['help', 'send'],
      ['send', '--help'],
    ],
    [
      ['help', 'relay', 'kick'],
      ['relay', 'kick', '--help'],
    ],
  ])('answers %j as it does %j', async (asked, same) => {
    const [run, other] = [runCommand(asked), runCommand(same)];
    expect(await run.status).toBe(0);
    expect(await other.status).toBe(0);
    expect(run.stdout()).toBe(other.stdout());
    expect(run.stdout()).toContain('Usage: lanchat');
  });

  it('names all that send goes to, and no default that is a list', async () => {
    const run = runCommand(['send', '--help']);
    expect(await run.status).toBe(0);
    expect(run.stdout()).toMatch(/'\+title'.*@a,@b/s);
    expect(run.stdout()).not.toContain('[])');
    const listen = runCommand(['listen', '--help']);
    expect(await listen.status).toBe(0);
    expect(listen.stdout()).not.toContain('[])');
  });

  it('says which commands room has where it stands alone', async () => {
    const run = runCommand(['room']);
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('room needs one of create, invitations, accept');
    expect(run.stderr()).not.toContain('"room "');
  });

  it('suggests the nearest command for help on an unknown one', async () => {
    const run = runCommand(['help', 'lisen']);
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('did you mean "listen"?');
  });

  it.each([['--help'], ['send', '--help'], ['relay', '--help']])(
    'helps with %s %s',
    async (...args) => {
      const run = runCommand(args);
      expect(await run.status).toBe(0);
      expect(run.stdout()).toContain('--relay <ADDRESS>');
      for (const line of run.stdout().split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    },
  );

  it('prints its version', async () => {
    const run = runCommand(['--version']);
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe('1.2.3\n');
  });

  it.each([
    ['peers', '--timeout', '0'],
    ['peers', '--timeout', '-1'],
    ['peers', '--timeout', '1e9'],
    ['peers', '--nick', 'a b'],
    ['peers', '--nick', ''],
    ['peers', '--nick', 'раypal'],
    ['peers', '--relay', ''],
    ['peers', '--relay', 'host:0'],
    ['peers', '--relay', 'host:70000'],
    ['peers', '--relay', 'a:b:c'],
    ['peers', '--relay', 'host#1234'],
    ['peers', '--relay', 'ho st'],
    ['peers', 'extra'],
    ['id', '--home'],
    ['relay', '--port', 'x'],
  ])('exits 1 on %s %s %s', async (...args) => {
    const run = runCommand(['--json', ...args]);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ v: 1, type: 'error' }]);
    expect(run.opened).toEqual([]);
  });

  it('needs a terminal on stdin for the screen, and names what works without', async () => {
    const run = runCommand([]);
    expect(await run.status).toBe(1);
    expect(run.stderr()).toMatch(/send.*listen.*history.*search.*export.*backup/);
  });

  it('exits 2 on a bug, with a stack only for -v', async () => {
    const broken = new FakeSession();
    broken.request = () => Promise.reject(new TypeError('x is undefined'));
    const quiet = runCommand(['peers', '--json'], { session: broken });
    expect(await quiet.status).toBe(2);
    expect(quiet.records()).toMatchObject([{ type: 'error', code: 'bug' }]);
    expect(quiet.stderr()).not.toContain('    at ');
    const verbose = runCommand(['peers', '-v'], { session: broken });
    expect(await verbose.status).toBe(2);
    expect(verbose.stderr()).toContain('    at ');
  });
});

describe('a relay address', () => {
  it.each([
    ['host', 'host', 7717],
    ['192.168.1.20:80', '192.168.1.20', 80],
    ['::1', '::1', 7717],
    ['fe80::1%eth0', 'fe80::1%eth0', 7717],
    ['[::1]', '::1', 7717],
    ['[::1]:443', '::1', 443],
  ])('%s', (text, host, port) => {
    expect(parseRelayAddress(text)).toEqual({ host, port, fingerprint: null });
    const pinned = parseRelayAddress(`${text}#${'AB'.repeat(32)}`);
    expect(pinned).toEqual({ host, port, fingerprint: 'ab'.repeat(32) });
  });

  it('is parsed or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          const { host, port } = parseRelayAddress(text);
          expect(host).toMatch(/^[\w.:%-]{1,255}$/);
          expect(port).toBeGreaterThan(0);
          expect(port).toBeLessThan(65_536);
        } catch (error) {
          expect(error).toBeInstanceOf(LanchatError);
        }
      }),
    );
  });
});

describe('the nearest command', () => {
  it('is the word itself where it is one', () => {
    expect(nearest('find', ['send', 'find'])).toBe('find');
  });
  it('is none for a word with nothing in common', () => {
    expect(nearest('qq', ['send', 'find'])).toBeNull();
  });
});

describe('a failure', () => {
  it.each([
    ['EACCES', 'no-permission'],
    ['ENOSPC', 'no-space'],
    ['EMFILE', 'too-many-files'],
    ['EWHATEVER', 'system'],
  ])('of the system (%s) is a local fault: 1', (errno, code) => {
    const error = Object.assign(new Error('listen failed'), { code: errno, syscall: 'listen' });
    expect(describeFailure(error)).toMatchObject({ status: 1, code });
  });

  it('of the disk is a local fault, also where a relay uses the same word: 1', () => {
    const error = new StorageError('too-large', 'settings.json is too large', { path: 'x' });
    expect(describeFailure(error).status).toBe(1);
    expect(describeFailure(new TransportError('too-large', 'connection: too-large')).status).toBe(
      3,
    );
  });

  it('of something that is not an error is a bug: 2', () => {
    expect(describeFailure('thrown')).toMatchObject({ status: 2, code: 'bug' });
    expect(describeFailure(undefined)).toMatchObject({ status: 2, code: 'bug' });
  });
});
