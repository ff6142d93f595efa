// Messages and conversations as JSON, and how everybody in them is called. Asks nobody.
import type {
  ClientEvent,
  Conversation,
  Destination,
  Message,
  SharedFile,
  Snapshot,
  StoredMessage,
  Who,
} from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { Directory, trustWord } from '../ui/people.ts';
import { type SafeText, safeTemplate } from '../ui/safe-text.ts';
import type { JsonRecord } from './output.ts';

/** `room`, or `peer` with their name: the fields by which a record says which conversation it is of. */
export function conversationFields(
  conversation: Destination,
  names: Directory,
): { room: string } | { peer: Who } {
  return 'room' in conversation ? conversation : { peer: whoIs(conversation.peer, names) };
}

function whoIs(peer: PeerId, names: Directory): Who {
  const known = names.get(peer);
  const { nick = '', trust = 'new' } = known ?? {};
  return {
    ...{ nick, fingerprint: peer, trust },
    ...(known?.hasPetname === true && { petname: known.name }),
    ...(known?.ignored === true && { ignored: true as const }),
  };
}

/** How everybody in stored messages is called, ourselves included. From a snapshot, which needs no relay. */
export class Cast {
  readonly names = new Directory();
  readonly #self: Snapshot['self'];

  constructor({ self, people, rooms }: Snapshot) {
    this.#self = self;
    this.names.rooms.setSelf(self.fingerprint);
    for (const room of rooms) this.names.rooms.set(room);
    for (const person of people) this.names.set(person);
  }

  /** Whose profile it is. */
  get me(): PeerId {
    return this.#self.fingerprint;
  }

  who(peer: PeerId): Who {
    const { fingerprint, nick } = this.#self;
    return peer === fingerprint
      ? { nick, fingerprint, trust: 'verified' }
      : whoIs(peer, this.names);
  }

  fields(conversation: Destination): { room: string } | { peer: Who } {
    return conversationFields(conversation, this.names);
  }

  label(conversation: Destination): SafeText {
    if ('room' in conversation) return this.names.rooms.label(conversation.room);
    const { peer } = conversation;
    return safeTemplate`@${this.names.label(peer)} (${trustWord(this.who(peer))})`;
  }

  /** A stored message: as `listen` prints it, and whose it is, to whom, and what became of it. */
  record(message: StoredMessage): JsonRecord {
    const { peer, state, reason } = message;
    const own = state !== null;
    const to = own && peer !== null ? this.who(peer) : this.#self;
    return {
      ...messageRecord(message),
      ...(peer === null ? {} : { to: { nick: to.nick, fingerprint: to.fingerprint } }),
      own,
      ...(own ? { state } : {}),
      ...(reason === null ? {} : { reason }),
    };
  }

  conversationRecord({ with: conversation, unread, last }: Conversation): JsonRecord {
    return {
      type: 'conversation',
      ...this.fields(conversation),
      unread,
      ...(last === null ? {} : { lastTime: last.time }),
    };
  }
}

/** The `deleted` object of CLI.md: of one message where there is an `id`, else of the whole conversation. */
export function deletedRecord(
  { conversation, id, messages }: Omit<Extract<ClientEvent, { type: 'deleted' }>, 'type'>,
  names: Directory,
): JsonRecord {
  return {
    type: 'deleted',
    ...conversationFields(conversation, names),
    ...(id === null ? {} : { id }),
    messages,
  };
}

/** The `message` object of CLI.md. */
export function messageRecord(message: Message | StoredMessage): JsonRecord {
  const { id, time, sentTime, room, from, text } = message;
  return {
    type: 'message',
    id,
    time,
    ...(sentTime === null ? {} : { sentTime }),
    ...(room === null ? {} : { room }),
    from,
    text,
    ...extraFields(message),
  };
}

/** Those that it has. */
function extraFields(message: Message & Partial<Pick<StoredMessage, 'originals'>>): object {
  const { kind, reply, mentions, edited, originals, deleted } = message;
  const { reactions, expires, poll, change } = message;
  const file = message.file === undefined ? undefined : sharedFileFields(message.file);
  // A field without a value is none in JSON.
  return {
    ...{ kind, reply, mentions, edited, originals, deleted, reactions, expires, poll, change },
    file,
  };
}

/** The `file` of a `message`: never what opens it, nor its picture. */
function sharedFileFields({ id, name, size, ...file }: SharedFile): object {
  const { type, width, height, durationMs, voice } = file;
  return { id, name, size, mime: type, width, height, ms: durationMs, voice };
}

/** The `changed` object of CLI.md: the message as it is now. */
export function changedRecord(message: StoredMessage, names: Directory): JsonRecord {
  const { peer, state } = message;
  return {
    ...messageRecord(message),
    type: 'changed',
    ...(peer === null ? {} : { peer: whoIs(peer, names) }),
    own: state !== null,
  };
}
