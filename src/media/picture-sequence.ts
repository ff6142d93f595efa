// Pixels as the bytes with which a terminal draws pictures: kitty's protocol, iTerm2's, sixel. Never a file's own bytes.

import type { PictureSize, Pixels } from './picture.ts';
import { encodePng } from './png-encoder.ts';
import { sixelOf } from './sixel.ts';

/** Of base64; what kitty's protocol takes at a time. */
const CHUNK_LENGTH = 4_096;
/** Every picture is put in the place of the last; any number but 0 does. */
const PICTURE_ID = 7_717;

/**
 * What draws a picture where the cursor stands. Only pixels make one, so whatever takes this type takes no bytes that
 * somebody else has chosen.
 */
export class PictureSequence {
  readonly #draw: string;
  readonly #erase: string;
  /** Of cells that it covers. */
  readonly cells: PictureSize;

  private constructor(cells: PictureSize, draw: string, erase = '') {
    this.cells = cells;
    this.#draw = draw;
    this.#erase = erase;
  }

  get draw(): string {
    return this.#draw;
  }

  /** To be written before the cells are written over; empty where that is enough. */
  get erase(): string {
    return this.#erase;
  }

  /** https://sw.kovidgoyal.net/kitty/graphics-protocol/: the cursor stays, nothing is answered. */
  static kitty(pixels: Pixels, cells: PictureSize): PictureSequence {
    const chunks = base64Of(pixels).match(new RegExp(`.{1,${CHUNK_LENGTH}}`, 'g')) ?? [];
    const size = `c=${cells.width},r=${cells.height}`;
    const commands = chunks.map((chunk, index) => {
      const head = index === 0 ? `a=T,f=100,i=${PICTURE_ID},C=1,${size},` : '';
      return `\x1b_G${head}q=2,m=${Number(index < chunks.length - 1)};${chunk}\x1b\\`;
    });
    return new PictureSequence(cells, commands.join(''), `\x1b_Ga=d,d=I,i=${PICTURE_ID},q=2\x1b\\`);
  }

  /** https://iterm2.com/documentation-images.html */
  static iterm(pixels: Pixels, cells: PictureSize): PictureSequence {
    const png = base64Of(pixels);
    const size = `width=${cells.width};height=${cells.height};preserveAspectRatio=1`;
    const head = `inline=1;size=${Buffer.byteLength(png, 'base64')};${size};doNotMoveCursor=1`;
    return new PictureSequence(cells, `\x1b]1337;File=${head}:${png}\x07`);
  }

  /** At the pixels' own size, which must be that of the cells. */
  static sixel(pixels: Pixels, cells: PictureSize): PictureSequence {
    return new PictureSequence(cells, sixelOf(pixels));
  }
}

function base64Of(pixels: Pixels): string {
  return Buffer.from(encodePng(pixels)).toString('base64');
}
