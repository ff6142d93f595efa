// What a picture, a sound or a film says of itself: its size, how long it plays. Little is read, and nothing decoded.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { MAX_PIXELS } from '../protocol/file-content.ts';
import { MAX_DURATION_MS } from '../protocol/limits.ts';
import { flacDuration, mp3Duration, oggDuration, wavDuration } from './audio-duration.ts';
import { matroskaDuration, mp4Duration } from './container-duration.ts';
import { TYPE_HEAD_BYTES, typeOfContent } from './file-type.ts';
import { gifSize, jpegSize, type PictureSize, pngSize, webpSize } from './picture-size.ts';
import { NotFound, Probe } from './probe.ts';
import { readFault } from './source-fault.ts';

const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Null: not known. */
export interface MediaFacts {
  /** As `typeOfContent` says it. */
  readonly type: string;
  /** In pixels, as it is shown: 1 to 1,000,000, both or neither. */
  readonly width: number | null;
  readonly height: number | null;
  /** From 1 ms to a day. */
  readonly durationMs: number | null;
}

const SIZES: ReadonlyMap<string, (probe: Probe) => Promise<PictureSize>> = new Map([
  ['image/png', pngSize],
  ['image/jpeg', jpegSize],
  ['image/gif', gifSize],
  ['image/webp', webpSize],
]);

const DURATIONS: ReadonlyMap<string, (probe: Probe) => Promise<number>> = new Map([
  ['audio/wav', wavDuration],
  ['audio/flac', flacDuration],
  ['audio/ogg', oggDuration],
  ['audio/mpeg', mp3Duration],
  ['audio/mp4', mp4Duration],
  ['video/mp4', mp4Duration],
  ['video/quicktime', mp4Duration],
  ['video/webm', matroskaDuration],
  ['video/matroska', matroskaDuration],
]);

/** The facts of the file at `path`, whatever it holds. Throws UsageError where there is none that can be read. */
export async function mediaFacts(path: string): Promise<MediaFacts> {
  try {
    const handle = await open(path, FLAGS);
    try {
      const { size } = await handle.stat();
      const probe = new Probe(handle, size);
      const type = typeOfContent(await probe.readUpTo(0, TYPE_HEAD_BYTES));
      const shown = await found(SIZES.get(type), probe);
      const plays = await found(DURATIONS.get(type), probe);
      return { type, ...checkedSize(shown), durationMs: checkedDuration(plays) };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw readFault(cause, path);
  }
}

async function found<T>(
  find: ((probe: Probe) => Promise<T>) | undefined,
  probe: Probe,
): Promise<T | null> {
  try {
    return (await find?.(probe)) ?? null;
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

function checkedSize(size: PictureSize | null): Pick<MediaFacts, 'width' | 'height'> {
  const isSize = (value: number) => value >= 1 && value <= MAX_PIXELS;
  if (size === null || !isSize(size.width) || !isSize(size.height)) {
    return { width: null, height: null };
  }
  return { width: size.width, height: size.height };
}

/** What is divided by nothing is no duration either. */
function checkedDuration(durationMs: number | null): number | null {
  const rounded = Math.round(durationMs ?? 0);
  return rounded >= 1 && rounded <= MAX_DURATION_MS ? rounded : null;
}
