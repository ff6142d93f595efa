// A message between the core, which says it, and the store, which keeps it: the same in two forms. Reads nothing.
import type { HistoryWrite } from '../core/durable.ts';
import {
  CHANGES,
  type Change,
  MESSAGE_KINDS,
  MESSAGE_REASONS,
  MESSAGE_STATES,
  type Message,
  type Poll,
  type Who,
} from '../core/events.ts';
import { whoOf } from '../core/people.ts';
import { fileContent, sharedFile } from '../core/shared-file.ts';
import type { CoreState } from '../core/state.ts';
import type { PeerId } from '../protocol/ids.ts';
import { cleanNick } from '../protocol/nickname.ts';
import { countsOf } from '../storage/message-changes.ts';
import type { MessageExtras, StoredChange, StoredPoll } from '../storage/message-extras.ts';
import type {
  StoredMessage as StoredRow,
  HistoryWrite as StoredWrite,
} from '../storage/profile-store.ts';
import type { StoredMessage } from './api.ts';

/** What the core tells history, as the store takes it: what comes to a conversation of level `nothing`, or from somebody ignored, counts as seen. */
export function storedWrite(write: HistoryWrite, { notifyLevels }: CoreState): StoredWrite {
  switch (write.type) {
    case 'state':
    case 'expire':
      return write;
    case 'message': {
      const { room, peer, from, kind } = write.message;
      const isQuiet =
        kind === 'change' ||
        from.ignored === true ||
        notifyLevels.get(room ?? peer ?? from.fingerprint) === 'nothing';
      return { type: 'message', message: toRow(write.message), isQuiet };
    }
    case 'change': {
      const { where, time, ...change } = write.change;
      return {
        type: 'change',
        change: { ...change, conversation: where, timeMs: Date.parse(time) },
      };
    }
    default:
      return write satisfies never;
  }
}

function toRow(message: Message): StoredRow {
  const { id, time, sentTime, room, peer, from, text, state } = message;
  return {
    ...{ id, text, state, reason: null },
    timeMs: Date.parse(time),
    sentTimeMs: sentTime === null ? null : Date.parse(sentTime),
    conversation: room === null ? { peer: peer ?? from.fingerprint } : { room },
    from: { fingerprint: from.fingerprint, nick: from.nick },
    ...extrasOf(message),
  };
}

/** Of a message that has just been said: nobody has changed it yet. */
function extrasOf(message: Message): MessageExtras {
  const { kind, reply, mentions = [], expires, poll, change, file } = message;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(reply === undefined ? {} : { reply }),
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(expires === undefined ? {} : { expiresMs: Date.parse(expires) }),
    ...(poll === undefined ? {} : { poll: newPoll(poll) }),
    ...(change === undefined ? {} : { change: storedChange(change) }),
    ...(file === undefined ? {} : { file: fileContent(file) }),
  };
}

function newPoll({ choices, anonymous }: Poll): StoredPoll {
  return { choices, anonymous, closed: false, votes: [], counts: null };
}

function storedChange({ what, who, text }: Change): StoredChange {
  const people = who.map(({ fingerprint, nick }) => ({ fingerprint, nick }));
  return { what, who: people, text: text ?? null };
}

/** With the names and trust of now, where people are still known. */
export function fromRow(row: StoredRow, core: CoreState): StoredMessage {
  const { conversation, from, sentTimeMs } = row;
  return {
    id: row.id,
    time: isoOf(row.timeMs),
    sentTime: sentTimeMs === null ? null : isoOf(sentTimeMs),
    room: 'room' in conversation ? conversation.room : null,
    peer: 'peer' in conversation ? conversation.peer : null,
    from: whoNow(core, from),
    text: row.text,
    state: MESSAGE_STATES.find((state) => state === row.state) ?? null,
    reason: MESSAGE_REASONS.find((reason) => reason === row.reason) ?? null,
    ...extrasFrom(row, core),
  };
}

function extrasFrom(row: StoredRow, core: CoreState): Partial<StoredMessage> {
  const { reply, mentions, edited, originals, deleted, reactions, expiresMs, poll, file } = row;
  const kind = MESSAGE_KINDS.find((known) => known === row.kind);
  const change = row.change === undefined ? null : changeFrom(row.change, core);
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(reply === undefined ? {} : { reply }),
    ...(mentions === undefined ? {} : { mentions }),
    ...(edited === undefined ? {} : { edited: isoOf(edited.timeMs) }),
    ...(originals === undefined
      ? {}
      : { originals: originals.map(({ text, timeMs }) => ({ text, until: isoOf(timeMs) })) }),
    ...(deleted === undefined ? {} : { deleted }),
    ...(reactions === undefined ? {} : { reactions }),
    ...(expiresMs === undefined ? {} : { expires: isoOf(expiresMs) }),
    ...(poll === undefined ? {} : { poll: pollFrom(row.text, poll, core.me.id) }),
    ...(change === null ? {} : { change }),
    ...(file === undefined ? {} : { file: sharedFile(file, row.from.fingerprint) }),
  };
}

function pollFrom(question: string, poll: StoredPoll, me: PeerId): Poll {
  const { choices, anonymous, closed, votes } = poll;
  const votersOf = (index: number) =>
    votes.filter(({ choice }) => choice === index).map(({ voter }) => voter);
  return {
    ...{ question, choices, anonymous, closed, votes: countsOf(poll) },
    ...(anonymous ? {} : { voters: choices.map((_, index) => votersOf(index)) }),
    own: votes.find(({ voter }) => voter === me)?.choice ?? null,
  };
}

function changeFrom({ what, who, text }: StoredChange, core: CoreState): Change | null {
  const known = CHANGES.find((each) => each === what);
  if (known === undefined) return null;
  return {
    what: known,
    who: who.map((person) => whoNow(core, person)),
    ...(text === null ? {} : { text }),
  };
}

function whoNow(core: CoreState, { fingerprint, nick }: StoredRow['from']): Who {
  const who = whoOf(core, fingerprint);
  return who.nick === '' ? { ...who, nick: cleanNick(nick) } : who;
}

function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
