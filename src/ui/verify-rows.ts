// The safety number as rows: sixty digits, and the same as a QR where there is room. Pure.
import type { Overlay } from './overlay.ts';
import type { People } from './people.ts';
import { qrRows } from './qr-rows.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { blanks, type Row, rowWidth, span } from './spans.ts';
import { truncate, wrap } from './width.ts';

/** Beside the code: three groups of five digits and what to do with them. */
const TEXT_CELLS = 20;

/** The number, or the code to be scanned where it fits into `area`. */
export function verifyRows(
  people: People,
  overlay: Extract<Overlay, { kind: 'verify' }>,
  area: { readonly cells: number; readonly rows: number },
): readonly Row[] {
  const name = people.label(overlay.peer);
  const qr = qrRows(overlay.qr);
  const qrCells = rowWidth(qr[0] ?? []);
  const groups = overlay.digits.match(/\d{1,5}/g) ?? [];
  const digits: Row[] = [0, 3, 6, 9].map((at) => [
    span(safeText(groups.slice(at, at + 3).join(' ')), 'strong'),
  ]);
  const fits = area.rows >= qr.length;
  if (fits && area.cells >= qrCells + 2 + TEXT_CELLS) {
    const right = verifyText(name, digits, area.cells - qrCells - 3);
    const keys = [t`Step 3: the same?`, t`y: yes`, t`n: no`, t`Esc: close`];
    return besides(qr, [...right, ...keyRows(keys)], qrCells);
  }
  if (overlay.shown === 'qr' && fits && area.cells >= qrCells) return qr;
  const tab = fits && area.cells >= qrCells ? t`  Tab: QR` : t``;
  const keys = keyRows([t`Step 3: the same?  y: yes  n: no  Esc${tab}`]);
  return [...verifyText(name, digits, area.cells - 2), ...keys].map(indented);
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
