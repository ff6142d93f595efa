// The thread of the codec as it is built: a file of its own, which finds all that it needs beside it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { OpusThread } from '../../src/media/opus-thread.ts';
import { bytesOf, samplesOf } from '../../src/media/pcm.ts';
import { correlation } from '../support/likeness.ts';
import { speech } from '../support/speech.ts';

const dist = join(import.meta.dirname, '../../dist');
const options = {
  worker: pathToFileURL(join(dist, 'parts/opus-worker.js')),
  timeoutMs: 10_000,
};

describe('the built thread', () => {
  it('makes a voice note and plays it', async () => {
    const voice = speech(1);
    const encoder = OpusThread.encoder(options);
    const begun = await encoder.ask({ do: 'encode', pcm: bytesOf(voice) });
    const ended = await encoder.ask({ do: 'end' });
    await encoder.close();
    const decoder = OpusThread.decoder(options);
    const file = Buffer.concat([begun.bytes, ended.bytes]);
    expect(await decoder.ask({ do: 'open', file })).toMatchObject({ samples: voice.length });
    await decoder.ask({ do: 'start', sample: 0, speed: 1 });
    const { bytes } = await decoder.ask({ do: 'read', samples: voice.length });
    await decoder.close();
    expect(correlation(samplesOf(bytes), voice)).toBeGreaterThan(0.85);
  });
});
