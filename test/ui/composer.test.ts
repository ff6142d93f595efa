import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TEXT_BYTES } from '../../src/protocol/limits.ts';
import {
  type ComposerEdit,
  type ComposerPlace,
  type ComposerState,
  EMPTY_COMPOSER,
  editComposer,
} from '../../src/ui/composer.ts';
import { layoutComposer, verticalTarget } from '../../src/ui/composer-layout.ts';
import { cellWidth, graphemes } from '../../src/ui/width.ts';

/** A state written with `|` for the cursor. */
function at(marked: string): ComposerState {
  const cursor = marked.indexOf('|');
  return { ...EMPTY_COMPOSER, text: marked.replace('|', ''), cursor };
}

function marked({ text, cursor }: ComposerState): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

function edited(state: string, ...edits: ComposerEdit[]): string {
  return marked(edits.reduce(editComposer, at(state)));
}

const places: ComposerPlace[] = [
  'left',
  'right',
  'word-left',
  'word-right',
  'line-start',
  'line-end',
  'start',
  'end',
];

describe('editing', () => {
  it('inserts at the cursor', () => {
    expect(edited('a|c', { type: 'insert', text: 'b' })).toBe('ab|c');
    expect(edited('a|', { type: 'insert', text: '\nb' })).toBe('a\nb|');
  });

  it('cleans what is pasted', () => {
    expect(edited('|', { type: 'insert', text: '\x1b[2Ja\x07\u202eb\tc' })).toBe('a\ufffdb c|');
  });

  it.each([
    ['left', 'नमस्ते|', 'नम|स्ते'],
    ['left', 'a👩‍👩‍👧‍👦|', 'a|👩‍👩‍👧‍👦'],
    ['right', '|e\u0301x', 'e\u0301|x'],
    ['left', '|a', '|a'],
    ['right', 'a|', 'a|'],
    ['word-left', 'one two-three|', 'one two-|three'],
    ['word-left', 'one  |', '|one  '],
    ['word-right', '|one two', 'one| two'],
    ['word-right', 'one| नमस्ते x', 'one नमस्ते| x'],
    ['word-left', '今日は天気です|', '今日は天気|です'],
    ['word-right', '|今日は天気です', '今日|は天気です'],
    ['word-right', '|สวัสดีครับ', 'สวัสดี|ครับ'],
    ['word-left', 'مرحبا بالعالم|', 'مرحبا |بالعالم'],
    ['word-left', '안녕 세상|', '안녕 |세상'],
    ['left', '한국|', '한|국'],
    ['left', 'a한|', 'a|한'],
    ['left', 'بِ|', '|بِ'],
    ['right', '|क्षत्रिय', 'क्ष|त्रिय'],
    ['line-start', 'one\ntw|o', 'one\n|two'],
    ['line-start', 'on|e\ntwo', '|one\ntwo'],
    ['line-end', 'o|ne\ntwo', 'one|\ntwo'],
    ['line-end', 'one\n|two', 'one\ntwo|'],
    ['start', 'one\ntw|o', '|one\ntwo'],
    ['end', 'o|ne\ntwo', 'one\ntwo|'],
  ] as const)('moves %s: %s', (to, before, expected) => {
    expect(edited(before, { type: 'move', to })).toBe(expected);
  });

  it('deletes whole graphemes', () => {
    expect(edited('x👩‍👩‍👧‍👦|y', { type: 'delete', to: 'left' })).toBe('x|y');
    expect(edited('x|क्ष', { type: 'delete', to: 'right' })).toBe(
      `x|${graphemes('क्ष').slice(1).join('')}`,
    );
    expect(edited('|x', { type: 'delete', to: 'left' })).toBe('|x');
  });

  it.each([
    ['line-end', 'on|e two\nx', 'on|\nx', 'e two'],
    ['line-end', 'one|\ntwo', 'one|two', '\n'],
    ['line-start', 'x\none t|wo', 'x\n|wo', 'one t'],
    ['line-start', 'x\n|two', 'x|two', '\n'],
    ['rubout', 'one two-three |x', 'one |x', 'two-three '],
    ['word-left', 'one two-three|', 'one two-|', 'three'],
    ['word-right', 'one| two x', 'one| x', ' two'],
  ] as const)('kills to %s and yanks it back: %s', (to, before, expected, killed) => {
    const state = editComposer(at(before), { type: 'kill', to });
    expect(marked(state)).toBe(expected);
    expect(state.kills).toEqual([killed]);
    expect(editComposer(state, { type: 'yank' }).text).toBe(at(before).text);
  });

  it('keeps the last kill when there is nothing to kill', () => {
    const state = { ...at('|'), kills: ['kept'] };
    expect(editComposer(state, { type: 'kill', to: 'line-end' }).kills).toEqual(['kept']);
  });

  it('replaces a range, as Tab completion does', () => {
    expect(edited('hi @as| x', { type: 'replace', start: 3, end: 6, text: '@asha' })).toBe(
      'hi @asha| x',
    );
  });

  it('takes more than a message may hold, within bounds, cut at a grapheme', () => {
    const state = editComposer(EMPTY_COMPOSER, { type: 'insert', text: '👩‍👩‍👧‍👦'.repeat(10_000) });
    expect(Buffer.byteLength(state.text)).toBeGreaterThan(MAX_TEXT_BYTES);
    expect(Buffer.byteLength(state.text)).toBeLessThanOrEqual(4 * MAX_TEXT_BYTES);
    expect(new Set(graphemes(state.text))).toEqual(new Set(['👩‍👩‍👧‍👦']));
    expect(editComposer(state, { type: 'insert', text: '👩‍👩‍👧‍👦' }).text).toBe(state.text);
  });

  it('keeps the cursor at a grapheme boundary and the text clean and bounded, whatever is done', () => {
    const text = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\u0301',
      '\u200d',
      '👩',
      '🇮',
      'न',
      '्',
      '\ud83d',
      '\x1b[A',
      'word',
    );
    const edit: fc.Arbitrary<ComposerEdit> = fc.oneof(
      fc.record({ type: fc.constant('insert' as const), text }),
      fc.record({ type: fc.constant('move' as const), to: fc.constantFrom(...places) }),
      fc.record({ type: fc.constant('place' as const), cursor: fc.integer({ min: -5, max: 50 }) }),
      fc.record({
        type: fc.constant('delete' as const),
        to: fc.constantFrom('left' as const, 'right' as const),
      }),
      fc.record({
        type: fc.constant('kill' as const),
        to: fc.constantFrom('rubout' as const, ...places),
      }),
      fc.record({ type: fc.constantFrom('yank' as const, 'yank-older' as const) }),
      fc.record({ type: fc.constantFrom('undo' as const, 'redo' as const) }),
      fc.record({
        type: fc.constant('replace' as const),
        start: fc.integer({ min: -3, max: 30 }),
        end: fc.nat(30),
        text,
      }),
      fc.record({
        type: fc.constant('recall' as const),
        which: fc.constantFrom('older' as const, 'newer' as const),
      }),
      fc.record({ type: fc.constantFrom('clear' as const, 'submit' as const) }),
    );
    fc.assert(
      fc.property(
        fc.array(edit, { maxLength: 40 }),
        fc.integer({ min: 2, max: 12 }),
        (edits, cells) => {
          let state = EMPTY_COMPOSER;
          for (const each of edits) {
            state = editComposer(state, each);
            const boundaries = new Set([0]);
            for (const part of graphemes(state.text))
              boundaries.add(Math.max(...boundaries) + part.length);
            expect(boundaries).toContain(state.cursor);
            expect(state.text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
            const { rows, cursor } = layoutComposer(state, { cells });
            expect(rows.length).toBeLessThanOrEqual(5);
            expect(rows[cursor.row]).toBeDefined();
            expect(cursor.column).toBeLessThan(cells);
            for (const row of rows)
              expect(cellWidth(row)).toBeLessThanOrEqual(Math.max(2, cells - 1));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('history', () => {
  const sent = ['one', 'two'].reduce(
    (state, text) =>
      editComposer(editComposer(state, { type: 'insert', text }), { type: 'submit' }),
    EMPTY_COMPOSER,
  );
  const older: ComposerEdit = { type: 'recall', which: 'older' };
  const newer: ComposerEdit = { type: 'recall', which: 'newer' };

  it('goes back through what was sent and forward to the draft', () => {
    let state = editComposer(sent, { type: 'insert', text: 'draft' });
    const seen = [older, older, older, newer, newer, newer].map((edit) => {
      state = editComposer(state, edit);
      return marked(state);
    });
    expect(seen).toEqual(['two|', 'one|', 'one|', 'two|', 'draft|', 'draft|']);
  });

  it('sends a recalled text again without doubling it', () => {
    const again = editComposer(editComposer(sent, older), { type: 'submit' });
    expect(again.history).toEqual(['one', 'two']);
    expect(again.text).toBe('');
    expect(editComposer(again, older).text).toBe('two');
  });

  it.each([
    ['the last', [older], ['one', 'draft', 'two']],
    ['one before', [older, older], ['one', 'two', 'draft', 'one']],
  ])('keeps the draft next to what was sent again: %s', (_which, edits, history) => {
    const draft = editComposer(sent, { type: 'insert', text: 'draft' });
    const again = [...edits, { type: 'submit' } as const].reduce(editComposer, draft);
    expect(again.history).toEqual(history);
    expect([older, older].reduce(editComposer, again).text).toBe('draft');
  });

  it('remembers nothing empty and no more than its limit', () => {
    expect(editComposer(EMPTY_COMPOSER, { type: 'submit' }).history).toEqual([]);
    let state = EMPTY_COMPOSER;
    for (let index = 0; index < 300; index += 1) {
      state = editComposer(editComposer(state, { type: 'insert', text: `${index}` }), {
        type: 'submit',
      });
    }
    expect(state.history.length).toBe(200);
    expect(state.history.at(-1)).toBe('299');
  });
});

describe('layout', () => {
  it('puts the cursor on its cell, wide characters counted', () => {
    expect(layoutComposer(at('漢字|a'), { cells: 20 })).toMatchObject({
      rows: ['漢字a'],
      cursor: { row: 0, column: 4 },
    });
    expect(layoutComposer(at('|'), { cells: 20 })).toMatchObject({
      rows: [''],
      cursor: { row: 0, column: 0 },
    });
    expect(layoutComposer(at('a\n|'), { cells: 20 })).toMatchObject({
      rows: ['a', ''],
      cursor: { row: 1, column: 0 },
    });
  });

  it('keeps a cell for the cursor behind a full row', () => {
    expect(layoutComposer(at('abcd|'), { cells: 5 }).cursor).toEqual({ row: 0, column: 4 });
    expect(layoutComposer(at('abcde|'), { cells: 5 }).cursor).toEqual({ row: 1, column: 1 });
  });

  it('shows at most five rows, scrolled only as far as the cursor needs', () => {
    const text = 'a\nb\nc\nd\ne\nf\ng';
    const end = layoutComposer(at(`${text}|`), { cells: 10 });
    expect(end).toMatchObject({
      rows: ['c', 'd', 'e', 'f', 'g'],
      cursor: { row: 4 },
      top: 2,
      totalRows: 7,
    });
    const up = layoutComposer(at('a\nb\nc\n|d\ne\nf\ng'), { cells: 10, top: end.top });
    expect(up).toMatchObject({ rows: ['c', 'd', 'e', 'f', 'g'], cursor: { row: 1 }, top: 2 });
    const top = layoutComposer(at(`|${text}`), { cells: 10, top: end.top });
    expect(top).toMatchObject({ rows: ['a', 'b', 'c', 'd', 'e'], cursor: { row: 0 }, top: 0 });
  });

  it('fits the rows again when text is deleted', () => {
    expect(layoutComposer(at('a\nb|'), { cells: 10, top: 4 })).toMatchObject({
      rows: ['a', 'b'],
      top: 0,
    });
  });

  it('moves up and down by rows as near the column as it can, and says where there is none', () => {
    const state = at('abcdef\n漢字\nxy|z');
    const up = verticalTarget(state, 'up', 20);
    expect(up).toBe(8);
    expect(verticalTarget({ ...state, cursor: up ?? 0 }, 'up', 20)).toBe(2);
    expect(verticalTarget(state, 'down', 20)).toBeNull();
    expect(verticalTarget(at('abcd ef|'), 'up', 5)).toBe(2);
  });

  it('lays out a full message fast enough for a key', () => {
    const state = editComposer(EMPTY_COMPOSER, { type: 'insert', text: 'word '.repeat(12_000) });
    layoutComposer(state, { cells: 78 });
    const started = performance.now();
    for (let run = 0; run < 5; run += 1)
      layoutComposer(editComposer(state, { type: 'delete', to: 'left' }), { cells: 78 });
    expect((performance.now() - started) / 5).toBeLessThan(1_000);
  });
});
