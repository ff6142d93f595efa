// All that is known of one message, as rows: who, when, what became of it. Pure; what others wrote is cleaned here.
import type { StoredMessage } from '../client/api.ts';
import { keyHints } from './bound-keys.ts';
import { listing } from './command-text.ts';
import { fileFacts } from './file-rows.ts';
import { factRows, title } from './list-rows.ts';
import { fingerprintWords, trustWord } from './people.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { Row } from './spans.ts';
import { calendarDay, clockTime, stateWords } from './words.ts';

const MAX_EARLIER_LENGTH = 300;
const MAX_EMOJI_LENGTH = 32;

/** One paragraph a fact, the most asked for first. */
export function infoRows(state: ScreenState, message: StoredMessage, cells: number): Row[] {
  const { from, time, sentTime, id, reply } = message;
  const facts = [
    whoWords(state, message),
    t`key ${fingerprintWords(from.fingerprint)}`,
    ...fileFacts(state, message),
    message.state === null ? t`came here ${moment(time)}` : t`written here ${moment(time)}`,
    ...(sentTime === null ? [] : [t`sent ${moment(sentTime)} by their clock`]),
    ...(message.state === null ? [] : [t`is ${stateWords(message.state, message.reason)}`]),
    ...(message.expires === undefined ? [] : [t`disappears ${moment(message.expires)}`]),
    ...(reply === undefined ? [] : [t`answers ${safeText(reply)}`]),
    ...reactionWords(state, message),
    ...editWords(message),
    t`id ${safeText(id)}`,
  ];
  const rows = facts.flatMap((fact) => fact.split('\n').map((line) => safeText(line)));
  const key = keyHints(state.keys);
  const [up, down] = [key('list-page-up'), key('list-page-down')];
  return [
    ...title(t`This message`, t`${up} ${down}, ${key('close')} closes`, cells),
    ...rows.flatMap((fact) => factRows(fact, cells)),
  ];
}

function whoWords({ people, self }: ScreenState, { from, state }: StoredMessage): SafeText {
  if (state !== null) return t`from ${self?.nick ?? t`you`} (you)`;
  const person = people.get(from.fingerprint) ?? { trust: from.trust, keyChangedFrom: [] };
  return t`from ${people.label(from.fingerprint)}, ${trustWord(person)}`;
}

function moment(iso: string): SafeText {
  const timeMs = Date.parse(iso);
  return Number.isNaN(timeMs) ? t`at no time` : t`${calendarDay(timeMs)} ${clockTime(timeMs)}`;
}

function reactionWords({ people, self }: ScreenState, { reactions = [] }: StoredMessage) {
  return reactions.map(({ emoji, from }) => {
    const names = from.map((peer) => (peer === self?.fingerprint ? t`you` : people.label(peer)));
    return listing(t`${safeText(emoji, { maxLength: MAX_EMOJI_LENGTH })} from`, names);
  });
}

function editWords({ edited, originals = [] }: StoredMessage): SafeText[] {
  if (edited === undefined) return [];
  const earlier = originals.map(({ text, until }) => {
    const words = safeText(text, { maxLength: MAX_EARLIER_LENGTH });
    return t`until ${moment(until)}: ${words}`;
  });
  return [listing(t`edited ${moment(edited)}`, earlier)];
}
