// The header and the status line: where one is, what the link does, what a key is worth. Pure.
import { PeerId } from '../protocol/ids.ts';
import { keyHints } from './bound-keys.ts';
import { completionHint } from './completion-rows.ts';
import { durationWords } from './durations.ts';
import { fingerprintWords, type KnownPerson, trustWord } from './people.ts';
import { isRoomName } from './room-names.ts';
import { type PrivateRoom, standingWords, topicWords } from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, type Span, span } from './spans.ts';
import { conversationName } from './switcher.ts';
import { linkReason, linkWords } from './words.ts';

/** The conversation's name and who is in it. */
export function headerRow(state: ScreenState): Row {
  const peer = PeerId.parse(state.active);
  const name = conversationName(state, state.active);
  const detail = peer === null ? roomDetail(state) : privateDetail(state.people.get(peer), peer);
  const typing = state.typing.words(state.active);
  // Before what a narrow screen cuts; between two it names the other already.
  const [who, now] =
    typing === null
      ? [name, t``]
      : peer === null
        ? [name, t`${typing} …  `]
        : [t`${typing} …`, t``];
  return [span(t` lanchat  ${who}  ${now}${detail}`, 'bar')];
}

function roomDetail(state: ScreenState): SafeText {
  const room = state.rooms.get(state.active);
  if (room === undefined) return isRoomName(state.active) ? t`you are in it no more` : t``;
  const here = room.members.length === 1 ? t`only you` : t`${room.members.length} members`;
  return room.kind === 'public' ? here : privateRoomDetail(state, room, here);
}

/** How it stands comes first: a narrow screen cuts the end. */
function privateRoomDetail(state: ScreenState, room: PrivateRoom, here: SafeText): SafeText {
  const { owner } = room;
  const isOurs = owner === state.self?.fingerprint;
  const topic = topicWords(room);
  const parts = [
    ...standingWords(room),
    room.kind === 'group' ? t`group` : t`private`,
    here,
    isOurs ? t`yours` : t`owner ${state.people.label(owner)}`,
    ...(topic === '' ? [] : [t`topic: ${topic}`]),
  ];
  return parts.reduce((all, part) => t`${all} · ${part}`);
}

function privateDetail(person: KnownPerson | null, peer: PeerId): SafeText {
  const key = t`key ${fingerprintWords(peer, 16)} …`;
  if (person === null) return key;
  const here = person.online ? t`here` : t`not here`;
  const says = person.status === null ? t`` : t` · ${t`says: ${person.status}`}`;
  const { expireSeconds } = person;
  const stays =
    expireSeconds === undefined ? t`` : t` · disappears after ${durationWords(expireSeconds)}`;
  return t`private · ${person.blocked === true ? t`BLOCKED` : here}${stays} · ${key}${says}`;
}

export interface StatusContext {
  /** Until the link is tried again; null: not planned. */
  readonly countdownMs: number | null;
  /** Whether a sidebar shows what is unread. */
  readonly sidebar: boolean;
  /** What there is to say about the text that is being typed. */
  readonly typed?: readonly Span[];
}

/** An alarm about keys, link, trust, relay: the most important first, because a narrow screen cuts the end. */
export function statusRow(
  state: ScreenState,
  { countdownMs, sidebar, typed = [] }: StatusContext,
): Row {
  if (state.quitArmed) {
    const again = keyHints(state.keys)('interrupt');
    return [span(t` ${again} again quits; any other key goes on`, 'warn')];
  }
  const { link, completion } = state;
  if (completion !== null) return [span(completionHint(completion, state.keys), 'dim')];
  if (link === null) return [span(t` starting …`, 'dim')];
  const people = readers(state);
  const spans: Span[] = alarmSpans(state, people);
  if (typed.length > 0) spans.push(...typed, span(t` ·`, 'dim'));
  spans.push(linkSpan(state));
  if (state.ephemeral) spans.push(span(t` · `, 'dim'), span(t`ephemeral`, 'warn'));
  if (state.self?.hidden === true) spans.push(span(t` · `, 'dim'), span(t`hidden`, 'warn'));
  if (state.storageProblem !== null) {
    // Neither typing on nor trying again helps: what stands under the messages says what does.
    spans.push(span(t` · `, 'dim'), span(t`the disk takes nothing`, 'alarm'));
    spans.push(...trustSpans(state, people, false));
  } else if (link.state === 'offline' || link.state === 'connecting') {
    spans.push(...trustSpans(state, people, false), ...troubleSpans(state, countdownMs));
  } else if (link.state === 'online') {
    spans.push(...trustSpans(state, people, sidebar));
    const unread = sidebar ? null : elsewhere(state);
    if (unread !== null) spans.push(span(t` · `, 'dim'), span(unread, 'strong'));
    if (link.relay !== null) {
      spans.push(span(t` · relay ${safeText(link.relay, { maxLength: 300 })}`, 'dim'));
    }
  } else {
    spans.push(...trustSpans(state, people, false));
    if (link.reason !== null) spans.push(span(t` · ${linkReason(link.reason)}`));
  }
  return spans;
}

function linkSpan({ link, ready }: ScreenState): Span {
  if (link === null) return span(t``);
  const bad = link.state === 'offline' || link.state === 'ended';
  const words = link.state === 'online' && !ready ? t`online, reading the roster` : linkWords(link);
  return span(t` ${words}`, bad ? 'alarm' : link.state === 'online' ? 'good' : 'warn');
}

function troubleSpans({ link }: ScreenState, countdownMs: number | null): Span[] {
  const spans: Span[] = [];
  if (countdownMs !== null) {
    const seconds = Math.max(1, Math.ceil(countdownMs / 1000));
    spans.push(span(t` · next try in ${seconds} s`));
  }
  if (link?.reason != null) spans.push(span(t` · ${linkReason(link.reason)}`, 'dim'));
  return spans;
}

/** Null: nobody of that key has been met. */
type Readers = readonly (KnownPerson | null)[];

/** Of whom the keys lie over the messages, else who reads them. */
function readers(state: ScreenState): Readers {
  const peer = shownPeer(state);
  if (peer !== null) return [state.people.get(peer)];
  return (state.rooms.get(state.active)?.members ?? [])
    .filter((member) => member !== state.self?.fingerprint)
    .map((member) => state.people.get(member));
}

function shownPeer({ overlay, active }: ScreenState): PeerId | null {
  return overlay !== null && 'peer' in overlay ? overlay.peer : PeerId.parse(active);
}

/** Before all else, whatever the link does. */
function alarmSpans(state: ScreenState, people: Readers): Span[] {
  const peer = shownPeer(state);
  const isOld = peer !== null && isOldKey(state, peer);
  const changed = people.filter((person) => isOld || hasNewKey(person)).length;
  if (changed === 0) return [];
  const words = peer === null ? t`${changed} KEY CHANGED` : t`KEY CHANGED`;
  return [span(t` `), span(words, 'alarm'), span(t` ·`, 'dim')];
}

/** In the window of a key, what was compared is not what the name stands for now. */
function isOldKey({ overlay, people }: ScreenState, peer: PeerId): boolean {
  return (overlay === null || !('peer' in overlay)) && people.isReplaced(peer);
}

function hasNewKey(person: KnownPerson | null): boolean {
  return person !== null && person.keyChangedFrom.length > 0;
}

/** In few words where more follows; what `alarmSpans` says is not said again. */
function trustSpans(state: ScreenState, people: Readers, inFull: boolean): Span[] {
  const [person = null] = people;
  const dot = span(t` · `, 'dim');
  const peer = shownPeer(state);
  if (peer !== null) {
    if (hasNewKey(person) || isOldKey(state, peer)) return [];
    if (person === null) return [dot, span(t`unverified`)];
    return [dot, span(trustWord(person), person.trust === 'verified' ? 'good' : 'text')];
  }
  if (people.length === 0) return [dot, span(t`end-to-end encrypted`)];
  const verified = people.filter((each) => each?.trust === 'verified').length;
  const words = inFull
    ? t`end-to-end encrypted, ${verified} of ${people.length} verified`
    : t`${verified} of ${people.length} verified`;
  return [dot, span(words)];
}

// Where no sidebar stands, this is where unread lines of other windows show.
function elsewhere(state: ScreenState): SafeText | null {
  let unread = 0;
  let mentions = 0;
  for (const [key, conversation] of state.conversations) {
    if (key === state.active) continue;
    unread += conversation.unread;
    mentions += isRoomName(key) ? conversation.mentions : 0;
  }
  if (unread === 0) return null;
  return mentions === 0 ? t`(${unread}) unread` : t`(${unread}) @${mentions} unread`;
}
