// The safety number as rows: sixty digits, and the same as a QR where there is room. Pure.
import { keyHints } from './bound-keys.ts';
import type { Overlay } from './overlay.ts';
import { qrRows } from './qr-rows.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { blanks, type Row, rowWidth, span } from './spans.ts';
import { truncate, wrap } from './width.ts';

/** Beside the code: three groups of five digits and what to do with them. */
const TEXT_CELLS = 20;

/** The number, or the code to be scanned where it fits into `area`. */
export function verifyRows(
  { people, keys }: Pick<ScreenState, 'people' | 'keys'>,
  overlay: Extract<Overlay, { kind: 'verify' }>,
  area: { readonly cells: number; readonly rows: number },
): readonly Row[] {
  const name = people.label(overlay.peer);
  const key = keyHints(keys);
  const [yes, no, close] = [key('yes'), key('no'), key('close')];
  const qr = qrRows(overlay.qr);
  const qrCells = rowWidth(qr[0] ?? []);
  const groups = overlay.digits.match(/\d{1,5}/g) ?? [];
  const digits: Row[] = [0, 3, 6, 9].map((at) => [
    span(safeText(groups.slice(at, at + 3).join(' ')), 'strong'),
  ]);
  const fits = area.rows >= qr.length;
  if (fits && area.cells >= qrCells + 2 + TEXT_CELLS) {
    const right = verifyText(name, digits, area.cells - qrCells - 3);
    const hints = [t`Step 3: the same?`, t`${yes}: yes`, t`${no}: no`, t`${close}: close`];
    return besides(qr, [...right, ...keyRows(hints)], qrCells);
  }
  if (overlay.shown === 'qr' && fits && area.cells >= qrCells) return qr;
  const tab = fits && area.cells >= qrCells ? t`  ${key('other-view')}: QR` : t``;
  const hints = keyRows([t`Step 3: the same?  ${yes}: yes  ${no}: no  ${close}${tab}`]);
  return [...verifyText(name, digits, area.cells - 2), ...hints].map(indented);
}

function keyRows(keys: readonly SafeText[]): Row[] {
  return keys.map((text) => [span(text, 'accent')]);
}

function verifyText(name: SafeText, digits: readonly Row[], cells: number): Row[] {
  const ask = t`They see the same number with /verify, on their screen. Compare all of it, face to face or by voice.`;
  return [
    ...titleRows(t`Verify ${name}, step 2 of 3: compare`, cells),
    ...wrap(ask, cells).map((row): Row => [span(row)]),
    [],
    ...digits,
    [],
  ];
}

/** Two at most, so that all digits find room below. */
function titleRows(title: SafeText, cells: number): Row[] {
  const rows = wrap(title, cells);
  return (rows.length > 2 ? [truncate(title, cells)] : rows).map((row) => [span(row, 'strong')]);
}

function indented(row: Row): Row {
  return [span(t` `), ...row];
}

function besides(left: readonly Row[], right: readonly Row[], cells: number): readonly Row[] {
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, index) => [
    ...(left[index] ?? [span(blanks(cells))]),
    span(t`  `),
    ...(right[index] ?? []),
  ]);
}
