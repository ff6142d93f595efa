// Draws a picture into a room of cells: half-blocks, shades, or what the terminal draws. Loaded when the first one is there.
import type { DecodedPicture, PictureSize } from '../media/picture.ts';
import { type BlockRun, halfBlocks, shadeRows } from '../media/picture-lines.ts';
import { PictureSequence } from '../media/picture-sequence.ts';
import { fitWithin, scaleDown } from '../media/scale.ts';
import { colourSgr } from './colours.ts';
import type { DrawInto, Drawing, PictureWay } from './picture-way.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import { type Row, span } from './spans.ts';

/** The same drawing for the same room: a frame is made for every key and every message that comes. */
export function drawingOf(picture: DecodedPicture, way: PictureWay): DrawInto {
  let last: { readonly room: PictureSize; readonly drawing: Drawing } | null = null;
  return (room) => {
    if (last?.room.width !== room.width || last.room.height !== room.height) {
      last = { room, drawing: drawn(picture, way, room) };
    }
    return last.drawing;
  };
}

function drawn({ pixels, size }: DecodedPicture, way: PictureWay, room: PictureSize): Drawing {
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
