/** A client that hands over somebody hostile's text wherever others' text can be. */
import type {
  ClientEvent,
  FileTransfer,
  Person,
  Room,
  StoredMessage,
} from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { LanchatError } from '../../src/protocol/errors.ts';
import { FakeSession, messageId, onlineLink, peerId, person } from './fake-session.ts';
import { nthId, stored } from './kept-history.ts';
import { fileMessage, sharedFile, transfer, transferOf } from './shared-files.ts';

const ROOM = `+${'4f2a91c0'.repeat(8)}`;
const TIME = '2026-01-31T09:15:02.123Z';

class Refusal extends LanchatError {}

/** Somebody whose every field is this text. */
function hostilePerson(text: string): Person {
  return person(text, 'b', { petname: text, note: text, status: text, ambiguous: true });
}

function hostileRooms(text: string): Room[] {
  const known = { members: [peerId('e'), peerId('b')], invited: [peerId('c')], readOnly: true };
  return [
    { name: '#lobby', kind: 'public', members: [peerId('b')] },
    {
      ...{ ...known, name: ROOM, kind: 'private', title: text, topic: text, owner: peerId('b') },
      ...{ moderators: [], expireSeconds: 60 },
    },
  ];
}

/** One message of every kind, with the text wherever one can be. */
export function hostileMessages(text: string): StoredMessage[] {
  const from = { nick: text, fingerprint: peerId('b'), trust: 'known', petname: text } as const;
  const poll = { question: text, choices: [text, text], anonymous: false, closed: false };
  const more = { from, text, mentions: [peerId('e')] };
  return [
    stored(1, { ...more, sentTime: text }),
    stored(2, { ...more, kind: 'action', reply: nthId(1) }),
    stored(3, { ...more, kind: 'sticker' }),
    stored(4, { ...more, kind: 'poll', poll: { ...poll, votes: [1, 0], own: 0 } }),
    stored(5, { ...more, reactions: [{ emoji: text, from: [peerId('b')] }], edited: TIME }),
    stored(6, { ...more, room: null, peer: peerId('b'), originals: [{ text, until: TIME }] }),
    stored(7, {
      ...more,
      room: ROOM,
      text: '',
      kind: 'change',
      change: { what: 'topic', who: [from], text },
    }),
    stored(8, {
      ...more,
      room: ROOM,
      text: '',
      kind: 'change',
      change: { what: 'titled', who: [from], text },
    }),
    stored(9, { ...more, deleted: true }),
    stored(11, { ...more, file: sharedFile({ name: text, type: text }) }),
    stored(12, { ...more, text: '', file: sharedFile({ name: text, voice: true }) }),
    stored(10, { from, text, state: 'failed', reason: 'refused', room: null, peer: peerId('b') }),
  ]; // prettier-ignore
}

/** Of the file of a message, with the text wherever one can be. */
function hostileTransfer(text: string, change: Partial<FileTransfer> = {}): FileTransfer {
  return {
    ...transferOf(fileMessage({ name: text, type: text })),
    ...{ path: text, reason: text, warning: text, ...change },
  };
}

/** Every event that carries words of others. */
export function hostileEvents(text: string): ClientEvent[] {
  const who = { nick: text, fingerprint: peerId('b'), trust: 'new' } as const;
  const messages = hostileMessages(text);
  const [first] = messages;
  const link = { ...onlineLink, relay: text, reason: text };
  const choice = { name: text, host: text, port: 7717, fingerprint: text, pinned: false };
  const change = (message: StoredMessage, more: Partial<StoredMessage>): ClientEvent => ({
    type: 'message-changed',
    message: { ...message, ...more },
  });
  return [
    { type: 'person', person: hostilePerson(text) },
    ...hostileRooms(text).map((room): ClientEvent => ({ type: 'room', room })),
    ...messages.map((message): ClientEvent => ({ type: 'message', message })),
    ...(first === undefined
      ? []
      : [
          change(first, { reactions: [{ emoji: text, from: [peerId('b')] }] }),
          change(first, { text: `${text}!`, edited: TIME, originals: [{ text, until: TIME }] }),
          change(first, { id: messageId('9') }),
        ]),
    ...messages
      .filter(({ poll }) => poll !== undefined)
      .map((message) =>
        change(message, { ...(message.poll && { poll: { ...message.poll, closed: true } }) }),
      ),
    { type: 'joined', room: ROOM, who },
    { type: 'joined', room: '#lobby', who },
    { type: 'left', room: '#lobby', who },
    { type: 'gap', from: who, room: '#lobby', missing: 3 },
    { type: 'key-changed', nick: text, was: peerId('b'), now: peerId('c'), trust: 'verified' },
    { type: 'announcement', text },
    { type: 'error', code: text, message: text },
    { type: 'who-read', id: messageId('1'), who },
    { type: 'storage', problem: { code: text, message: text } },
    { type: 'words', peer: who, state: 'asked' },
    { type: 'words', peer: who, state: 'compare', words: [text, text], digits: text },
    { type: 'words', peer: who, state: 'failed', reason: 'different' },
    {
      type: 'invitation',
      invitation: {
        room: ROOM,
        title: text,
        time: TIME,
        accepted: false,
        from: { ...who, trust: 'known' },
      },
    },
    { type: 'link', link: { ...link, state: 'offline' } },
    { type: 'link', link: { ...link, state: 'ended' } },
    { type: 'link', link: { ...link, state: 'choosing', choices: [choice] } },
    { type: 'disconnected', reason: text },
    { type: 'deleted', conversation: { peer: peerId('b') }, id: null, messages: 1 },
    { type: 'room-left', room: ROOM },
    ...(['offered', 'moving', 'done', 'failed', 'cancelled', 'waiting'] as const).map(
      (state): ClientEvent => ({
        type: 'file',
        transfer: transfer({
          ...{ direction: 'in', name: text, path: text, warning: text, reason: text, state },
          conversation: { room: '#lobby' },
        }),
      }),
    ),
  ]; // prettier-ignore
}

/** A client all of whose answers hold the text. */
export function hostileSession(text: string): FakeSession {
  const messages = hostileMessages(text);
  const page = () => ({ messages, more: false });
  const somebody = hostilePerson(text);
  const session = new FakeSession({
    ...{ join: ({ room }) => ({ room }), history: page, search: page, since: page },
    ...{ 'find-person': () => ({ matches: [somebody] }), 'mark-read': () => ({}) },
    'find-room': () => ({ room: ROOM }),
    send: () => {
      throw new Refusal(text, text);
    },
    contact: () => ({ person: somebody, firstSeen: TIME }),
    'safety-number': () => ({ digits: '1'.repeat(60), qr: text, person: somebody }),
    trust: () => ({ person: somebody }),
    verify: () => ({ person: somebody }),
    status: () => ({ text }),
    nick: () => ({ nick: text }),
    settings: () => DEFAULT_PREFERENCES,
    message: () => ({ message: messages[0] ?? null }),
    conversations: () => ({
      conversations: [
        { with: { peer: peerId('b') }, last: messages[0] ?? null, unread: 3 },
        { with: { room: '#lobby' }, last: null, unread: 3 },
        { with: { room: ROOM }, last: null, unread: 3 },
      ],
    }),
    files: () => ({ files: [{ transfer: hostileTransfer(text), message: messages[0] ?? null }] }),
    'get-file': () => ({ transfer: hostileTransfer(text) }),
    'cancel-file': () => ({ cancelled: false }),
    'send-file': () => {
      throw new Refusal(text, text);
    },
    invitations: () => ({
      invitations: [
        {
          room: ROOM,
          title: text,
          time: TIME,
          accepted: false,
          from: { ...somebody, trust: 'known' },
        },
      ],
    }),
  }); // prettier-ignore
  const people = [somebody, person(text, 'c', { keyChangedFrom: [peerId('b')] })];
  session.snapshot = { ...session.snapshot, people, rooms: hostileRooms(text) };
  return session;
}
