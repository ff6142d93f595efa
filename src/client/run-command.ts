// What each command of the session does, and what it answers. Knows no link of its own and no screens.
import {
  acceptKey,
  cancel,
  changeNick,
  compare,
  leave,
  markVerified,
  prepare,
} from '../core/commands.ts';
import { changeContact } from '../core/contacts.ts';
import { findRoom } from '../core/find-room.ts';
import { setHidden } from '../core/hidden.ts';
import { setNotifyLevels } from '../core/notify-levels.ts';
import { findPeople } from '../core/people.ts';
import type { CoreState } from '../core/state.ts';
import { setStatus } from '../core/status-line.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { Pins } from '../storage/pins-file.ts';
import type { PinnedRelays } from '../storage/relays-file.ts';
import type { SettingsFile } from '../storage/settings-file.ts';
import { StorageError } from '../storage/storage-error.ts';
import {
  type ClientEvent,
  type Command,
  MAX_AWAIT_MS,
  type Preferences,
  type Replies,
  type Snapshot,
} from './api.ts';
import { runContent } from './content-commands.ts';
import { notifyLevelsOf, withSettingsFor } from './conversation-settings.ts';
import type { Drafts } from './drafts.ts';
import type { Engine } from './engine.ts';
import type { Files } from './files.ts';
import type { History } from './history.ts';
import type { MadeRecords } from './made-records.ts';
import { isKeepDays, KEEP_DAYS_TAKES, preferencesOf } from './preferences.ts';
import type { RelayLink } from './relay-link.ts';
import { isPrivateRoomCommand, placed, runPrivateRoom } from './run-private-room.ts';
import { applyDisclosure, runReceipts } from './run-receipts.ts';
import { runWords } from './run-words.ts';

/** What a client is made of, as its commands see it. */
export interface ClientParts {
  readonly core: CoreState;
  readonly engine: Engine;
  readonly history: History;
  readonly drafts: Drafts;
  readonly files: Files;
  readonly settings: SettingsFile;
  readonly pins: Pins;
  readonly relays: PinnedRelays;
  /** Null while nobody looks for a relay. */
  readonly link: () => RelayLink | null;
  readonly goOnline: () => void;
  readonly snapshot: () => Snapshot;
  readonly made: MadeRecords;
  readonly enter: (
    name: string,
    standing: 'joined' | 'guest',
  ) => Promise<{ readonly room: string }>;
  readonly visit: (name: string) => Promise<{ readonly room: string }>;
  readonly endVisit: (name: string) => void;
  /** What has disappeared while this profile was closed is gone: nobody reads of it before. */
  readonly swept: Promise<void>;
  readonly emit: (event: ClientEvent) => void;
  /** Deletes what is older than the settings keep. */
  readonly expire: () => void;
}

type Reply = Replies[Command['do']];
/** One of these commands. */
type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;
type RoomCommand = Of<'join' | 'visit' | 'leave' | 'end-visit' | 'prepare'>;
type LinkCommand = Of<'choose-relay' | 'retry' | 'go-online'>;
type SettingCommand = Of<'settings' | 'remembered' | 'set'>;
/** What was said before. */
type HistoryCommand = Of<
  | 'history'
  | 'since'
  | 'search'
  | 'first-since'
  | 'message'
  | 'conversations'
  | 'delete-message'
  | 'delete-conversation'
>;

/** Throws LanchatError with a stable code where it is refused: then nothing has changed. */
export async function runCommand(parts: ClientParts, given: Command): Promise<Reply> {
  const { engine, made } = parts;
  const command = onePlace(parts, given);
  if (isPrivateRoomCommand(command)) {
    requireDisk(engine);
    return engine.command((core) => runPrivateRoom(core, command, made));
  }
  switch (command.do) {
    case 'snapshot':
      return parts.snapshot();
    case 'find-person':
      return { matches: engine.command((core) => findPeople(core, command.query)) };
    case 'find-room':
      return {
        room: engine.command((core) => findRoom(core, command.query))?.label ?? null,
      };
    case 'await-relayed':
      return awaitRelayed(parts, command);
    case 'send':
    case 'edit':
    case 'unsend':
    case 'react':
    case 'timer':
    case 'poll':
    case 'vote':
    case 'close-poll':
      return runContent(parts, command);
    case 'cancel':
      return { cancelled: engine.command((core) => cancel(core, command.id)) };
    case 'nick':
      return { nick: engine.command((core) => changeNick(core, command.nick)) };
    case 'safety-number':
      return engine.command((core) => compare(core, command.peer));
    case 'verify':
    case 'trust':
      return trust(parts, command);
    case 'status': {
      const { text } = command;
      return {
        text: engine.command((core) => (text === null ? core.status : setStatus(core, text))),
      };
    }
    case 'contact':
      return contact(parts, command);
    case 'words-start':
    case 'words-answer':
      return runWords(parts, command);
    case 'join':
    case 'visit':
    case 'leave':
    case 'end-visit':
    case 'prepare':
      return runRoom(parts, command);
    case 'choose-relay':
    case 'retry':
    case 'go-online':
      return runLink(parts, command);
    case 'mark-read':
    case 'typing':
    case 'who-read':
    case 'conversation-settings':
      return runReceipts(parts, command);
    case 'settings':
    case 'remembered':
    case 'set':
      return runSetting(parts, command);
    case 'drafts':
      return { drafts: parts.drafts.all() };
    case 'send-file':
    case 'get-file':
    case 'cancel-file':
    case 'files':
      return parts.files.run(command);
    case 'draft':
      parts.drafts.set(command.conversation, command.text);
      return {};
    default:
      return runHistory(parts, command);
  }
}

/** The same command, with the conversation that it names by its one name. */
function onePlace({ core }: ClientParts, command: Command): Command {
  if ('to' in command) return { ...command, to: placed(core, command.to) };
  if ('conversation' in command && command.conversation !== null) {
    return { ...command, conversation: placed(core, command.conversation) };
  }
  return command;
}

async function awaitRelayed(
  { engine, made }: ClientParts,
  { batch, timeoutMs }: Of<'await-relayed'>,
): Promise<Reply> {
  await engine.until(() => made.isDone(batch), Math.min(timeoutMs, MAX_AWAIT_MS));
  return made.stand(batch);
}

async function runRoom(parts: ClientParts, command: RoomCommand): Promise<Reply> {
  const { engine } = parts;
  switch (command.do) {
    case 'join':
      return parts.enter(command.room, 'joined');
    case 'visit':
      return parts.visit(command.room);
    case 'leave':
      return leaveRoom(parts, command.room);
    case 'end-visit':
      parts.endVisit(command.room);
      return {};
    case 'prepare':
      engine.command((core) => prepare(core, command.room));
      return {};
    default:
      return command satisfies never;
  }
}

/** Its level is forgotten with it: who comes back begins anew. */
function leaveRoom({ engine, made, settings }: ClientParts, name: string): Replies['leave'] {
  const left = engine.command((core) => made.watch(core, () => ({ room: leave(core, name) })));
  const conversations = withSettingsFor(settings.current, left, { notifyLevel: null });
  settings.update({ conversations });
  engine.command((core) => setNotifyLevels(core, notifyLevelsOf(settings.current)));
  return left;
}

async function runLink({ link, goOnline }: ClientParts, command: LinkCommand): Promise<Reply> {
  switch (command.do) {
    case 'choose-relay':
      link()?.choose(command);
      return {};
    case 'retry':
      link()?.retry();
      return {};
    case 'go-online':
      goOnline();
      return {};
    default:
      return command satisfies never;
  }
}

async function runSetting(parts: ClientParts, command: SettingCommand): Promise<Reply> {
  switch (command.do) {
    case 'settings':
      return preferencesOf(parts.settings.current);
    case 'remembered':
      return remembered(parts);
    case 'set':
      return setPreferences(parts, command.change);
    default:
      return command satisfies never;
  }
}

async function runHistory(
  { history, drafts, swept }: ClientParts,
  command: HistoryCommand,
): Promise<Reply> {
  await swept;
  switch (command.do) {
    case 'history':
      return history.page(command);
    case 'since':
      return history.since(command);
    case 'search':
      return history.search(command);
    case 'first-since':
      return { message: history.firstSince(command) };
    case 'message':
      return { message: history.message(command.id) };
    case 'conversations':
      return history.conversations();
    case 'delete-message':
      return { deletedFrom: history.deleteMessage(command.id) };
    case 'delete-conversation':
      // First: what history deletes is overwritten at once, and this with it.
      drafts.set(command.conversation, '');
      return { deleted: history.deleteConversation(command.conversation) };
    default:
      return command satisfies never;
  }
}

/** What can't be kept is not taken. */
function requireDisk({ problem }: Engine): void {
  if (problem !== null) throw new StorageError(problem.code, problem.message, problem);
}

async function trust(
  { engine, pins }: ClientParts,
  command: Extract<Command, { do: 'verify' | 'trust' }>,
): Promise<Replies['verify']> {
  const person = engine.command((core) =>
    command.do === 'verify'
      ? markVerified(core, command.peer, command.digits)
      : acceptKey(core, command.peer),
  );
  // "Verified" is said when it is on disk, not before.
  await pins.flush();
  return { person };
}

/** Who is blocked must be so after a power cut, too: the answer waits for the disk. */
async function contact(
  { engine, history, pins }: ClientParts,
  { peer, change }: Of<'contact'>,
): Promise<Replies['contact']> {
  const person = engine.command((core) => changeContact(core, peer, change));
  // Nothing of somebody ignored is unread.
  if (change.ignored === true) history.markRead({ peer });
  await pins.flush();
  const pin = pins.get(peer);
  const firstSeen = new Date(pin?.firstSeenMs ?? 0).toISOString();
  const { verifiedAtMs = null, verifiedBy = null } = pin ?? {};
  if (verifiedAtMs === null) return { person, firstSeen };
  return {
    ...{ person, firstSeen },
    verified: { at: new Date(verifiedAtMs).toISOString(), by: verifiedBy },
  };
}

function remembered({ settings, relays }: ClientParts): Replies['remembered'] {
  return {
    rooms: settings.current.rooms.map((name) => `#${name}`),
    relays: relays.all().map(({ id }) => id),
  };
}

/** Throws UsageError `bad-setting`. */
async function setPreferences(
  { settings, engine, expire, emit }: ClientParts,
  change: Partial<Preferences>,
): Promise<Preferences> {
  const { keepDays } = change;
  if (keepDays !== undefined && !isKeepDays(keepDays)) {
    throw new UsageError('bad-setting', phrase`keep-days takes ${KEEP_DAYS_TAKES}`);
  }
  settings.update(change);
  await settings.flush();
  if (keepDays !== undefined) expire();
  applyDisclosure({ settings, engine });
  engine.command((core) => setHidden(core, settings.current.hidden));
  const preferences = preferencesOf(settings.current);
  emit({ type: 'settings', settings: preferences });
  return preferences;
}
