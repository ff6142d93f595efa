// What the commands about private rooms do, on the screen and in the plain interface alike. A refusal is thrown.

import type { InvitationInfo, Room, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import { cleanTitle } from '../protocol/nickname.ts';
import { listing, splitFirst } from './command-text.ts';
import { parseTimer } from './durations.ts';
import { roomQuery, shortRoomName } from './room-names.ts';
import {
  invitationWords,
  isRequest,
  type RoomCallers,
  roomDetails,
  type Trusts,
  topicWords,
} from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

/** Where a command was typed, and how its answer gets before the person. */
export interface RoomScene {
  readonly ask: Session['request'];
  readonly self: PeerId;
  /** The room that is looked at; null: none. */
  readonly here: string | null;
  readonly roomOf: (name: string) => Room | undefined;
  readonly names: RoomCallers & Trusts;
  /** All who are named, or null where one is nobody or several, which has been said. */
  readonly people: (names: readonly string[]) => Promise<readonly PeerId[] | null>;
  readonly say: (text: SafeText) => void;
  readonly open: (room: string) => void | Promise<void>;
}

const VERBS = [
  ...['create', 'invite', 'accept', 'decline', 'remove', 'title', 'topic', 'grant', 'revoke'],
  ...['transfer', 'read-only', 'expire', 'close', 'info'],
] as const;
export type RoomVerb = (typeof VERBS)[number];

/** Of `/room VERB …`; null: there is none. Nothing stands for `info`. */
export function roomVerb(typed: string): RoomVerb | null {
  const wanted = typed === '' ? 'info' : typed.toLowerCase();
  return VERBS.find((verb) => verb === wanted) ?? null;
}

/** Throws UsageError `bad-arguments`, and what the client refuses with. */
export async function runRoomVerb(scene: RoomScene, verb: RoomVerb, args: string): Promise<void> {
  switch (verb) {
    case 'create':
      return create(scene, args);
    case 'accept':
    case 'decline':
      return answer(scene, args, verb === 'accept');
    case 'invite':
      return invite(scene, args);
    case 'remove':
      return remove(scene, args);
    case 'grant':
    case 'revoke':
      return moderate(scene, args, verb === 'grant');
    case 'transfer':
      return transfer(scene, args);
    case 'title':
      await scene.ask({ do: 'room-title', room: hereOf(scene), title: given(args, 'title TEXT') });
      return;
    case 'topic':
      return topic(scene, args);
    case 'read-only':
      return readOnly(scene, args);
    case 'expire':
      return expire(scene, args);
    case 'close':
      return close(scene, args);
    case 'info':
      return info(scene);
    default:
      return verb satisfies never;
  }
}

/** Throws UsageError `bad-arguments`. */
function given(args: string, usage: string): string {
  if (args !== '') return args;
  throw new UsageError('bad-arguments', `/room ${usage}`);
}

/** Throws UsageError `not-in-room`. */
function hereOf({ here }: RoomScene): string {
  if (here !== null) return here;
  const message = phrase`that is done in a private room: go to one, or make one with /room create TITLE`;
  throw new UsageError('not-in-room', message);
}

async function create({ ask, open, say }: RoomScene, args: string): Promise<void> {
  const title = given(args, 'create TITLE');
  const { room } = await ask({ do: 'room-create', title, readOnly: false, expireSeconds: null });
  await open(room);
  const called = safeText(cleanTitle(title), { maxLength: 64 });
  say(t`+${called} is private, and yours: /invite NAME asks people in.`);
}

async function invite(scene: RoomScene, args: string): Promise<void> {
  const room = hereOf(scene);
  const peers = await scene.people(given(args, phrase`invite NAME …: whom?`).split(/[\s,]+/));
  if (peers === null) return;
  await scene.ask({ do: 'room-invite', room, peers });
  scene.say(t`Asked in: ${namesOf(scene, peers)}. They come once they say yes.`);
}

async function remove(scene: RoomScene, args: string): Promise<void> {
  const room = hereOf(scene);
  const peers = await scene.people(given(args, phrase`remove NAME …: whom?`).split(/[\s,]+/));
  if (peers === null) return;
  await scene.ask({ do: 'room-remove', room, peers });
  const info = scene.roomOf(room);
  // What its owner does, the timeline says.
  if (info === undefined || info.kind === 'public' || info.owner === scene.self) return;
  scene.say(
    t`${namesOf(scene, peers)}: what is said from now on they read no more; the owner's lanchat takes them out.`,
  );
}

function namesOf({ names }: RoomScene, peers: readonly PeerId[]): SafeText {
  const [first = t``, ...rest] = peers.map((peer) => names.label(peer));
  return rest.reduce((all, name) => t`${all}, ${name}`, first);
}

async function moderate(scene: RoomScene, args: string, on: boolean): Promise<void> {
  const room = hereOf(scene);
  const usage = on ? phrase`grant NAME: whom?` : phrase`revoke NAME: whom?`;
  const [peer] = (await scene.people([given(args, usage)])) ?? [];
  if (peer !== undefined) await scene.ask({ do: 'room-moderator', room, peer, on });
}

async function transfer(scene: RoomScene, args: string): Promise<void> {
  const room = hereOf(scene);
  const [name, yes] = splitFirst(given(args, phrase`transfer NAME: to whom?`));
  const [peer] = (await scene.people([name])) ?? [];
  if (peer === undefined) return;
  const who = scene.names.label(peer);
  if (yes !== 'yes') {
    scene.say(t`The room would be ${who}'s, not yours: /room transfer ${who} yes does it.`);
    return;
  }
  await scene.ask({ do: 'room-transfer', room, peer });
  scene.say(
    t`${who} is asked to take the room over: it is theirs once their lanchat has answered.`,
  );
}

/** `/topic` shows it, `/topic -` takes it away. */
async function topic(scene: RoomScene, args: string): Promise<void> {
  const room = hereOf(scene);
  if (args !== '') {
    await scene.ask({ do: 'room-topic', room, topic: args === '-' ? '' : args });
    return;
  }
  const info = scene.roomOf(room);
  const words = info === undefined || info.kind === 'public' ? t`` : topicWords(info);
  scene.say(words === '' ? t`No topic is set here.` : t`The topic here is: ${words}`);
}

async function readOnly(scene: RoomScene, args: string): Promise<void> {
  const word = args.toLowerCase();
  if (word !== 'on' && word !== 'off')
    throw new UsageError('bad-arguments', phrase`/room read-only on|off`);
  await scene.ask({ do: 'room-set', room: hereOf(scene), readOnly: word === 'on' });
}

async function expire(scene: RoomScene, args: string): Promise<void> {
  const expireSeconds = parseTimer(given(args, 'expire 30s|5m|2h|7d|off'));
  await scene.ask({ do: 'room-set', room: hereOf(scene), expireSeconds });
}

async function close(scene: RoomScene, args: string): Promise<void> {
  const room = hereOf(scene);
  if (args === 'yes') await scene.ask({ do: 'room-close', room });
  else scene.say(t`Nobody could write here any more, for good: /room close yes does it.`);
}

async function info(scene: RoomScene): Promise<void> {
  const room = scene.roomOf(hereOf(scene));
  if (room === undefined) throw new UsageError('not-in-room', phrase`you are not in this room`);
  const { head, lines } = roomDetails(room, scene);
  scene.say(listing(head, lines));
}

/** The one that is named, else the group that is looked at, else the only one that waits. */
async function answer(scene: RoomScene, args: string, accept: boolean): Promise<void> {
  const { ask, say } = scene;
  const query = args === '' ? await onlyQuestion(scene) : questionOf(scene, args);
  if (query === null) return;
  const { room } = await ask({ do: 'room-answer', room: query, accept });
  const label = scene.names.rooms.label(room);
  if (!accept) say(t`You said no to ${label}.`);
  else if (scene.roomOf(room) !== undefined) say(t`You are in ${label}, and can write there.`);
  else say(t`You said yes; you are in ${label} once its owner's lanchat has let you in.`);
}

/** A stranger's group is called by who is in it; all others are the client's to find. */
function questionOf({ names, roomOf }: RoomScene, args: string): string {
  const typed = args.replace(/^\+?/, '+');
  const shown = names.rooms.byLabel(typed);
  const room = shown === null ? undefined : roomOf(shown);
  return room !== undefined && isRequest(room) ? room.name : roomQuery(typed);
}

async function onlyQuestion(scene: RoomScene): Promise<string | null> {
  const { here, ask, say, names } = scene;
  const room = here === null ? undefined : scene.roomOf(here);
  if (room !== undefined && isRequest(room)) return room.name;
  const { invitations } = await ask({ do: 'invitations' });
  const open = invitations.filter(({ accepted }) => !accepted);
  const [first, ...others] = open;
  if (first === undefined) {
    throw new UsageError('unknown-invitation', phrase`nobody asks you into a room`);
  }
  if (others.length === 0) return first.room;
  say(
    listing(
      t`Which? /accept and the digits:`,
      open.map((each) => invitationWords(each, names)),
    ),
  );
  return null;
}

/** Whether a person is to be told of it: it is not answered, and of nobody who is ignored. */
export function isAsking({ accepted, from }: InvitationInfo): boolean {
  return !accepted && from.ignored !== true;
}

/** Who asks us in, and what to type. */
export function questionWords(invitation: InvitationInfo, names: RoomCallers): SafeText {
  const short = shortRoomName(invitation.room);
  return t`${invitationWords(invitation, names)}: /accept ${short} or /decline ${short}`;
}
