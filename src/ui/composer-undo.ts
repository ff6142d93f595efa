// What was in the composer before: undo and redo, a word typed being one step. Pure.

/** A text and where its cursor was. */
export interface Shot {
  readonly text: string;
  readonly cursor: number;
}

/** What an edit goes on with: typing or deleting on is one step, cutting on is one piece for yank. */
export type Run = 'typing' | 'deleting' | 'recalling' | 'cutting';

export interface Undo {
  /** Oldest first. */
  readonly past: readonly Shot[];
  /** What was undone, the next to be done again at the end. */
  readonly future: readonly Shot[];
  readonly run: Run | null;
}

export const NOTHING_DONE: Undo = { past: [], future: [], run: null };

const MAX_STEPS = 200;
/** Of all steps together, in UTF-16 units: a long text may be changed many times. */
const MAX_UNITS = 2_000_000;

/** After an edit that changed `before`; `run`: what it goes on with, `ends`: it is the last of it. */
export function remember(
  undo: Undo,
  { text, cursor }: Shot,
  { run, ends }: { readonly run: Run | null; readonly ends: boolean },
): Undo {
  const goesOn = run !== null && run !== 'cutting' && run === undo.run;
  const past = goesOn ? undo.past : bounded([...undo.past, { text, cursor }]);
  return { past, future: [], run: ends ? null : run };
}

function bounded(steps: readonly Shot[]): readonly Shot[] {
  let units = 0;
  let kept = 0;
  for (const { text } of steps.toReversed()) {
    units += text.length;
    if (kept === MAX_STEPS || (kept > 0 && units > MAX_UNITS)) break;
    kept += 1;
  }
  return steps.slice(steps.length - kept);
}

/** One step back, or on again; null where there is none. */
export function travel(
  { past, future }: Undo,
  now: Shot,
  which: 'undo' | 'redo',
): { readonly shot: Shot; readonly undo: Undo } | null {
  const shot = (which === 'undo' ? past : future).at(-1);
  if (shot === undefined) return null;
  const here = { text: now.text, cursor: now.cursor };
  const undo =
    which === 'undo'
      ? { past: past.slice(0, -1), future: [...future, here] }
      : { past: [...past, here], future: future.slice(0, -1) };
  return { shot, undo: { ...undo, run: null } };
}
