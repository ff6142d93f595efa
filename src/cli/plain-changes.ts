// What became of messages that stand on the terminal already: edited, deleted, reacted to, voted in. Asks nobody.
import type { Message, StoredMessage } from '../client/api.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { choiceLines, pollWords, quoteWords } from '../ui/message-words.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { messageLines, type Names, ownLine, type Quotes } from './lines.ts';

/** Messages whose last state is remembered. */
const MAX_REMEMBERED = 1_000;
/** Reactions that one change tells one by one. */
const MAX_TOLD = 5;
const MAX_EMOJI_LENGTH = 32;

export interface ChangeScene {
  readonly names: Names;
  readonly quotes: Quotes;
  readonly isUs: (peer: PeerId) => boolean;
  /** Of the conversation it is in. */
  readonly place: SafeText;
}

/** The newest state of each message that was shown. */
export class Shown {
  readonly #known = new Map<MessageId, Message>();

  has(id: MessageId): boolean {
    return this.#known.has(id);
  }

  remember(message: Message): void {
    this.#known.delete(message.id);
    this.#known.set(message.id, message);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }

  /** What is new about it, as lines; all of it where it is not remembered. */
  changed(message: StoredMessage, scene: ChangeScene): SafeText[] {
    const before = this.#known.get(message.id);
    this.remember(message);
    const who = callerOf(message, scene);
    if (before === undefined) {
      const head = t`a message of ${who} in ${scene.place} has changed:`;
      return [ownLine(head), ...messageLines(message, scene.names, scene.quotes)];
    }
    if (message.deleted) {
      return before.deleted ? [] : [ownLine(t`${who} deleted a message for all in ${scene.place}`)];
    }
    return [
      ...editLines(before, message, scene),
      ...reactionLines(before, message, scene),
      ...pollLines(before, message, scene),
    ];
  }
}

function callerOf({ from }: Message, { names, isUs }: ChangeScene): SafeText {
  return isUs(from.fingerprint) ? t`you` : names.meet(from);
}

function editLines(before: Message, message: StoredMessage, scene: ChangeScene): SafeText[] {
  if (before.edited === message.edited) return [];
  const head = t`${callerOf(message, scene)} edited a message in ${scene.place}; it says now:`;
  return [ownLine(head), ...messageLines(message, scene.names, scene.quotes)];
}

function reactionLines(before: Message, message: Message, scene: ChangeScene): SafeText[] {
  const [old, now] = [reactionsOf(before), reactionsOf(message)];
  const { names, isUs, place } = scene;
  const quote = quoteWords(callerOf(message, scene), message);
  const came = now.filter((each) => !old.some((other) => isSame(each, other)));
  const went = old.filter((each) => !now.some((other) => isSame(each, other)));
  const nameOf = (peer: PeerId) => (isUs(peer) ? t`you` : names.label(peer));
  const lines = [
    ...came.map(
      ({ emoji, peer }) => t`${nameOf(peer)} reacted with ${clean(emoji)} in ${place} to ${quote}`,
    ),
    ...went.map(
      ({ emoji, peer }) => t`${nameOf(peer)} took back ${clean(emoji)} in ${place} from ${quote}`,
    ),
  ];
  const more = lines.length - MAX_TOLD;
  const shown = lines.slice(0, MAX_TOLD);
  return (more > 0 ? [...shown, t`and ${more} more reactions`] : shown).map(ownLine);
}

interface OneReaction {
  readonly emoji: string;
  readonly peer: PeerId;
}

function reactionsOf({ reactions = [] }: Message): readonly OneReaction[] {
  return reactions.flatMap(({ emoji, from }) => from.map((peer) => ({ emoji, peer })));
}

function isSame(a: OneReaction, b: OneReaction): boolean {
  return a.emoji === b.emoji && a.peer === b.peer;
}

function clean(emoji: string): SafeText {
  return safeText(emoji, { maxLength: MAX_EMOJI_LENGTH });
}

function pollLines(before: Message, message: Message, scene: ChangeScene): SafeText[] {
  const { poll } = message;
  if (poll === undefined || JSON.stringify(poll) === JSON.stringify(before.poll)) return [];
  const quote = quoteWords(callerOf(message, scene), message);
  const standing = [...choiceLines(poll), pollWords(poll)].map((line) => t`  ${line}`);
  return [t`the poll in ${scene.place} of ${quote}`, ...standing].map(ownLine);
}
