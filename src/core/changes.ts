// What changes what was said: edits, deletions for all, reactions, votes; our own, and those of others as they arrive.
// Whether one may do that to the message, history knows: it alone has it.
import { phrase } from '../language/translate.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import {
  decodeClosePoll,
  decodeDelete,
  decodeEdit,
  decodeReact,
  decodeSecretVote,
  decodeVote,
} from '../protocol/change-content.ts';
import { isEmoji } from '../protocol/emoji.ts';
import { UsageError } from '../protocol/errors.ts';
import { idBytes, type MessageId, type PeerId } from '../protocol/ids.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { type Deed, journal, type MessageChange } from './durable.ts';
import type { Destination } from './events.ts';
import { requireRoom } from './find-room.ts';
import { type Posted, type Posting, post, postTo } from './post.ts';
import { isHeard, isMember } from './private-members.ts';
import { mentionedIn, requireText } from './say.ts';
import type { CoreState } from './state.ts';
import { type Arrived, destinationOf, releaseHeld } from './tell-message.ts';

/** A message that history holds, and where. */
export interface Target {
  readonly id: MessageId;
  readonly where: Destination;
}

/** As all of these, returns the record's id. Throws UsageError `text-empty`, `text-too-long`, and as `post`. */
export function edit(core: CoreState, target: Target, text: string): MessageId {
  const words = requireText(text);
  const mentions = mentionedIn(core, words);
  const content = encodeCbor({
    id: idBytes(target.id),
    text: words,
    ...(mentions.length === 0 ? {} : { mentions: mentions.map(idBytes) }),
  });
  const { edit: direct, roomEdit: room } = RECORD_TYPES;
  return change(core, target, {
    posting: { direct, room, content },
    deed: { type: 'edit', text: words, mentions },
  });
}

/** Deletes for all. Throws UsageError as `post`. */
export function unsend(core: CoreState, target: Target): MessageId {
  const content = encodeCbor({ id: idBytes(target.id) });
  const { delete: direct, roomDelete: room } = RECORD_TYPES;
  return change(core, target, { posting: { direct, room, content }, deed: { type: 'unsend' } });
}

/** Throws UsageError `bad-emoji`, and as `post`. */
export function react(
  core: CoreState,
  target: Target,
  { emoji, on }: { readonly emoji: string; readonly on: boolean },
): MessageId {
  if (!isEmoji(emoji)) {
    throw new UsageError(
      'bad-emoji',
      phrase`a reaction is one emoji, such as 👍, or its code, :thumbsup:`,
    );
  }
  const content = encodeCbor({ id: idBytes(target.id), emoji, on });
  const { react: direct, roomReact: room } = RECORD_TYPES;
  return change(core, target, {
    posting: { direct, room, content },
    deed: { type: 'react', emoji, on },
  });
}

/** To all in the room. Throws UsageError as `post`. */
export function vote(core: CoreState, target: Target, choice: number): MessageId {
  const content = encodeCbor({ id: idBytes(target.id), choice });
  const type = RECORD_TYPES.vote;
  const deed: Deed = { type: 'vote', choice, secret: false };
  return change(core, target, { posting: { direct: type, room: type, content }, deed });
}

/**
 * To the poll's author alone; null where that is ourselves, and nothing goes out. Throws UsageError `bad-room`,
 * `not-in-room`, and as `postTo`.
 */
export function voteSecretly(
  core: CoreState,
  { id, room, author }: { readonly id: MessageId; readonly room: string; readonly author: PeerId },
  choice: number,
): MessageId | null {
  const { roomId, label, stream } = requireRoom(core, room);
  const content = encodeCbor({ room: idBytes(roomId), id: idBytes(id), choice });
  const deed: Deed = { type: 'vote', choice, secret: true };
  const where = { room: label };
  if (author === core.me.id) {
    tell(core, { ...ownDoing(core, { id, where, stream, seq: 0 }), deed });
    return null;
  }
  const posted = postTo(core, author, { type: RECORD_TYPES.secretVote, content });
  tell(core, { ...ownDoing(core, { ...posted, id, where }), deed });
  return posted.id;
}

/** `counts`: of an anonymous poll. Throws UsageError as `post`. */
export function closePoll(
  core: CoreState,
  target: Target,
  counts: readonly number[] | null,
): MessageId {
  const content = encodeCbor({ id: idBytes(target.id), ...(counts === null ? {} : { counts }) });
  const type = RECORD_TYPES.closePoll;
  const deed: Deed = { type: 'close-poll', counts };
  return change(core, target, { posting: { direct: type, room: type, content }, deed });
}

/** Behind what it changes, in the same stream: order is given. */
function change(
  core: CoreState,
  { id, where }: Target,
  { posting, deed }: { readonly posting: Posting; readonly deed: Deed },
): MessageId {
  const posted = post(core, where, posting);
  tell(core, { ...ownDoing(core, { ...posted, id }), deed });
  return posted.id;
}

function ownDoing(
  core: CoreState,
  { id, where, stream, seq }: Posted,
): Omit<MessageChange, 'deed'> {
  const time = new Date(core.env.wallMs()).toISOString();
  return { id, by: core.me.id, own: true, where, time, stream, seq };
}

/** What it changes may be held back for its writer's card: then that goes first. */
function tell(core: CoreState, done: MessageChange): void {
  releaseHeld(core, done.id);
  journal(core, { type: 'change', change: done });
}

/** A record of another person that may change something; of another type it doesn't. Throws ProtocolError. */
export function takeChange(core: CoreState, arrived: Arrived): void {
  const { type, content } = arrived.record;
  if (type === RECORD_TYPES.secretVote) {
    takeSecretVote(core, arrived);
    return;
  }
  const read = readChange(type, content);
  if (read !== null) tell(core, { ...doing(core, arrived), ...read });
}

function doing(core: CoreState, arrived: Arrived): Omit<MessageChange, 'id' | 'deed'> {
  const { stream, seq } = arrived.record;
  const time = new Date(core.env.wallMs()).toISOString();
  return { by: arrived.from, own: false, where: destinationOf(arrived), time, stream, seq };
}

function readChange(type: number, content: Uint8Array): Pick<MessageChange, 'id' | 'deed'> | null {
  switch (type) {
    case RECORD_TYPES.edit:
    case RECORD_TYPES.roomEdit: {
      const { id, text, mentions = [] } = decodeEdit(content);
      return { id, deed: { type: 'edit', text, mentions } };
    }
    case RECORD_TYPES.delete:
    case RECORD_TYPES.roomDelete:
      return { id: decodeDelete(content).id, deed: { type: 'unsend' } };
    case RECORD_TYPES.react:
    case RECORD_TYPES.roomReact: {
      const { id, emoji, on } = decodeReact(content);
      return { id, deed: { type: 'react', emoji, on } };
    }
    case RECORD_TYPES.vote: {
      const { id, choice } = decodeVote(content);
      return { id, deed: { type: 'vote', choice, secret: false } };
    }
    case RECORD_TYPES.closePoll: {
      const { id, counts = null } = decodeClosePoll(content);
      return { id, deed: { type: 'close-poll', counts } };
    }
    default:
      return null;
  }
}

/**
 * It names the room: only there may its poll be. In a public room everybody who knows its name may write, and so vote;
 * the poll's id shows that they have read it. In a private one only who may write there.
 */
function takeSecretVote(core: CoreState, arrived: Arrived): void {
  const { room: roomId, id, choice } = decodeSecretVote(arrived.record.content);
  const room = [...core.rooms.values()].find((each) => each.roomId === roomId);
  if (room === undefined || !isMember(room, arrived.from)) return;
  if (!isHeard(room, { from: arrived.from, at: null })) return;
  const deed: Deed = { type: 'vote', choice, secret: true };
  tell(core, { ...doing(core, arrived), where: { room: room.label }, id, deed });
}
