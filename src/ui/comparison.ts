// A comparison by words, as sentences and as rows. Pure.
import type { ClientEvent, WordsReason } from '../client/api.ts';
import { keyHints } from './bound-keys.ts';
import { type OverlayArea, paragraph } from './list-rows.ts';
import type { Overlay } from './overlay.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { blanks, type Row, rowWidth, span } from './spans.ts';
import { truncate } from './width.ts';

export type WordsEvent = Extract<ClientEvent, { type: 'words' }>;

/** Why there are no words, or not the same; after "Comparing words with NAME has ended: ". */
function reasonWords(reason: WordsReason): SafeText {
  switch (reason) {
    case 'declined':
      return t`one of you did not want to`;
    case 'timeout':
      return t`nobody answered within two minutes`;
    case 'different':
      return t`THE WORDS DIFFER. Somebody may be in between; do not trust this key`;
    case 'mismatch':
      return t`WHAT CAME DOES NOT FIT TOGETHER. Somebody may be in between; do not trust this key`;
    case 'repeated':
      return t`a second try came while this one was open; wait a minute and begin anew`;
    case 'relayed':
      return t`SOMEBODY ELSE ANSWERED IN THEIR PLACE. Do not trust this key`;
    default:
      return reason satisfies never;
  }
}

/** Whether it ended so that the key must not be trusted. */
export function isAlarming(reason: WordsReason): boolean {
  return reason === 'different' || reason === 'mismatch' || reason === 'relayed';
}

/** What happened, in one line. `name`: how the other person is called here. */
export function comparisonWords(event: WordsEvent, name: SafeText): SafeText {
  switch (event.state) {
    case 'asked':
      return t`${name} asks to compare seven words, which proves the key: /verify ${name} words, or lanchat verify --words, agrees`;
    case 'waiting':
      return t`waiting for ${name} to compare words`;
    case 'compare':
      return t`your words with ${name}: ${shownWords(event.words)} (${safeText(event.digits)})`;
    case 'same':
      return t`${name} is verified: you both have the same words`;
    case 'failed':
      return t`Comparing words with ${name} has ended: ${reasonWords(event.reason)}.`;
    default:
      return event satisfies never;
  }
}

/** From a list of ours, by way of a socket. */
function shownWords(words: readonly string[]): SafeText {
  return safeText(words.join(' '));
}

/** Where fewer rows are left, the words stand in two columns. */
const ROWS_OF_ONE_COLUMN = 14;

/** The words to compare, or that they are waited for. */
export function comparisonRows(
  { people, keys }: Pick<ScreenState, 'people' | 'keys'>,
  { peer, sas }: Extract<Overlay, { kind: 'comparison' }>,
  { cells, rows }: OverlayArea,
): readonly Row[] {
  const name = people.label(peer);
  const key = keyHints(keys);
  const [yes, no, close] = [key('yes'), key('no'), key('close')];
  const head = [span(truncate(t` Verify ${name}, step 2 of 3: compare`, cells - 1), 'strong')];
  if (sas === null) {
    const wait = t`Waiting for ${name}, who is asked on their screen.`;
    const hints = t` ${no}: end it  ${close}: close`;
    return [head, ...paragraph(wait, cells), [], [span(hints, 'accent')]];
  }
  const ask = t`They see seven words too. One reads them aloud, the other follows: face to face, or where you know the voice.`;
  const numbers = sas.digits.split(' ');
  const words = sas.words.map((word, index): Row => {
    const number = safeText(numbers[index] ?? '');
    return [span(t`   `), span(t`${number}  `, 'dim'), span(safeText(word), 'strong')];
  });
  return [
    head,
    ...paragraph(ask, cells),
    [],
    ...(rows < ROWS_OF_ONE_COLUMN ? inTwoColumns(words, Math.floor(cells / 2)) : words),
    [],
    [span(t` Step 3: the same?  ${yes}: yes  ${no}: no  ${close}`, 'accent')],
  ];
}

/** To be read down the left, then down the right. */
function inTwoColumns(words: readonly Row[], cells: number): Row[] {
  const height = Math.ceil(words.length / 2);
  return words.slice(0, height).map((left, index) => {
    const right = words[height + index] ?? [];
    return [...left, span(blanks(cells - rowWidth(left))), ...right];
  });
}
