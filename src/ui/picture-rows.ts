// A picture as rows of the overlay, as a place in them where the terminal draws it, or in words. Pure; what draws is loaded with the first picture.
import type { DecodedPicture, PictureType } from '../media/picture.ts';
import { keyHints } from './bound-keys.ts';
import type { PlacedPicture } from './frame-sink.ts';
import { type OverlayArea, type OverlayView, paragraph, title } from './list-rows.ts';
import type { Drawing, ViewOverlay } from './picture-way.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { Row } from './spans.ts';
import { truncate } from './width.ts';

const TYPE_NAMES: Readonly<Record<PictureType, SafeText>> = {
  png: safeText('PNG'),
  jpeg: safeText('JPEG'),
  gif: safeText('GIF'),
  webp: safeText('WebP'),
  bmp: safeText('BMP'),
};

/** What it is, where it can't be seen and beside it. */
export function pictureWords({ type, size }: DecodedPicture): SafeText {
  return t`${TYPE_NAMES[type]} picture, ${size.width} × ${size.height} pixels`;
}

export function pictureView(
  { keys }: ScreenState,
  { name, outcome, copyOf }: ViewOverlay,
  area: OverlayArea,
): OverlayView {
  const closes = t`${keyHints(keys)('close')} closes`;
  const head = title(truncate(name, area.cells - 2), closes, area.cells);
  switch (outcome.kind) {
    case 'loading':
      return { rows: [...head, ...paragraph(t`Reading the picture …`, area.cells)], cursor: null };
    case 'failed':
      return { rows: [...head, ...paragraph(outcome.why, area.cells)], cursor: null };
    case 'shown': {
      const save = keyHints(keys)('save');
      const said =
        copyOf === null
          ? pictureWords(outcome.picture)
          : t`A small copy, which came with the message; ${save} takes the whole: ${copyOf}`;
      const words = paragraph(said, area.cells);
      const above = [...head.filter((row) => row.length > 0), ...words];
      const room = { width: area.cells - 2, height: area.rows - above.length };
      if (room.height < 1) return { rows: above, cursor: null };
      return shownView(above, outcome.draw(room));
    }
    default:
      return outcome satisfies never;
  }
}

function shownView(above: readonly Row[], drawn: Drawing): OverlayView {
  if (drawn.kind === 'rows') return { rows: [...above, ...drawn.rows], cursor: null };
  const picture: PlacedPicture = {
    sequence: drawn.sequence,
    at: { row: above.length, column: 1 },
  };
  return { rows: above, cursor: null, picture };
}
