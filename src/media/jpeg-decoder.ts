// JPEG to pixels, by mozjpeg in WebAssembly: its memory is walled off from the program's.
import program from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import decode, { init } from '@jsquash/jpeg/decode.js';
import { codecOptions, decodeWith } from './compiled-codec.ts';
import type { PictureSize, Pixels } from './picture.ts';

/** As it is stored, not turned. The size has been judged before. Throws PictureError (`picture-damaged`). */
export async function decodeJpeg(bytes: Uint8Array, size: PictureSize): Promise<Pixels> {
  await init(codecOptions(program));
  const file = new Uint8Array(bytes).buffer;
  return decodeWith(() => decode(file, { preserveOrientation: false }), size);
}
