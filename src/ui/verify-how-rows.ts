// The first step of comparing keys, as rows: what for, and by which of three ways. Pure.
import { keyHints } from './bound-keys.ts';
import { below, listRows, type OverlayArea, paragraph, title } from './list-rows.ts';
import type { Overlay } from './overlay.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span } from './spans.ts';
import { wrap } from './width.ts';

/** In the order in which they are offered: the quickest first. */
export const WAYS = ['words', 'digits', 'qr'] as const;
export type Way = (typeof WAYS)[number];

/** All ways are seen at once: what for goes where there is little room, and explained is the selected one, or none. */
export function verifyHowRows(
  { people, keys }: ScreenState,
  { peer, selected }: Extract<Overlay, { kind: 'verify-how' }>,
  area: OverlayArea,
): readonly Row[] {
  const name = people.label(peer);
  const key = keyHints(keys);
  const isHere = people.get(peer)?.online === true;
  const why = t`You both look at what only your two keys give. Is it the same, nobody stands between you and ${name}.`;
  const head = title(
    t`Verify ${name}, step 1 of 3: how?`,
    t`1 2 3, ${key('choose')}, ${key('close')}`,
    area.cells,
  );
  const explained = [...head, ...paragraph(why, area.cells)];
  const ways = WAYS.map((way) => wayRows(wayWords(way, { name, isHere }), area.cells));
  const whole = ways.map(({ called, means }, index) => [numbered(called, index), ...means]);
  const short = ways.map(({ called, means }, index) =>
    index === selected ? [numbered(called, index), ...means] : [numbered(called, index)],
  );
  const fits = (rows: readonly Row[], items: readonly (readonly Row[])[]) =>
    rows.length + items.flat().length <= area.rows;
  if (fits([...explained, []], whole)) {
    return [...explained, [], ...listRows(whole, selected, area)];
  }
  const above = fits(explained, short) ? explained : head;
  const items = fits(above, short)
    ? short
    : ways.map(({ called }, index) => [numbered(called, index)]);
  return [...above, ...listRows(items, selected, below(above, area))];
}

function numbered(called: SafeText, index: number): Row {
  return [span(t`${index + 1}  `, 'dim'), span(called, 'strong')];
}

function wayRows({ called, means }: ReturnType<typeof wayWords>, cells: number) {
  const rows = wrap(means, cells - 8).map((row): Row => [span(t`   `), span(row)]);
  return { called, means: rows };
}

function wayWords(
  way: Way,
  { name, isHere }: { readonly name: SafeText; readonly isHere: boolean },
): { readonly called: SafeText; readonly means: SafeText } {
  switch (way) {
    case 'words':
      return {
        called: t`seven words`,
        means: isHere
          ? t`both screens show them at once; one reads aloud, in one room or by phone`
          : t`needs ${name} here, who is away now`,
      };
    case 'digits':
      return {
        called: t`sixty digits`,
        means: t`${name} sees the same with /verify; also works from paper, any time`,
      };
    case 'qr':
      return {
        called: t`QR code`,
        means: t`scan the one on their screen, then /verify ${name} and what it says`,
      };
    default:
      return way satisfies never;
  }
}
