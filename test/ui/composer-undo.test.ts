import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_KEYS } from '../../src/ui/bound-keys.ts';
import {
  type ComposerEdit,
  type ComposerState,
  EMPTY_COMPOSER,
  editComposer,
} from '../../src/ui/composer.ts';
import { LINE_EDITS } from '../../src/ui/composer-keys.ts';
import { layoutComposer } from '../../src/ui/composer-layout.ts';
import { rewrap, type Wrapped } from '../../src/ui/rewrap.ts';
import { wrapRanges } from '../../src/ui/width.ts';

const undo: ComposerEdit = { type: 'undo' };
const redo: ComposerEdit = { type: 'redo' };

function typed(text: string): ComposerEdit[] {
  return Array.from(text, (character) => ({ type: 'insert', text: character }));
}

function made(...edits: readonly ComposerEdit[]): ComposerState {
  return edits.reduce(editComposer, EMPTY_COMPOSER);
}

function marked({ text, cursor }: ComposerState): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

/** What stands there after each of these edits. */
function seen(state: ComposerState, ...edits: readonly ComposerEdit[]): string[] {
  let now = state;
  return edits.map((edit) => {
    now = editComposer(now, edit);
    return marked(now);
  });
}

describe('undo and redo', () => {
  it('take back and bring back a word at a time', () => {
    const state = made(...typed('one two'));
    expect(seen(state, undo, undo, undo, redo, redo, redo)).toEqual([
      'one |',
      '|',
      '|',
      'one |',
      'one two|',
      'one two|',
    ]);
  });

  it('take a paste, a cut and a run of deletions as one step each', () => {
    const state = made(
      { type: 'insert', text: 'one two three four five' },
      { type: 'kill', to: 'rubout' },
      { type: 'delete', to: 'left' },
      { type: 'delete', to: 'left' },
    );
    expect(marked(state)).toBe('one two three fou|');
    expect(seen(state, undo, undo, undo)).toEqual([
      'one two three four |',
      'one two three four five|',
      '|',
    ]);
  });

  it('begin a new step where the cursor was moved', () => {
    const state = made(...typed('ab'), { type: 'move', to: 'left' }, ...typed('xy'));
    expect(seen(state, undo, undo)).toEqual(['a|b', '|']);
  });

  it('forget what was undone once something else is typed', () => {
    const state = made(...typed('one two'), undo, ...typed('x'));
    expect(marked(editComposer(state, redo))).toBe('one x|');
  });

  it('bring back what Ctrl+C emptied and what history replaced, and nothing that was sent', () => {
    expect(marked(made(...typed('draft'), { type: 'clear' }, undo))).toBe('draft|');
    const older: ComposerEdit = { type: 'recall', which: 'older' };
    const sent = made(...typed('one'), { type: 'submit' }, ...typed('two'), { type: 'submit' });
    expect(marked(editComposer(sent, undo))).toBe('|');
    const recalled = [...typed('draft'), older, older, undo].reduce(editComposer, sent);
    expect(marked(recalled)).toBe('draft|');
  });

  it('keep a bounded number of steps', () => {
    const edits = Array.from({ length: 500 }, (): ComposerEdit => ({ type: 'insert', text: 'a ' }));
    expect(made(...edits).undo.past).toHaveLength(200);
    const long: ComposerEdit = { type: 'insert', text: 'a'.repeat(50_000) };
    const clear: ComposerEdit = { type: 'clear' };
    const { undo: kept } = made(...Array.from({ length: 200 }, () => [long, clear]).flat());
    const units = kept.past.reduce((sum, { text }) => sum + text.length, 0);
    expect(units).toBeLessThanOrEqual(2_000_000);
    expect(kept.past.length).toBeGreaterThan(10);
  });

  it('undo all, redo all gives the same text, whatever was done', () => {
    const edit: fc.Arbitrary<ComposerEdit> = fc.oneof(
      fc.record({
        type: fc.constant('insert' as const),
        text: fc.constantFrom('a', ' ', 'क', '्', '👩', '\u200d', 'a longer text than a key gives'),
      }),
      fc.record({
        type: fc.constant('move' as const),
        to: fc.constantFrom('left', 'start', 'end'),
      }),
      fc.record({ type: fc.constant('delete' as const), to: fc.constantFrom('left', 'right') }),
      fc.record({ type: fc.constant('kill' as const), to: fc.constantFrom('rubout', 'line-end') }),
      fc.record({ type: fc.constantFrom('yank' as const, 'yank-older' as const) }),
    );
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
        const state = made(...edits);
        const back = Array.from({ length: 50 }, () => undo).reduce(editComposer, state);
        expect(back.text).toBe('');
        const again = Array.from({ length: 50 }, () => redo).reduce(editComposer, back);
        expect(again.text).toBe(state.text);
      }),
    );
  });
});

describe('cutting and yanking', () => {
  const cutTwice = made(
    { type: 'insert', text: 'one two' },
    { type: 'kill', to: 'rubout' },
    { type: 'move', to: 'start' },
    { type: 'kill', to: 'line-end' },
  );

  it('takes what is cut in one go as one piece', () => {
    const rubout: ComposerEdit = { type: 'kill', to: 'rubout' };
    const state = made({ type: 'insert', text: 'one two three' }, rubout, rubout);
    expect(state.kills).toEqual(['two three']);
    const forward: ComposerEdit = { type: 'kill', to: 'word-right' };
    const start: ComposerEdit = { type: 'move', to: 'start' };
    expect([start, forward, forward].reduce(editComposer, made(...typed('one two'))).kills).toEqual(
      ['one two'],
    );
  });

  it('yanks the newest piece, and older ones in its place, round and round', () => {
    expect(cutTwice.kills).toEqual(['one ', 'two']);
    const older: ComposerEdit = { type: 'yank-older' };
    expect(seen(cutTwice, { type: 'yank' }, older, older)).toEqual(['one |', 'two|', 'one |']);
  });

  it('replaces nothing but what was just yanked', () => {
    const older: ComposerEdit = { type: 'yank-older' };
    expect(seen(cutTwice, older)).toEqual(['|']);
    expect(seen(cutTwice, { type: 'yank' }, ...typed('x'), older).at(-1)).toBe('one x|');
  });

  it('has the keys of readline', () => {
    const key = (name: string, held: 'ctrl' | 'alt') => {
      const [ctrl, alt] = [held === 'ctrl', held === 'alt'];
      const action = DEFAULT_KEYS.line({ kind: 'key', name, ctrl, alt, shift: false });
      return action === null ? null : LINE_EDITS[action];
    };
    expect(key('_', 'ctrl')).toEqual(undo);
    expect(key('/', 'ctrl')).toEqual(undo);
    expect(key('r', 'alt')).toEqual(redo);
    expect(key('y', 'ctrl')).toEqual({ type: 'yank' });
    expect(key('y', 'alt')).toEqual({ type: 'yank-older' });
  });
});

describe('wrapping anew what was changed in one place', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'word',
      ' ',
      '  ',
      '\n',
      '漢',
      '漢字',
      'न',
      'मस्ते',
      '्',
      '👩',
      '\u200d',
      '👧',
      '🇮',
      '🇳',
      '\u0301',
    ],
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('gives the rows that wrapping all of it gives', () => {
    const change = fc.record({ at: fc.nat(200), drop: fc.nat(8), text });
    fc.assert(
      fc.property(
        text,
        fc.array(change, { maxLength: 8 }),
        fc.integer({ min: 1, max: 12 }),
        (first, changes, cells) => {
          let now = first;
          let wrapped: Wrapped | null = rewrap(null, now, cells);
          for (const each of changes) {
            const at = Math.min(each.at, now.length);
            now = now.slice(0, at) + each.text + now.slice(at + each.drop);
            wrapped = rewrap(wrapped, now, cells);
            expect(wrapped.ranges).toEqual(wrapRanges(now, cells));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('measures only a little of a long text for a key', () => {
    const long = made({ type: 'insert', text: 'नमस्ते दुनिया '.repeat(1_500) });
    layoutComposer(long, { cells: 70 });
    const began = performance.now();
    let state = long;
    for (let count = 0; count < 20; count += 1) {
      state = editComposer(state, { type: 'insert', text: 'x' });
      layoutComposer(state, { cells: 70 });
    }
    // Whole, one takes a hundred milliseconds.
    expect((performance.now() - began) / 20).toBeLessThan(20);
  });
});
