// A picture as rows of the screen, or as a place in them where the terminal draws it; else in words. Pure.
import type { DecodedPicture, PictureSize, PictureType } from '../media/picture.ts';
import { type BlockRun, halfBlocks, shadeRows } from '../media/picture-lines.ts';
import { PictureSequence } from '../media/picture-sequence.ts';
import { fitWithin, scaleDown } from '../media/scale.ts';
import { keyHints } from './bound-keys.ts';
import { colourSgr } from './colours.ts';
import type { PlacedPicture } from './frame-sink.ts';
import { type OverlayArea, type OverlayView, paragraph, title } from './list-rows.ts';
import type { PictureWay, ViewOverlay } from './picture-way.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span } from './spans.ts';
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
  { name, way, outcome }: ViewOverlay,
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
      const words = paragraph(pictureWords(outcome.picture), area.cells);
      const above = [...head.filter((row) => row.length > 0), ...words];
      const room = { width: area.cells - 2, height: area.rows - above.length };
      if (room.height < 1) return { rows: above, cursor: null };
      return shownView(above, drawing(outcome.picture, way, room));
    }
    default:
      return outcome satisfies never;
  }
}

/** Rows, or what the terminal draws. */
type Drawing =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'sequence'; readonly sequence: PictureSequence };

function shownView(above: readonly Row[], drawn: Drawing): OverlayView {
  if (drawn.kind === 'rows') return { rows: [...above, ...drawn.rows], cursor: null };
  const picture: PlacedPicture = {
    sequence: drawn.sequence,
    at: { row: above.length, column: 1 },
  };
  return { rows: above, cursor: null, picture };
}

/** Of each picture the last: a frame is made for every key and every message that comes. */
const drawings = new WeakMap<
  DecodedPicture,
  { readonly room: PictureSize; readonly drawn: Drawing }
>();

function drawing(picture: DecodedPicture, way: PictureWay, room: PictureSize): Drawing {
  const known = drawings.get(picture);
  if (known?.room.width === room.width && known.room.height === room.height) return known.drawn;
  const drawn = draw(picture, way, room);
  drawings.set(picture, { room, drawn });
  return drawn;
}

function draw({ pixels, size }: DecodedPicture, way: PictureWay, room: PictureSize): Drawing {
  switch (way.kind) {
    case 'words':
      return { kind: 'rows', rows: [] };
    case 'shades': {
      const rows = shadeRows(pixels, room);
      return { kind: 'rows', rows: rows.map((row) => [span(safeText(` ${row}`))]) };
    }
    case 'blocks': {
      const rows = halfBlocks(pixels, room).map(
        (runs): Row => [span(t` `), ...runs.map((run) => blockSpan(run, way.depth))],
      );
      return { kind: 'rows', rows };
    }
    case 'kitty':
    case 'iterm':
    case 'sixel':
      return { kind: 'sequence', sequence: sequenceOf({ pixels, size }, way, room) };
    default:
      return way satisfies never;
  }
}

function blockSpan({ text, colour, ground }: BlockRun, depth: '256' | 'true') {
  const codes = [
    colour === null ? '' : colourSgr({ kind: 'rgb', rgb: colour, at16: null }, depth, 'text'),
    ground === null ? '' : colourSgr({ kind: 'rgb', rgb: ground, at16: null }, depth, 'ground'),
  ].filter((code) => code !== '');
  return { ...span(safeText(text)), sgr: codes.join(';') };
}

type DrawnWay = Extract<PictureWay, { readonly cell: PictureSize }>;

function sequenceOf(
  { pixels, size }: Pick<DecodedPicture, 'pixels' | 'size'>,
  { kind, cell }: DrawnWay,
  room: PictureSize,
): PictureSequence {
  const box = { width: room.width * cell.width, height: room.height * cell.height };
  // Only sixel has a size of its own; the others are stretched over their cells.
  const seen = fitWithin(kind === 'sixel' ? pixels : size, box);
  const cells = {
    width: Math.ceil(seen.width / cell.width),
    height: Math.ceil(seen.height / cell.height),
  };
  return PictureSequence[kind](scaleDown(pixels, fitWithin(pixels, seen)), cells);
}
