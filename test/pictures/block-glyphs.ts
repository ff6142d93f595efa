// Lines and blocks, drawn: in a font they leave gaps between rows, and a QR code with gaps can't be scanned.

/** As thick as a light line. */
const STROKE = 1;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Side = 'l' | 'r' | 'u' | 'd';

/** Sides of its cell that a character joins with the middle. */
const LINES: ReadonlyMap<string, readonly Side[]> = new Map([
  ['─', ['l', 'r']],
  ['│', ['u', 'd']],
  ...['┌╭', '┐╮', '└╰', '┘╯'].flatMap((corner, index): [string, readonly Side[]][] => {
    const sides: readonly Side[] = [index % 2 === 0 ? 'r' : 'l', index < 2 ? 'd' : 'u'];
    return [...corner].map((character) => [character, sides]);
  }),
  ['├', ['u', 'd', 'r']],
  ['┤', ['u', 'd', 'l']],
  ['┬', ['l', 'r', 'd']],
  ['┴', ['l', 'r', 'u']],
  ['┼', ['l', 'r', 'u', 'd']],
]);

/** Of its cell: where a block begins and how much of it there is, from the top. */
const BLOCKS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['█', [0, 1]],
  ['▀', [0, 0.5]],
  ['▄', [0.5, 0.5]],
]);

/** The rectangles that a character is made of, in a cell of this place and size. Null: it is a letter of a font. */
export function glyphBoxes(character: string, cell: Box): readonly Box[] | null {
  const block = BLOCKS.get(character);
  if (block !== undefined) {
    const [top, share] = block;
    return [{ ...cell, y: cell.y + top * cell.height, height: share * cell.height }];
  }
  return LINES.get(character)?.map((side) => lineBox(side, cell)) ?? null;
}

function lineBox(side: Side, { x, y, width, height }: Box): Box {
  const [left, top] = [x + width / 2 - STROKE / 2, y + height / 2 - STROKE / 2];
  const [halfWidth, halfHeight] = [(width + STROKE) / 2, (height + STROKE) / 2];
  switch (side) {
    case 'l':
      return { x, y: top, width: halfWidth, height: STROKE };
    case 'r':
      return { x: left, y: top, width: halfWidth, height: STROKE };
    case 'u':
      return { x: left, y, width: STROKE, height: halfHeight };
    case 'd':
      return { x: left, y: top, width: STROKE, height: halfHeight };
    default:
      return side satisfies never;
  }
}

/** Fewer boxes that cover the same: those that follow each other in a row become one. */
export function joinBoxes(boxes: readonly Box[]): readonly Box[] {
  const joined: Box[] = [];
  for (const box of boxes) {
    const last = joined.at(-1);
    const goesOn =
      last !== undefined &&
      last.y === box.y &&
      last.height === box.height &&
      box.x >= last.x &&
      box.x <= last.x + last.width + 0.01;
    if (goesOn) joined[joined.length - 1] = { ...last, width: box.x + box.width - last.x };
    else joined.push(box);
  }
  return joined;
}
