// WebP to pixels, by libwebp in WebAssembly; of an animation the first frame.
import program from '@jsquash/webp/codec/dec/webp_dec.wasm';
import decode, { init } from '@jsquash/webp/decode.js';
import { codecOptions, decodeWith } from './compiled-codec.ts';
import { damaged, type PictureSize, type Pixels } from './picture.ts';
import { webpStill } from './webp-chunks.ts';

/** The size has been judged before. Throws PictureError (`picture-damaged`), RangeError where bytes are missing. */
export async function decodeWebp(bytes: Uint8Array, canvas: PictureSize): Promise<Pixels> {
  const { bytes: file, size, left, top } = webpStill(bytes);
  // The canvas has been judged: what is larger would take memory that nobody has counted.
  if (left + size.width > canvas.width || top + size.height > canvas.height) throw damaged();
  await init(codecOptions(program));
  const still = await decodeWith(() => decode(file.buffer), size);
  if (size.width === canvas.width && size.height === canvas.height) return still;
  const rgba = new Uint8Array(4 * canvas.width * canvas.height);
  for (let y = 0; y < size.height; y += 1) {
    const row = still.rgba.subarray(4 * y * size.width, 4 * (y + 1) * size.width);
    rgba.set(row, 4 * ((top + y) * canvas.width + left));
  }
  return { ...canvas, rgba };
}
