// What the commands about keys do: what they are worth, comparing them, whom a command means.
import { PeerId } from '../protocol/ids.ts';
import { splitFirst } from './command-text.ts';
import { compareByWords } from './comparison-tasks.ts';
import type { ConversationKey } from './conversation.ts';
import { everybodyByTrust } from './listed-people.ts';
import { fingerprintWords, type KnownPerson } from './people.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { attempt, findPerson, type ScreenActions } from './talk.ts';
import type { Way } from './verify-how-rows.ts';
import { type VerifyWish, verifyWish } from './verify-wish.ts';
import { faultWords } from './words.ts';

/** `/verify [NAME] [NUMBER|CODE|words|digits|qr|same|different]`: asks how to compare, or compares and records that it matched. */
export async function verify(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const [name = '', typed = ''] = splitFirst(args);
  const person = await personOrHere(actions, name, { command: 'verify', here });
  if (person === null) return;
  const peer = person.fingerprint;
  const wish = wishOrSay(actions, typed);
  switch (wish?.kind) {
    case undefined:
      return;
    case 'ask':
      return chooseHow(actions, peer);
    case 'way':
      return compareBy(actions, peer, wish.way);
    case 'words-answer':
      await attempt(actions, { do: 'words-answer', peer, same: wish.same });
      return;
    case 'number':
      return recordVerified(actions, peer, wish.digits);
    default:
      wish satisfies never;
  }
}

/** Null: it is none, and that has been said. */
function wishOrSay({ store }: ScreenActions, typed: string): VerifyWish | null {
  try {
    return verifyWish(typed);
  } catch (error) {
    store.note(faultWords(error), 'warning');
    return null;
  }
}

/** The first of three steps: by which way. */
export function chooseHow({ store }: ScreenActions, peer: PeerId): void {
  // Words need the other person at their screen.
  const selected = store.state.people.get(peer)?.online === true ? 0 : 1;
  store.setOverlay({ kind: 'verify-how', peer, selected });
}

/** The second step: what is to be compared. */
export async function compareBy(actions: ScreenActions, peer: PeerId, way: Way): Promise<void> {
  if (way === 'words') return compareByWords(actions, peer);
  const reply = await attempt(actions, { do: 'safety-number', peer });
  if (reply === null) return;
  actions.store.setPerson(reply.person);
  const { digits, qr } = reply;
  actions.store.setOverlay({ kind: 'verify', peer, digits, qr, shown: way });
}

/** What was compared is not the same. */
export function tellDifferent({ store }: ScreenActions, peer: PeerId): void {
  const name = store.state.people.label(peer);
  store.note(
    t`Not verified: it differs, so this key may not be ${name}'s. Somebody may stand between you; ask them another way before you write.`,
    'warning',
  );
}

/** Records that a person compared the number; with digits only if they match. */
export async function recordVerified(
  actions: ScreenActions,
  peer: PeerId,
  digits: string | null,
): Promise<void> {
  const { store } = actions;
  const reply = await attempt(actions, { do: 'verify', peer, digits });
  if (reply === null) return;
  store.setPerson(reply.person);
  store.note(
    t`${store.state.people.label(peer)} is verified: this key, ${keyStart(peer)}, is theirs.`,
  );
}

/** `/trust`: everybody's trust. `/trust NAME`: accepts a changed key without having compared it. */
export async function trust(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  if (args === '') {
    store.setOverlay({ kind: 'trust', people: everybodyByTrust(store.state), selected: 0 });
    return;
  }
  const person = await personOrHere(actions, args, { command: 'trust', here });
  if (person === null) return;
  const reply = await attempt(actions, { do: 'trust', peer: person.fingerprint });
  if (reply === null) return;
  store.setPerson(reply.person);
  const name = store.state.people.label(person.fingerprint);
  store.note(t`The key ${keyStart(person.fingerprint)} is accepted as ${name}'s, unverified.`);
}

function keyStart(fingerprint: string): SafeText {
  return t`${fingerprintWords(fingerprint, 16)} …`;
}

/** The person named, or the one of the private conversation `here` where nobody is named. */
export async function personOrHere(
  actions: ScreenActions,
  name: string,
  { command, here }: { readonly command: string; readonly here: ConversationKey },
): Promise<KnownPerson | null> {
  const { store } = actions;
  const peer = PeerId.parse(here);
  if (name === '' && peer !== null) return store.state.people.get(peer);
  const line = `/${command}`;
  if (name !== '') return findPerson(actions, name, { kind: 'command', line });
  store.note(t`/${safeText(command)} NAME: who?`, 'warning');
  return null;
}
