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

export function verifyHowRows(
  { people, keys }: ScreenState,
  { peer, selected }: Extract<Overlay, { kind: 'verify-how' }>,
  area: OverlayArea,
): readonly Row[] {
  const name = people.label(peer);
  const key = keyHints(keys);
  const isHere = people.get(peer)?.online === true;
  const why = t`You both look at what only your two keys give. Is it the same, nobody stands between you and ${name}.`;
  const head = [
    ...title(t`Verify ${name}, step 1 of 3: how?`, t`1 2 3, ${key('choose')}, ${key('close')}`),
    ...paragraph(why, area.cells),
    [],
  ];
  const items = WAYS.map((way, index): Row[] => {
    const { called, means } = wayWords(way, { name, isHere });
    return [
      [span(t`${index + 1}  `, 'dim'), span(called, 'strong')],
      ...wrap(means, area.cells - 8).map((row): Row => [span(t`   `), span(row)]),
    ];
  });
  return [...head, ...listRows(items, selected, below(head, area))];
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
