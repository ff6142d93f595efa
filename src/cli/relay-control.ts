// `lanchat relay peers`, `kick` and `announce`: asks the relay that runs in a folder, over that folder's socket.
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { MAX_ANNOUNCEMENT_BYTES } from '../protocol/limits.ts';
import { readJsonLines, writeJsonLine } from '../storage/json-lines.ts';
import { acquireRelayFolder } from '../storage/profile-lock.ts';
import { cleanNickname, fingerprintWords } from '../ui/people.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { relayFolder } from './relay-command.ts';
import { untilAborted } from './session.ts';
import { checkText } from './text-input.ts';

/** Some 200 bytes a connected person, 2,000 people; ten times that is no relay of ours. */
const MAX_ANSWER_LENGTH = 4 * 1024 * 1024;

const fingerprint = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const peersAnswer = v.object({
  peers: v.array(
    v.object({ fingerprint, nick: v.string(), address: v.string(), connectedMs: v.number() }),
  ),
});
const kickAnswer = v.union([
  v.object({ kicked: fingerprint }),
  v.object({ error: v.literal('unknown-peer') }),
  v.object({ error: v.literal('ambiguous'), peers: v.array(fingerprint) }),
]);
const announceAnswer = v.object({ announced: v.number() });

/** Throws CommandError (`no-relay`) where none runs in that folder. */
export async function relayPeers(context: CommandContext, data: string | null): Promise<void> {
  const { peers } = await ask(context, data, { request: { do: 'peers' }, answer: peersAnswer });
  for (const peer of peers) {
    const { nick, address, connectedMs } = peer;
    const minutes = Math.floor(connectedMs / 60_000);
    context.output.data(
      { type: 'peer', nick, fingerprint: peer.fingerprint, address, connectedMs },
      safeTemplate`${cleanNickname(nick)}  ${safeText(address)}  ${minutes} min\n    ${fingerprintWords(peer.fingerprint)}`,
    );
  }
  if (peers.length === 0) context.output.note(safeText(phrase`Nobody is connected.`));
}

/** `fingerprint`: 8 digits or more. Throws UsageError, or CommandError where it names nobody or several. */
export async function relayKick(
  context: CommandContext,
  request: { data: string | null; fingerprint: string },
): Promise<void> {
  const digits = request.fingerprint.replace(/\s/g, '').toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(digits)) {
    throw new UsageError('bad-fingerprint', phrase`kick takes 8 or more digits of a fingerprint`);
  }
  const answer = await ask(context, request.data, {
    request: { do: 'kick', fingerprint: digits },
    answer: kickAnswer,
  });
  if ('kicked' in answer) {
    context.output.data(
      { type: 'kicked', fingerprint: answer.kicked },
      safeTemplate`kicked ${fingerprintWords(answer.kicked)}`,
    );
    return;
  }
  if (answer.error === 'unknown-peer') {
    throw new CommandError(
      'unknown-person',
      phrase`nobody with these digits is connected; see lanchat relay peers`,
    );
  }
  throw new CommandError(
    'ambiguous',
    phrase`several have these digits: ${answer.peers.join(', ')}`,
  );
}

/** Throws UsageError where `text` is empty, not valid Unicode, or longer than 2,000 bytes. */
export async function relayAnnounce(
  context: CommandContext,
  { data, text }: { data: string | null; text: string },
): Promise<void> {
  checkText(text, 'the announcement', MAX_ANNOUNCEMENT_BYTES);
  const { announced } = await ask(context, data, {
    request: { do: 'announce', text },
    answer: announceAnswer,
  });
  context.output.data(
    { type: 'announced', people: announced },
    safeTemplate`announced to ${announced} who are connected`,
  );
}

async function ask<T>(
  context: CommandContext,
  data: string | null,
  { request, answer }: { request: object; answer: v.GenericSchema<unknown, T> },
): Promise<T> {
  const connection = await connect(relayFolder(context.options.home, data));
  try {
    connection.setTimeout(context.options.timeoutMs, () => connection.destroy());
    writeJsonLine(connection, request);
    const said = await untilAborted(readAnswer(connection), context.signal);
    const parsed = v.safeParse(answer, said);
    if (parsed.success) return parsed.output;
    throw new CommandError(
      'no-answer',
      phrase`the relay here gave no answer; is it of the same version?`,
    );
  } finally {
    connection.destroy();
  }
}

async function connect(folder: string): Promise<Socket> {
  // Asking must not make the folder.
  if (existsSync(folder)) {
    const owner = await acquireRelayFolder(folder);
    if (owner.kind === 'owned') return owner.connection;
    owner.close();
  }
  const message = phrase`no relay runs in ${folder}; start one with lanchat relay, or name its folder with --data`;
  throw new CommandError('no-relay', message);
}

/** The first line, or undefined where the connection ends without one. */
function readAnswer(connection: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    readJsonLines(connection, MAX_ANSWER_LENGTH, resolve);
    connection.on('close', () => resolve(undefined));
  });
}
