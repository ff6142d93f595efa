// Sending and finding people, for whatever asks for it: the composer, a command, a picker.
import type { Command, Replies, Session } from '../client/api.ts';
import type { RelayAddress } from '../client/open-session.ts';
import { withEmoji } from '../client/short-codes.ts';
import { type MessageId, PeerId } from '../protocol/ids.ts';
import type { ConversationKey } from './conversation.ts';
import type { Exported, ExportWish } from './export-wish.ts';
import type { HistoryReader } from './history-reader.ts';
import { introduce } from './introduce.ts';
import type { KeyFile } from './key-file.ts';
import type { LineQueue } from './line-queue.ts';
import type { ScreenFiles } from './local-files.ts';
import type { PickPurpose } from './overlay.ts';
import type { KnownPerson, People } from './people.ts';
import type { PictureViewer } from './picture-viewer.ts';
import { type SafeText, safeTemplate, safeText } from './safe-text.ts';
import type { SelectionArea } from './selection.ts';
import type { ScreenStore } from './store.ts';
import type { Theming } from './theming.ts';
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
  /** The messages as they can be scrolled now; null where the terminal is too small. */
  readonly area: () => SelectionArea | null;
  /** Puts text on the clipboard, as far as this terminal and machine can; says how, and whether it can know. */
  readonly copy: (text: SafeText) => Promise<SafeText>;
  /** The message that was selected when the line was entered: commands about messages take it. */
  readonly chosen?: MessageId | null;
  /** `HOST[:PORT][#FINGERPRINT]`. Throws UsageError. */
  readonly parseRelay: (text: string) => RelayAddress;
  /** This machine's files, as far as they can be sent. */
  readonly files: ScreenFiles;
  /** Throws StorageError, CommandError (`file-exists`): then there is no file. */
  readonly exportTo: (wish: ExportWish) => Promise<Exported>;
  /** The keys that the person wants, as their file says now. Throws StorageError. */
  readonly readKeys: () => Promise<KeyFile>;
  readonly theming: Pick<Theming, 'use'>;
  readonly pictures: Pick<PictureViewer, 'open'>;
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
  return sayWords(actions, key, { text });
}

/** As `say`, also in answer to a message. */
export async function sayWords(
  actions: ScreenActions,
  key: ConversationKey,
  { text, reply }: { readonly text: string; readonly reply?: MessageId },
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
  const words = { text: withEmoji(text), ...(reply === undefined ? {} : { reply }) };
  const sent = await attempt(actions, { do: 'send', to, ...words });
  if (sent === null) store.giveBack(key, text);
  return sent !== null;
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
