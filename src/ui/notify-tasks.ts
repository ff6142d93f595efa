// What /notify and /mute do: of which conversations one is told, how, and whether this terminal shows it.

import type { NotifyLevel, Session } from '../client/api.ts';
import { NOTIFY_LEVELS } from '../client/conversation-settings.ts';
import { NOTIFY_WAYS } from '../client/preferences.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { parseRoomName } from '../protocol/nickname.ts';
import { listing, splitFirst } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { enteredRoom } from './entered-room.ts';
import { type SettingPlace, settingLines } from './kept-tasks.ts';
import { destinationOf } from './message-line.ts';
import { isRoomName, type RoomNames } from './room-names.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { conversationName } from './switcher.ts';
import { findPerson, type ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

type Ask = Session['request'];

export interface NoticeScene {
  readonly ask: Ask;
  /** The conversation one is in; null: none. */
  readonly here: SettingPlace | null;
  /** A room or a person by name. Null: none is meant, and that has been said. */
  readonly find: (name: string) => Promise<SettingPlace | null>;
}

const SETTINGS = ['notify', 'notify-text', 'notify-level', 'quiet-hours'];
const TAKES = phrase`test; off, bell or terminal; all, mentions, nothing or default, and a name`;

/** `/notify [test|WAY|LEVEL [NAME]]`, on the screen. */
export async function notify(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  if (args === 'test') return store.note(actions.testNotice());
  await noteLine(actions, () => {
    const [first] = splitFirst(args);
    return notifyLine(screenScene(actions, here, `/notify ${first}`), args);
  });
}

/** `/mute [NAME] [off]`, on the screen. */
export async function mute(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { level } = muteWish(args);
  const line = `/notify ${level ?? 'default'}`;
  await noteLine(actions, () => muteLine(screenScene(actions, here, line), args));
}

async function noteLine(
  { store }: ScreenActions,
  make: () => Promise<SafeText | null>,
): Promise<void> {
  try {
    const line = await make();
    if (line !== null) store.note(line);
  } catch (error) {
    store.note(faultWords(error), 'warning');
  }
}

/** `line`: what is done to whom a picker has chosen. */
function screenScene(actions: ScreenActions, here: ConversationKey, line: string): NoticeScene {
  const { store, ask } = actions;
  const label = conversationName(store.state, here);
  return {
    ask,
    here: { destination: destinationOf(here), label },
    find: async (name) => {
      const { people } = store.state;
      if (isRoomName(name)) return roomPlace({ ask, rooms: people.rooms }, name);
      const person = await findPerson(actions, name, { kind: 'command', line });
      if (person === null) return null;
      const peer = person.fingerprint;
      return { destination: { peer }, label: people.label(peer) };
    },
  };
}

/** Throws UsageError `bad-room`, `not-in-room`, `ambiguous-room`. */
export async function roomPlace(
  { ask, rooms }: { readonly ask: Ask; readonly rooms: Pick<RoomNames, 'byLabel' | 'label'> },
  name: string,
): Promise<SettingPlace> {
  const room = name.startsWith('#') ? publicRoom(name) : await enteredRoom(ask, rooms, name);
  if (room !== null) return { destination: { room }, label: rooms.label(room) };
  throw new UsageError('not-in-room', phrase`you are in no room called ${name}`);
}

function publicRoom(name: string): string {
  const parsed = parseRoomName(name);
  if (parsed !== null) return `#${parsed}`;
  throw new UsageError(
    'bad-room',
    phrase`"${name.slice(0, 80)}" is not a room; one is called #ward-3`,
  );
}

/** How it stands, or what has been changed; null where that has been said already. Throws UsageError, and what the client does. */
export async function notifyLine(scene: NoticeScene, args: string): Promise<SafeText | null> {
  const [word, name] = splitFirst(args);
  if (word === '') return overview(scene);
  if (NOTIFY_WAYS.some((way) => way === word))
    return (await settingLines(scene.ask, `notify ${word}`, null))[0] ?? null;
  const level = levelOf(word);
  if (level === undefined) throw new UsageError('bad-arguments', phrase`/notify takes ${TAKES}`);
  return setLevel(scene, name, level);
}

/** As `notifyLine`. */
export function muteLine(scene: NoticeScene, args: string): Promise<SafeText | null> {
  const { name, level } = muteWish(args);
  return setLevel(scene, name, level);
}

function muteWish(args: string): { readonly name: string; readonly level: 'nothing' | null } {
  const name = args.replace(/(?:^|\s)off\s*$/iu, '').trim();
  return { name, level: name === args.trim() ? 'nothing' : null };
}

/** Null: as everywhere. Undefined where it is no level. */
function levelOf(word: string): NotifyLevel | null | undefined {
  return word === 'default' ? null : NOTIFY_LEVELS.find((level) => level === word);
}

async function overview({ ask, here }: NoticeScene): Promise<SafeText> {
  const lines: SafeText[] = [];
  for (const name of SETTINGS) {
    lines.push(...(await settingLines(ask, name, null)).slice(0, 1));
  }
  if (here !== null) lines.push(...(await settingLines(ask, 'notify-level here', here)));
  return listing(t`What you are told of; /notify test tries it:`, lines);
}

async function setLevel(
  { ask, here, find }: NoticeScene,
  name: string,
  notifyLevel: NotifyLevel | null,
): Promise<SafeText | null> {
  const place = name === '' ? here : await find(name);
  if (place === null) {
    if (name !== '') return null;
    throw new UsageError('bad-arguments', phrase`/mute ROOM, or /mute @NAME: which conversation?`);
  }
  const { destination, label } = place;
  await ask({ do: 'conversation-settings', with: destination, change: { notifyLevel } });
  return levelWords(notifyLevel, { name: label, ends: t`/mute ${label} off` });
}

/** What a level means for a conversation; `ends`: what to type so that it is muted no more. */
export function levelWords(
  level: NotifyLevel | null,
  { name, ends }: { readonly name: SafeText; readonly ends: SafeText },
): SafeText {
  switch (level) {
    case 'nothing':
      return t`${name} is muted: nothing in it is counted or signalled; ${ends} ends that.`;
    case 'mentions':
      return t`${name}: what names you is signalled.`;
    case 'all':
      return t`${name}: all that is said in it is signalled.`;
    case null:
      return t`${name} is not muted; it is signalled as everywhere.`;
    default:
      return level satisfies never;
  }
}
