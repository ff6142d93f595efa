// Text written from right to left beside words of ours, as a terminal that reorders sees it.
import { describe, expect, it } from 'vitest';
import { messageLines } from '../../src/cli/lines.ts';
import { closedText } from '../../src/ui/bidi.ts';
import { filterRow } from '../../src/ui/frame-row.ts';
import { Directory } from '../../src/ui/people.ts';
import { safeText, safeTemplate as t, typedText } from '../../src/ui/safe-text.ts';
import { PLAIN_PALETTE, paintRow, span } from '../../src/ui/spans.ts';
import { message } from '../support/screen-store.ts';

const HEBREW = safeText('שלום');
const ARABIC = safeText('مرحبا');

describe('text from right to left', () => {
  it('[A98 bidi] ends before another column of its row, before digits and before the digits of a key', () => {
    const row = [span(HEBREW, 'strong'), span(t` (3) |      `), span(ARABIC)];
    const painted = paintRow(row, { cells: 40, palette: PLAIN_PALETTE });
    expect(painted).toBe('\x1b[1mשלום\u200e\x1b[0m (3) |      مرحبا');
    expect(filterRow(painted)).toBe(painted);
    expect(closedText(t`${HEBREW}·4f2a and ${ARABIC}·91c0`)).toBe(
      'שלום\u200e·4f2a and مرحبا\u200e·91c0\u200e',
    );
    // Control: where nothing is written so, nothing is put.
    expect(paintRow([span(t`asha·4f2a (3)`)], { cells: 40, palette: PLAIN_PALETTE })).toBe(
      'asha·4f2a (3)',
    );
    expect(closedText(safeText('नमस्ते 漢字'))).toBe('नमस्ते 漢字');
  });

  it('[A98 bidi] takes no cell of the row, and what is typed after it is what it was', () => {
    const row = [span(HEBREW), span(t`abcd`)];
    expect(paintRow(row, { cells: 6, palette: PLAIN_PALETTE })).toBe('שלום\u200ea…');
    expect(typedText(closedText(t`${HEBREW}·4f2a`))).toBe('שלום·4f2a');
  });

  it('[A98 bidi] moves no number of a message before the name of who says it, in lines', () => {
    const { from, ...said } = message({ text: '123 hello' });
    const [line] = messageLines({ ...said, from: { ...from, nick: HEBREW } }, new Directory());
    expect(line).toMatch(/ #lobby שלום\u200e: 123 hello$/);
    // Control: others send no such mark.
    expect(safeText('a\u200eb')).toBe('ab');
  });
});
