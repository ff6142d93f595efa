// The thread in which sound is encoded and decoded: what a hostile file makes of the codec, it makes of this thread alone.
import { parentPort, workerData } from 'node:worker_threads';
import { NoteDecoder } from './note-decoder.ts';
import { NoteEncoder } from './note-encoder.ts';
import type { OpusAnswer, OpusJob, OpusRequest, OpusResult } from './opus-thread.ts';
import { bytesOf, samplesOf } from './pcm.ts';

const NOTHING: OpusResult = { bytes: new Uint8Array(0), samples: 0 };

type Work = (job: OpusJob) => Promise<OpusResult>;

async function encoding(serial: number): Promise<Work> {
  const encoder = await NoteEncoder.open(serial);
  return async (job) => {
    if (job.do === 'encode') return written(encoder.write(samplesOf(job.pcm)));
    if (job.do === 'end') return written(encoder.end());
    throw new Error(`not for an encoder: ${job.do}`);
  };
}

function written(pieces: readonly Uint8Array[]): OpusResult {
  return { bytes: new Uint8Array(Buffer.concat(pieces)), samples: 0 };
}

async function decoding(): Promise<Work> {
  let decoder: NoteDecoder | null = null;
  return async (job) => {
    if (job.do === 'open') {
      decoder = new NoteDecoder(job.file);
      return { ...NOTHING, samples: decoder.samples };
    }
    if (decoder === null) throw new Error('nothing is open');
    if (job.do === 'start') {
      await decoder.start(job.sample, job.speed);
      return NOTHING;
    }
    if (job.do !== 'read') throw new Error(`not for a decoder: ${job.do}`);
    const samples = decoder.read(job.samples);
    return { bytes: bytesOf(samples), samples: samples.length };
  };
}

const { serial }: { readonly serial: number | null } = workerData;
const work = serial === null ? decoding() : encoding(serial);

parentPort?.on('message', async ({ id, job }: OpusRequest) => {
  const answer = await answerTo(id, job);
  parentPort?.postMessage(answer);
});

async function answerTo(id: number, job: OpusJob): Promise<OpusAnswer> {
  try {
    return { id, result: await (await work)(job) };
  } catch (error) {
    // A class does not come over whole.
    return { id, fault: error instanceof Error ? error.message : String(error) };
  }
}
