// Runs a decoder that was compiled to WebAssembly: its memory is bounded, it prints nothing, and what it hands back is checked.
import { damaged, type PictureSize, type Pixels } from './picture.ts';

/** For a whole worker's only picture: what is decoded, twice, and tables. */
const MAX_MEMORY_BYTES = 768 * 1024 * 1024;
const PAGE_BYTES = 65_536;

interface CodecOptions {
  readonly noInitialRun: true;
  readonly print: () => void;
  readonly printErr: () => void;
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}

/** For the `init` of a codec: the program is in the bundle, nothing is fetched. */
export function codecOptions(program: Uint8Array<ArrayBuffer>): CodecOptions {
  return {
    noInitialRun: true,
    print: () => {},
    printErr: () => {},
    instantiateWasm: (imports, receive) => {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(program), imports);
      for (const value of Object.values(instance.exports)) {
        if (value instanceof WebAssembly.Memory) boundMemory(value);
      }
      receive(instance);
      return instance.exports;
    },
  };
}

/** The codec grows its memory through this object, and takes a failure for the end of the memory. */
function boundMemory(memory: WebAssembly.Memory): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE_BYTES > MAX_MEMORY_BYTES) throw new RangeError();
    return grow(pages);
  };
}

interface Decoded extends PictureSize {
  readonly data: Uint8ClampedArray;
}

/** Throws PictureError (`picture-damaged`) for whatever the codec throws, and where it decoded another size than `size`. */
export async function decodeWith(
  decode: () => Promise<Decoded>,
  { width, height }: PictureSize,
): Promise<Pixels> {
  const decoded = await decode().catch((error: unknown) => {
    throw damaged({ cause: error });
  });
  const { data } = decoded;
  const isWhole = data.length === 4 * width * height;
  if (decoded.width !== width || decoded.height !== height || !isWhole) throw damaged();
  return { width, height, rgba: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}
