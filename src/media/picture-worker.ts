// The thread in which one picture is decoded: a file of its own in dist/, which ends with its picture.
import { parentPort, workerData } from 'node:worker_threads';
import { decodePicture } from './decode-picture.ts';
import { PictureError } from './picture.ts';
import type { PictureAnswer, PictureJob } from './picture-job.ts';
import { thumbnailOf } from './thumbnail.ts';

async function answer({ bytes, wish, as }: PictureJob): Promise<PictureAnswer> {
  try {
    const picture = await decodePicture(bytes, wish);
    if (as === 'pixels') return { kind: 'pixels', picture };
    return { kind: 'thumbnail', size: picture.size, png: thumbnailOf(picture.pixels) };
  } catch (error) {
    if (error instanceof PictureError) return { kind: 'failed', code: error.code };
    throw error;
  }
}

parentPort?.postMessage(await answer(workerData));
