import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runDemo } from '../../src/cli/demo.ts';
import { describeFailure } from '../../src/cli/errors.ts';
import { Output } from '../../src/cli/output.ts';
import { findPlaintext } from '../../src/cli/plaintext-detector.ts';
import { openSession } from '../../src/client/open-session.ts';

const text = 'Bring your own pen, please.';

describe('the plaintext detector', () => {
  it.each<[string, (text: string) => Buffer]>([
    ['UTF-8', (t) => Buffer.from(t)],
    ['UTF-16, low byte first', (t) => Buffer.from(t, 'utf16le')],
    ['UTF-16, high byte first', (t) => Buffer.from(t, 'utf16le').swap16()],
    ['hex', (t) => Buffer.from(Buffer.from(t).toString('hex'))],
    ['hex in capitals', (t) => Buffer.from(Buffer.from(t).toString('hex').toUpperCase())],
    ['base64', (t) => Buffer.from(Buffer.from(t).toString('base64'))],
    ['base64, one byte on', (t) => Buffer.from(Buffer.from(`x${t}`).toString('base64'))],
    ['base64, two bytes on', (t) => Buffer.from(Buffer.from(`xy${t}`).toString('base64'))],
    ['half of it only', (t) => Buffer.from(t.slice(7, 20))],
  ])('finds a text that leaked as %s', (_form, leak) => {
    const noise = Buffer.alloc(1_000, 0xa7);
    expect(findPlaintext(Buffer.concat([noise, leak(text), noise]), ['other words', text])).toBe(
      text,
    );
  });

  it('finds nothing in random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
        expect(findPlaintext(bytes, [text])).toBeNull();
      }),
    );
  });
});

describe('lanchat demo', () => {
  function run(people: readonly string[], said: string) {
    const stdout = new PassThrough();
    const output = new Output({ stdout, stderr: new PassThrough() });
    output.options = { json: true, quiet: false, verbose: false };
    const [from = '', to = ''] = people;
    return runDemo(
      {
        options: {
          ...{ home: null, nick: null, relay: null, timeoutMs: 10_000 },
          ...{ plain: false, screenReader: false, ephemeral: false },
        },
        ...{ output, openSession, stdin: Readable.from([]), skeleton: null, env: {} },
        signal: new AbortController().signal,
      },
      { people, lines: [{ from, to, text: said }] },
    );
  }

  it('fails with 2 where the relay sees what was written: here it is also a nickname', async () => {
    const secret = 'TheKeyIsUnderTheMat';
    const failure = await run([secret, 'bela'], secret).catch(describeFailure);
    expect(failure).toMatchObject({ status: 2, code: 'plaintext-seen' });
  });

  it('passes with the same people and words that nobody is called', async () => {
    await expect(run(['TheKeyIsUnderTheMat', 'bela'], 'Look under the mat.')).resolves.toBe(
      undefined,
    );
  });
});
