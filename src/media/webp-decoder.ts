// WebP to pixels, by libwebp in WebAssembly; of an animation the first frame.
import program from '@jsquash/webp/codec/dec/webp_dec.wasm';
import decode, { init } from '@jsquash/webp/decode.js';
import { codecOptions, decodeWith } from './compiled-codec.ts';
import type { PictureSize, Pixels } from './picture.ts';
import { webpStill } from './webp-chunks.ts';

/** The size has been judged before. Throws PictureError (`picture-damaged`), RangeError where bytes are missing. */
export async function decodeWebp(bytes: Uint8Array, canvas: PictureSize): Promise<Pixels> {
  const { bytes: file, size, left, top } = webpStill(bytes);
  await init(codecOptions(program));
  const still = await decodeWith(() => decode(file.buffer), size);
  if (size.width === canvas.width && size.height === canvas.height) return still;
  const rgba = new Uint8Array(4 * canvas.width * canvas.height);
  for (let y = 0; y < size.height && top + y < canvas.height; y += 1) {
    const cells = Math.max(0, Math.min(size.width, canvas.width - left));
    const row = still.rgba.subarray(4 * y * size.width, 4 * (y * size.width + cells));
    rgba.set(row, 4 * ((top + y) * canvas.width + left));
  }
  return { ...canvas, rgba };
}
