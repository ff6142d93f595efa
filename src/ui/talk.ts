// Sending and finding people, for whatever asks for it: the composer, a command, a picker.
import type { Command, Replies, Session } from '../client/api.ts';
import type { RelayAddress } from '../client/open-session.ts';
import { withEmoji } from '../client/short-codes.ts';
import { PeerId } from '../protocol/ids.ts';
import type { ConversationKey } from './conversation.ts';
import type { Exported, ExportWish } from './export-wish.ts';
import type { HistoryReader } from './history-reader.ts';
import { introduce } from './introduce.ts';
import type { LineQueue } from './line-queue.ts';
import type { PickPurpose } from './overlay.ts';
import type { KnownPerson, People } from './people.ts';
import { type SafeText, safeTemplate, safeText } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { faultWords } from './words.ts';

export interface QuitWish {
  /** Whether a relay that this screen started ends with it; null: ends if nobody else uses it. */
  readonly stopRelay: boolean | null;
}

/** What commands and keys may do beyond changing the store. */
export interface ScreenActions {
  readonly store: ScreenStore;
  readonly ask: Session['request'];
  readonly history: HistoryReader;
  /** What was typed, one line after the other. */
  readonly lines: LineQueue;
  /** `HOST[:PORT][#FINGERPRINT]`. Throws UsageError. */
  readonly parseRelay: (text: string) => RelayAddress;
  /** Throws StorageError, CommandError (`file-exists`): then there is no file. */
  readonly exportTo: (wish: ExportWish) => Promise<Exported>;
  /** Starts a relay on this machine as a process of its own. */
  readonly host: () => void;
  readonly quit: (wish: QuitWish) => void;
  /** How many people beside us are on the relay that is hosted here. */
  readonly dependents: () => Promise<number>;
  /** Signals once, and says how and why so. */
  readonly testNotice: () => SafeText;
}

/** Asks the client; a refusal becomes a line on the screen and null. */
export async function attempt<C extends Command>(
  { store, ask }: ScreenActions,
  command: C,
): Promise<Replies[C['do']] | null> {
  try {
    return await ask(command);
  } catch (error) {
    store.note(faultWords(error), 'warning');
    return null;
  }
}

/**
 * Hands a text to the client for a room or a person. What could not be handed over goes back into
 * that conversation's composer, so that nothing typed is lost. Says whether it was handed over.
 */
export async function say(
  actions: ScreenActions,
  key: ConversationKey,
  text: string,
): Promise<boolean> {
  const { store } = actions;
  const peer = PeerId.parse(key);
  const person = peer === null ? null : store.state.people.get(peer);
  if (person !== null && awaitsTrust(store.state.people, person)) {
    const name = store.state.people.label(person.fingerprint);
    store.note(
      safeTemplate`Not sent: ${name} was verified and has another key now. /verify ${name} compares it, /trust ${name} accepts it unseen.`,
      'warning',
    );
    store.giveBack(key, text);
    return false;
  }
  const to = peer === null ? { room: key } : { peer };
  const reply = await attempt(actions, { do: 'send', to, text: withEmoji(text) });
  if (reply === null) store.giveBack(key, text);
  return reply !== null;
}

/** Whether a verified person's name came under this new key, which nobody has accepted yet. */
function awaitsTrust(people: People, person: KnownPerson): boolean {
  return person.keyChangedFrom.some((was) => people.get(was)?.trust === 'verified');
}

/**
 * Who is meant by `@nick`, `nick·4f2a` or a fingerprint. Null where nobody is, which is said, or where
 * several are: then a picker shows their fingerprints and `purpose` waits for the choice.
 */
export async function findPerson(
  actions: ScreenActions,
  query: string,
  purpose: PickPurpose,
): Promise<KnownPerson | null> {
  const { store } = actions;
  const { people } = store.state;
  const name = query.replace(/^@/, '');
  const labelled = people.byLabel(name);
  const candidates = labelled.length > 0 ? labelled : await candidatesFor(actions, name);
  if (candidates === null) return null;
  const [first, ...others] = candidates;
  const shown = safeText(name, { maxLength: 64 });
  if (first === undefined) {
    store.note(
      safeTemplate`Nobody called ${shown} is known here; /who lists everybody.`,
      'warning',
    );
    return null;
  }
  if (others.length === 0) return first;
  store.setOverlay({ kind: 'picker', name: shown, people: candidates, selected: 0, purpose });
  return null;
}

async function candidatesFor(
  actions: ScreenActions,
  name: string,
): Promise<readonly KnownPerson[] | null> {
  const { store } = actions;
  const { people, self } = store.state;
  const reply = await attempt(actions, { do: 'find-person', query: name });
  if (reply === null) return null;
  const found = new Map<PeerId, KnownPerson>();
  for (const match of reply.matches) {
    const person = store.setPerson(match);
    found.set(person.fingerprint, person);
    // A fingerprint means one key whatever its owner is called.
    if (/^[0-9a-f]{8,64}$/iu.test(name)) continue;
    const namesakes = person.ambiguous ? people.lookAlikes(person.nick) : [];
    const earlier = person.keyChangedFrom.map((was) => people.get(was));
    for (const other of [...namesakes, ...earlier]) {
      if (other !== null) found.set(other.fingerprint, other);
    }
  }
  if (self !== null) found.delete(self.fingerprint);
  return [...found.values()];
}

/** A picked person: opens their conversation with the text as a draft. Sends nothing. */
export function openWithDraft(store: ScreenStore, person: KnownPerson, draft: string | null): void {
  introduce(store, person);
  store.open(person.fingerprint);
  if (draft !== null) store.giveBack(person.fingerprint, draft);
}
