// Files in plain lines: what is said of them, and which one a command means.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PlainTransfers } from '../../src/cli/plain-transfers.ts';
import type { Command, FileTransfer } from '../../src/client/api.ts';
import { Directory } from '../../src/ui/people.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { stored } from '../support/kept-history.ts';
import { fileId, fileMessage, sharedFile, transfer } from '../support/shared-files.ts';

const coming = transfer({ direction: 'in', size: 1_000_000, conversation: { room: '#lobby' } });

function heard({ isSilent = false, people = new Directory() } = {}) {
  const lines: string[] = [];
  const clock = { nowMs: 0 };
  const transfers = new PlainTransfers({
    show: (...more) => lines.push(...more),
    people,
    isSilent: () => isSilent,
    nowMs: () => clock.nowMs,
  });
  const take = (change: Partial<FileTransfer>) => transfers.take({ ...coming, ...change });
  return { lines, clock, take, transfers };
}

describe('what becomes of a file', () => {
  it('is a line where it is offered, begins, at each quarter, and at its end', () => {
    const { lines, clock, take } = heard();
    take({ state: 'offered' });
    take({ state: 'waiting' });
    for (let percent = 0; percent <= 99; percent += 1) {
      clock.nowMs += 1_000;
      take({ state: 'moving', bytes: percent * 10_000 });
    }
    take({ state: 'done', bytes: 1_000_000, path: '/home/me/photo.png', warning: 'program' });
    expect(lines).toEqual([
      '-- file 11111111 is offered, 1.0 MB; /save 11111111 takes it: photo.png',
      '-- file 11111111 is at 0 %, 0 bytes of 1.0 MB: photo.png',
      '-- file 11111111 is at 25 %, 250 KB of 1.0 MB: photo.png',
      '-- file 11111111 is at 50 %, 500 KB of 1.0 MB: photo.png',
      '-- file 11111111 is at 75 %, 750 KB of 1.0 MB: photo.png',
      '-- file 11111111 is in /home/me/photo.png: photo.png',
      '-- Careful: this is a program, whatever its name says.',
    ]);
  });

  it('is not counted out where it goes fast', () => {
    const { lines, clock, take } = heard();
    for (let percent = 0; percent <= 100; percent += 10) {
      clock.nowMs += 10;
      take({ direction: 'out', state: 'moving', bytes: percent * 10_000 });
    }
    take({ direction: 'out', state: 'done', bytes: 1_000_000 });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe('-- file 11111111 has arrived: photo.png');
  });

  it('is said of another conversation only at its end, and of somebody ignored never', () => {
    const silent = heard({ isSilent: true });
    silent.take({ state: 'offered' });
    silent.take({ state: 'moving' });
    silent.take({ state: 'failed', reason: 'no-file' });
    expect(silent.lines).toEqual([
      '-- file 11111111 failed (nobody has it any more; ask for it anew): photo.png',
    ]);
    const people = new Directory();
    people.set(person('bela', 'b', { ignored: true }));
    const ignoring = heard({ people });
    const loud = { nick: 'loud', fingerprint: peerId('c'), trust: 'known', ignored: true } as const;
    ignoring.transfers.notice(stored(1, { id: messageId('1'), from: loud, file: sharedFile() }));
    ignoring.take({ state: 'done', path: '/x' });
    ignoring.take({ id: messageId('2'), state: 'offered', conversation: { peer: peerId('b') } });
    expect(ignoring.lines).toEqual([]);
    // Control: of anybody else it is said.
    ignoring.take({ id: messageId('3'), file: fileId(3), state: 'offered' });
    expect(ignoring.lines).toHaveLength(1);
  });
});

describe('a command about files', () => {
  const listed = ['5', '6', '7'].map((digit) => ({
    transfer: {
      ...coming,
      state: 'offered',
      id: messageId(digit),
      file: fileId(Number(digit)),
    } as const,
    message: null,
  }));

  async function asked(line: string): Promise<{ sent: Command[]; said: string }> {
    const session = new FakeSession({
      join: ({ room }) => ({ room }),
      history: () => ({ messages: [], more: false }),
      files: () => ({ files: listed }),
      'get-file': () => ({ transfer: { ...coming, state: 'waiting' } }),
      'cancel-file': () => ({ cancelled: true }),
      // All but the last are voice notes.
      message: ({ id }) => {
        const file = id === messageId('7') ? {} : { voice: true as const, type: 'audio/ogg' };
        return { message: { ...fileMessage(file, { id }), reason: null } };
      },
      'mark-read': () => ({}),
    });
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const run = runCommand(['--plain', '#lobby'], { session, stdin, env: { TERM: 'dumb' } });
    await run.printed('what you type now');
    await session.settled();
    const [requests, said] = [session.requests.length, run.stdout().length];
    stdin.end(`${line}\n`);
    expect(await run.status).toBe(0);
    return { sent: session.requests.slice(requests), said: run.stdout().slice(said) };
  }

  it.each([
    ['/save', { do: 'get-file', id: messageId('5') }],
    ['/save 2', { do: 'get-file', id: messageId('6') }],
    ['/save 77777777', { do: 'get-file', id: messageId('7') }],
    ['/save 3 /srv/in', { do: 'get-file', id: messageId('7'), folder: '/srv/in' }],
    ['/save /srv/in', { do: 'get-file', id: messageId('5'), folder: '/srv/in' }],
    ['/view 2', { do: 'get-file', id: messageId('6') }],
    ['/view 55555555', { do: 'get-file', id: messageId('5') }],
    ['/cancel 2', { do: 'cancel-file', id: messageId('6') }],
  ])('%s means that one', async (line, request) => {
    expect((await asked(line)).sent).toContainEqual(request);
  });

  it.each(['/save 4', '/save 0', '/cancel 1 more', '/save 99999999'])(
    '%s means none, and says so',
    async (line) => {
      const { sent, said } = await asked(line);
      expect(sent.map((request) => request.do)).not.toContain('get-file');
      expect(sent.map((request) => request.do)).not.toContain('cancel-file');
      expect(said).toMatch(/^-- /);
    },
  );

  it('/view asks for a voice note that is not here, and says of a picture that it is not', async () => {
    expect((await asked('/view 2')).said).toBe(
      '-- Asked for the voice note; /view 2 plays it once it is here.\n',
    );
    const { sent, said } = await asked('/view 3');
    expect(said).toBe('-- There is no picture to show, or it is not here yet.\n');
    expect(sent.map((request) => request.do)).not.toContain('get-file');
    expect((await asked('/view ./2')).said).not.toContain('voice note');
  });

  it('/files counts as /save does, and names IDs where all conversations are listed', async () => {
    expect((await asked('/files')).said).toMatch(/ 1\. .*photo\.png\n.* 2\. .*\n.* 3\. /);
    expect((await asked('/files all')).said).toContain('77777777 ');
  });
});
