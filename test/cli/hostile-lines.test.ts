// Hostile text in everything that commands and the plain interface write: lines, JSON, exports.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageId } from '../../src/protocol/ids.ts';
import { END_OF_RIGHT_TO_LEFT } from '../../src/ui/bidi.ts';
import { runCommand } from '../support/command.ts';
import { readyEvent } from '../support/fake-session.ts';
import { hostileEvents, hostileMessages, hostileSession } from '../support/hostile-session.ts';
import { DRIVING, drivingPart, HOSTILE, LONG, STACKED_MARKS } from '../support/hostile-text.ts';
import { nthId } from '../support/kept-history.ts';

const TYPED = [
  ...['/who', '/whois asha', '/where', '/next', '/next', '/win 1', '/history', '/search x', '/set'],
  ...['/status', '/nick x', '/trust asha', '/verify asha', '', 'stop', '/relay', '/room', '/topic'],
  ...['words', '/help', '/mute', '/query asha', '/win 2', '/room', '/topic', 'words'],
];

/** What `lanchat --plain` or its like writes while all of it arrives, and all of it is asked for. */
async function plainOutput(text: string, flag: string, columns: number | null): Promise<string> {
  const session = hostileSession(text);
  // TERM=dumb: the kernel has the line, so that nothing but lines is written.
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const run = runCommand([flag], { session, stdin, columns, env: { TERM: 'dumb' } });
  await run.printed('what you type now');
  await session.settled();
  for (const event of hostileEvents(text)) session.emit(event);
  for (const line of [...TYPED, text.slice(0, 5_000)]) stdin.write(`${line}\n`);
  stdin.end();
  expect(await run.status).toBe(0);
  return run.stdout();
}

/** Every line is ours, or stands behind what is ours. */
const OUR_LINE = /^(?:--(?: |$)| {6}|\d\d:\d\d(?: |$)|$)/;

/** But for the mark that is ours. */
function drivingOf(output: string): string | null {
  return drivingPart(output.replaceAll(END_OF_RIGHT_TO_LEFT, ''));
}

function expectOurs(output: string): void {
  expect(drivingOf(output)).toBeNull();
  expect(output).not.toMatch(STACKED_MARKS);
  for (const line of output.split('\n')) expect(line).toMatch(OUR_LINE);
}

describe('hostile text in lines', () => {
  it('is hostile: as it is, it would drive a terminal', () => {
    for (const { name, text } of DRIVING) {
      const isForged = /\n/.test(text) && !text.split('\n').every((line) => OUR_LINE.test(line));
      expect(drivingPart(text) !== null || isForged, name).toBe(true);
    }
    expect('a\u0301'.padEnd(11, '\u0323')).toMatch(STACKED_MARKS);
    expect(drivingPart('नमस्ते שלום 👩‍👩‍👧‍👦 plain')).toBeNull();
  });

  it.each(HOSTILE)(
    '[A98 hostile lines] drives nothing and forges nothing with --plain: $name',
    async ({ text }) => {
      expectOurs(await plainOutput(text, '--plain', null));
    },
  );

  it.each(HOSTILE)(
    '[A98 hostile lines] nor on a narrow terminal that is read aloud: $name',
    async ({ text }) => {
      const output = await plainOutput(text, '--screen-reader', 40);
      expectOurs(output);
      // Control: what came was said.
      const unwrapped = output.replaceAll('\n      ', ' ');
      expect(unwrapped).toContain('-- KEY CHANGED: ');
      expect(unwrapped).toContain('-- word 2 of 2: ');
    },
  );

  it.each(LONG)(
    '[A98 hostile lines] takes no long time to show, and all that is shown is ours: $name',
    async ({ text }) => {
      const stdin = Object.assign(new PassThrough(), { isTTY: true });
      const session = hostileSession('asha');
      const run = runCommand(['--plain'], { session, stdin, columns: 40, env: { TERM: 'dumb' } });
      await run.printed('what you type now');
      const [message] = hostileMessages(text);
      const started = performance.now();
      if (message !== undefined) session.emit({ type: 'message', message });
      stdin.end('/where\n');
      await run.status;
      // 65,536 characters of it are shown; taken apart at once they would take minutes.
      expect(performance.now() - started).toBeLessThan(10_000);
      expectOurs(run.stdout());
      // Control: much of it was shown.
      expect(run.stdout().length).toBeGreaterThan(65_000);
      expect(run.stdout()).toContain('…');
    },
  );

  it.each(HOSTILE)(
    '[A98 hostile lines] nor in lanchat listen, in text or JSON: $name',
    async ({ text }) => {
      for (const flags of [[], ['--json']]) {
        const session = hostileSession(text);
        const run = runCommand(['listen', ...flags], { session });
        await run.printed('ready');
        session.emit(readyEvent);
        for (const event of hostileEvents(text)) {
          if (event.type !== 'link') session.emit(event);
        }
        await session.settled();
        run.interrupt('SIGINT');
        await run.status;
        expect(drivingOf(run.stdout())).toBeNull();
        if (flags.length === 0) expectOurs(run.stdout());
        else {
          const said = run.records().find(({ type }) => type === 'message');
          // Control: whoever reads JSON gets the very text.
          expect(said?.text).toBe(text);
        }
      }
    },
  );

  it.each(HOSTILE)(
    '[A98 hostile lines] nor in what commands print, or say of a failure: $name',
    async ({ text }) => {
      const commands = [
        ...[
          ['peers'],
          ['rooms'],
          ['whois', 'asha'],
          ['history', '@asha'],
          ['search', 'x'],
          ['status'],
        ],
        ...[
          ['verify', 'asha'],
          ['room', 'list'],
          ['send', '@asha', 'x'],
          ['react', nthId(1) as MessageId, 'x'],
        ],
      ];
      for (const command of commands) {
        for (const flags of [[], ['--json']]) {
          const run = runCommand([...command, ...flags], { session: hostileSession(text) });
          await run.status;
          expect(drivingOf(run.stdout()), command.join(' ')).toBeNull();
          expect(drivingOf(run.stderr()), command.join(' ')).toBeNull();
          expect(run.stdout() + run.stderr()).not.toBe('');
        }
      }
    },
  );
});

describe('hostile text in an export', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lanchat-hostile-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(HOSTILE)(
    '[A98 hostile export] drives nothing, and is no tag: $name',
    async ({ text }) => {
      const file = join(folder, `${Math.random()}`);
      const stdin = Object.assign(new PassThrough(), { isTTY: true });
      const run = runCommand(['--plain'], { session: hostileSession(text), stdin });
      await run.printed('what you type now');
      for (const format of ['text', 'jsonl', 'html'])
        stdin.write(`/export ${format} ${file}.${format}\n`);
      stdin.end();
      await run.status;
      const [lines = '', records = '', page = ''] = await Promise.all(
        ['text', 'jsonl', 'html'].map((format) => readFile(`${file}.${format}`, 'utf8')),
      );
      expectOurs(lines);
      expect(drivingPart(records)).toBeNull();
      expect(drivingPart(page)).toBeNull();
      for (const line of records.trimEnd().split('\n'))
        expect(JSON.parse(line).type).toBe('message');
      const tags = page.slice(page.indexOf('<main>')).match(/<[^>]*>/g) ?? [];
      const ours = /^<\/?(?:main|html|h[23]|article|header|bdi|time|small|p|pre|a)[ >]/;
      expect(tags.filter((tag) => !ours.test(tag))).toEqual([]);
      expect(tags.length).toBeGreaterThan(10);
      // Control: a page that did not escape would have them.
      const [tag = ''] = '<img src=x>'.match(/<[^>]*>/) ?? [];
      expect(tag).not.toMatch(ours);
    },
  );
});
