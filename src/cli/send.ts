// `lanchat send`: says a message is sent only when what was waited for has happened.
import type { Command, Destination, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { namesOfGroup } from '../ui/command-text.ts';
import { isRoomName } from '../ui/room-names.ts';
import { STICKER_NAMES } from '../ui/stickers.ts';
import type { CommandContext } from './context.ts';
import { resolveRoom } from './conversation-argument.ts';
import { deliver, type Wait } from './deliver.ts';
import { handOver } from './handing-over.ts';
import { inTime, resolvePeople, resolvePerson, whenReady, withSession } from './session.ts';
import { checkText, readLines, readText } from './text-input.ts';

export interface SendRequest {
  readonly to: string;
  readonly words: readonly string[];
  readonly wait: string;
  readonly lines: boolean;
  readonly action: boolean;
  /** Its name, in the place of words; null: none. */
  readonly sticker: string | null;
  /** The message that it answers; null: none. */
  readonly reply: MessageId | null;
  /** As PEER: besides those whom the text names. */
  readonly mentions: readonly string[];
}

type Send = Extract<Command, { do: 'send' }>;

export interface Target {
  readonly destination: Destination;
  /** For `sent` records and sentences. */
  readonly name: string;
}

/** Throws UsageError, CommandError, or what the session refuses with. */
export async function send(context: CommandContext, request: SendRequest): Promise<void> {
  const wait = readWait(request);
  const texts = await readTexts(context, request);
  await withSession(context, 'leave-alone', async (session, attempt) => {
    const { destination, name } = await openTarget(session, context, request.to);
    const more = await besides(session, request);
    attempt.isRepeatable = false;
    for await (const text of texts) {
      await deliver({ session, context, name, wait, isDone: false }, () =>
        session.request({ do: 'send', to: destination, text, ...more }),
      );
    }
  });
}

/** What to send, checked before anybody is connected to, but for lines that are still to come. */
async function readTexts(
  context: CommandContext,
  { words, lines, sticker }: SendRequest,
): Promise<AsyncIterable<string> | Iterable<string>> {
  const fromStdin = words.length === 0 || isDash(words);
  if (sticker !== null) return [readSticker(sticker, words)];
  if (lines && !fromStdin) {
    throw new UsageError(
      'bad-text',
      phrase`--lines reads its messages from stdin; leave the text out`,
    );
  }
  if (lines) return readLines(context.stdin);
  return [fromStdin ? await readText(context) : checkText(words.join(' '), 'the message')];
}

function readSticker(name: string, words: readonly string[]): string {
  if (words.length > 0)
    throw new UsageError('bad-text', phrase`--sticker stands alone; leave the text out`);
  if (STICKER_NAMES.includes(name)) return name;
  throw new UsageError('bad-sticker', phrase`--sticker takes one of ${STICKER_NAMES.join(', ')}`);
}

/** What a message has besides its words. */
async function besides(
  session: Session,
  { action, sticker, reply, mentions }: SendRequest,
): Promise<Partial<Pick<Send, 'kind' | 'reply' | 'mentions'>>> {
  const peers: PeerId[] = [];
  for (const query of mentions) peers.push((await resolvePerson(session, query)).fingerprint);
  return {
    ...(sticker === null ? {} : { kind: 'sticker' }),
    ...(action ? { kind: 'action' } : {}),
    ...(reply === null ? {} : { reply }),
    ...(peers.length === 0 ? {} : { mentions: peers }),
  };
}

function isDash(words: readonly string[]): boolean {
  return words.length === 1 && words[0] === '-';
}

/** What must have happened to what goes `to` somebody or somewhere. Throws UsageError `bad-wait`. */
export function parseWait(wait: string, to: string): Wait {
  if (wait !== 'relayed' && wait !== 'delivered') {
    throw new UsageError('bad-wait', phrase`--wait takes relayed or delivered`);
  }
  if (wait === 'delivered' && (isRoomName(to) || namesOfGroup(to) !== null)) {
    throw new UsageError(
      'bad-wait',
      phrase`nobody can say when a whole room has it; use --wait relayed`,
    );
  }
  return wait;
}

function readWait(request: SendRequest): Wait {
  const wait = parseWait(request.wait, request.to);
  if (request.action && request.sticker !== null) {
    throw new UsageError('bad-arguments', phrase`--action and --sticker are two kinds; take one`);
  }
  return wait;
}

/** Where it goes, once this client is connected; in a room that it hasn't joined it is a guest. */
export async function openTarget(
  session: Session,
  context: CommandContext,
  to: string,
): Promise<Target> {
  const { rooms } = await whenReady(session, context);
  if (!isRoomName(to)) {
    const names = namesOfGroup(to);
    if (names !== null) return openGroup(session, context, names);
    const person = await resolvePerson(session, to);
    return { destination: { peer: person.fingerprint }, name: person.fingerprint };
  }
  if (to.startsWith('+')) {
    const room = await resolveRoom(session, to);
    return { destination: { room }, name: room };
  }
  const joined = rooms.find((room) => room.name === to);
  const { room } = joined
    ? { room: joined.name }
    : await inTime(session.request({ do: 'visit', room: to }), context);
  return { destination: { room }, name: room };
}

/** Finds the group of these people, or makes it; where one of them is nobody, nothing is made. */
async function openGroup(
  session: Session,
  context: CommandContext,
  names: readonly string[],
): Promise<Target> {
  const peers = await resolvePeople(session, names);
  const made = await session.request({ do: 'room-group', peers });
  await handOver(session, context, made);
  return { destination: { room: made.room }, name: made.room };
}
