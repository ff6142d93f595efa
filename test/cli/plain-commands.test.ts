// Every command of the screen in plain lines: what it asks of the client, or says.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { needsScreen } from '../../src/cli/plain-help.ts';
import type { Command } from '../../src/client/api.ts';
import { COMMANDS, findCommand } from '../../src/ui/commands.ts';
import { runCommand } from '../support/command.ts';
import { hostileSession } from '../support/hostile-session.ts';

/** A line, where it is typed, and what it asks for; null: it asks for nothing, and says something. */
const LINES: readonly (readonly [line: string, request: string | null, place?: string])[] = [
  ['/join #kitchen', 'join'],
  ['/part', 'leave', '/join #kitchen'],
  ['/msg asha hello', 'send'],
  ['/query asha', 'find-person'],
  ['/me waves', 'send'],
  ['/reply yes', 'send'],
  ['/edit other words', 'edit', '/query asha'],
  ['/unsend', 'unsend', '/query asha'],
  ['/react 👍', 'react'],
  ['/timer 1h', 'timer', '/query asha'],
  ['/poll tea? | yes | no', 'poll'],
  ['/vote 1', 'vote'],
  ['/sticker cat', 'send'],
  ['/nick bela', 'nick'],
  ['/who', 'snapshot'],
  ['/whois asha', 'contact'],
  ['/verify asha', 'safety-number'],
  ['/who-read', 'who-read'],
  ['/trust asha', 'trust'],
  ['/contact asha note tea', 'contact'],
  ['/ignore asha', 'contact'],
  ['/unignore asha', 'contact'],
  ['/block asha', 'contact'],
  ['/unblock asha', 'contact'],
  ['/status here', 'status'],
  ['/away', 'status'],
  ['/back', 'status'],
  ['/mute #lobby', 'conversation-settings'],
  ['/notify all', 'conversation-settings'],
  ['/room create Planning', 'room-create'],
  ['/invite asha', 'room-invite', '/win 2'],
  ['/accept', 'room-answer'],
  ['/decline', 'room-answer'],
  ['/kick asha', 'room-remove', '/win 2'],
  ['/ban asha', 'room-remove', '/win 2'],
  ['/topic tea', 'room-topic', '/win 2'],
  ['/relay retry', 'retry'],
  ['/search tea', 'search'],
  ['/history 5', 'history'],
  ['/goto yesterday', 'first-since'],
  ['/unread', 'message'],
  ['/delete', 'delete-message', '/query asha'],
  ['/export text', null],
  ['/set', 'settings'],
  ['/win', null],
  ['/where', null],
  ['/next', 'history'],
  ['/file package.json the list', 'send-file'],
  ['/files', 'files'],
  ['/save', 'get-file'],
  ['/cancel', 'files'],
  ['/view', null],
  ['/voice stop', null],
  ['/help', null],
];

async function asked(
  line: string,
  place: string,
): Promise<{ requests: string[]; sent: Command[]; said: string }> {
  const session = hostileSession('asha');
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const run = runCommand(['--plain'], { session, stdin, env: { TERM: 'dumb' } });
  await run.printed('what you type now');
  await session.settled();
  stdin.write(`${place}\n`);
  await session.settled();
  const [requests, said] = [session.requests.length, run.stdout().length];
  stdin.end(`${line}\n`);
  expect(await run.status).toBe(0);
  const sent = session.requests.slice(requests);
  return {
    sent,
    requests: sent.map((request) => request.do),
    said: run.stdout().slice(said),
  };
}

describe('a command in plain lines', () => {
  const each = LINES.map(([line, request, place = '/where']) => ({ line, request, place }));

  it.each(each)('$line does its part', async ({ line, request, place }) => {
    const { requests, said } = await asked(line, place);
    expect(said).not.toMatch(/needs the screen|is no command/);
    if (request === null) expect(said).toMatch(/^-- /);
    else expect(requests, said).toContain(request);
  });

  it('says the help for a lone ?, which is sent with a blank before it', async () => {
    const { requests, said } = await asked('?', '/where');
    expect(requests).not.toContain('send');
    expect(said).toMatch(/^-- Help\n/);
    // Control: what begins otherwise is said to the room.
    expect((await asked(' ?', '/where')).requests).toContain('send');
  });

  it('leaves the lobby open', async () => {
    const { requests, said } = await asked('/part', '/where');
    expect(requests).not.toContain('leave');
    expect(said).toContain('The lobby stays open');
  });

  it.each([
    ['/away till six', { do: 'status', text: 'till six' }],
    ['/away', { do: 'status', text: 'away' }],
    ['/back', { do: 'status', text: '' }],
    ['/nick asha kumar', { do: 'nick', nick: 'asha kumar' }],
    ['/whois asha kumar', { do: 'find-person', query: 'asha kumar' }],
    ['/trust asha kumar', { do: 'find-person', query: 'asha kumar' }],
    ['/block asha kumar', { do: 'find-person', query: 'asha kumar' }],
  ])('takes all of %s', async (line, request) => {
    expect((await asked(line, '/where')).sent).toContainEqual(request);
  });

  it('refuses a relay with words behind it', async () => {
    const { requests, said } = await asked('/relay 192.0.2.7:7717 please', '/where');
    expect(requests).not.toContain('choose-relay');
    expect(said).toMatch(/^-- /);
    // Control: without them it is chosen.
    expect((await asked('/relay 192.0.2.7:7717', '/where')).requests).toContain('choose-relay');
  });

  it('names what was probably meant', async () => {
    expect((await asked('/jion #work', '/where')).said).toBe(
      '-- /jion is no command and was not sent; did you mean /join? //text sends a slash.\n',
    );
  });

  it('is there for each of the screen, but for what says that it needs one; /quit leaves', async () => {
    const typed = new Set(
      LINES.map(([line]) => findCommand(/\w[\w-]*/.exec(line)?.[0] ?? '')?.name),
    );
    const others = COMMANDS.map(({ name }) => name).filter((name) => !typed.has(name));
    expect(others.filter((name) => !needsScreen(name))).toEqual(['quit']);
    expect((await asked('/keys', '/where')).said).toBe(
      '-- /keys needs the screen; lanchat keys lists its keys\n',
    );
    // Control: what is no command is said not to be one.
    expect((await asked('/frobnicate', '/where')).said).toContain('is no command');
  });
});
