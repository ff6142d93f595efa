// What was said before, in the plain interface.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { nthId, stored } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';
import { openPlain } from '../support/plain-run.ts';

const bela = person('bela', 'b');
const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;

const talk: readonly StoredMessage[] = [
  stored(1, { text: 'the tea is ready' }),
  stored(2, { room: null, peer: bela.fingerprint, from: bela, text: 'tea or coffee?' }),
  stored(3, { from: me, state: 'delivered', text: 'coming' }),
  stored(4, { text: 'at last' }),
];

/** What the terminal shows after these lines, typed one after the other. */
async function shownAfter(typed: readonly string[], messages = talk): Promise<Shown> {
  const session = (await openHistory(messages)).serve(
    new FakeSession({
      join: ({ room }) => ({ room }),
      leave: ({ room }) => ({ room }),
      settings: () => ({ ...DEFAULT_PREFERENCES, keepDays: 30 }),
      set: ({ change }) => ({ ...DEFAULT_PREFERENCES, keepDays: 30, ...change }),
    }),
  );
  session.snapshot = { ...session.snapshot, people: [bela] };
  const plain = openPlain(session);
  await plain.printed('goes to #lobby');
  for (const line of typed) plain.type(line);
  plain.end();
  expect(await plain.status).toBe(0);
  const lines = plain.stdout().trimEnd().split('\n');
  return { session, lines: lines.slice(lines.findIndex((line) => line.includes('goes to')) + 1) };
}

interface Shown {
  readonly session: FakeSession;
  readonly lines: readonly string[];
}

/** Times depend on where the test runs. */
function timeless(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.replace(/^\d\d:\d\d /, '').replace(/^-- \d{4}-\d\d-\d\d$/, 'day'),
  );
}

describe('/history', () => {
  it('shows what was said here, oldest first, with the day and what became of ours', async () => {
    const { lines } = await shownAfter(['/history']);
    expect(timeless(lines)).toEqual([
      ...['day', '#lobby asha: the tea is ready'],
      ...['#lobby me (you, delivered): coming', '#lobby asha: at last'],
    ]);
  });

  it('shows as many as asked for, and refuses what is no number', async () => {
    expect(timeless((await shownAfter(['/history 1'])).lines)).toEqual([
      'day',
      '#lobby asha: at last',
    ]);
    expect((await shownAfter(['/history many'])).lines.join()).toContain('takes a number');
  });

  it('says so where nothing is kept, and where one is nowhere', async () => {
    expect((await shownAfter(['/history'], [])).lines).toEqual(['-- Nothing is kept of #lobby.']);
    const { lines } = await shownAfter(['/join #kitchen', '/part', '/history']);
    expect(lines.at(-1)).toBe('-- /join #room or /query NAME first');
  });

  it('lets nothing that was said pass for a line of ours', async () => {
    const { lines } = await shownAfter(
      ['/history'],
      [stored(1, { text: 'hello\n-- KEY CHANGED\u001b[2J\u202e' })],
    );
    expect(timeless(lines).slice(1)).toEqual(['#lobby asha: hello', '      -- KEY CHANGED\ufffd']);
  });
});

describe('/search', () => {
  it('finds words everywhere, the newest last', async () => {
    const { lines } = await shownAfter(['/search tea']);
    expect(timeless(lines)).toEqual([
      ...['day', '#lobby asha: the tea is ready', '@bela: tea or coffee?'],
    ]);
  });

  it('says that nothing was found, that there is more, and asks for words', async () => {
    expect((await shownAfter(['/search chai'])).lines).toEqual(['-- Nothing was found.']);
    expect((await shownAfter(['/search'])).lines).toEqual(['-- /search WORDS: which words?']);
    const many = Array.from({ length: 60 }, (_, n) => stored(n + 1));
    expect((await shownAfter(['/search message'], many)).lines.at(-1)).toContain('older ones');
  });
});

describe('/delete', () => {
  it('takes our newest message here', async () => {
    const { session, lines } = await shownAfter(['/delete']);
    expect(session.requests).toContainEqual({ do: 'delete-message', id: nthId(3) });
    expect(lines.at(-1)).toBe('-- Deleted here; others keep theirs: "coming"');
  });

  it('takes everything only after a clear yes', async () => {
    const { session, lines } = await shownAfter(['/delete all', '/delete all yess']);
    expect(session.requests.map((request) => request.do)).not.toContain('delete-conversation');
    expect(lines[0]).toContain('/delete all yes does it');
    const sure = await shownAfter(['/delete all yes']);
    expect(sure.lines.at(-1)).toBe('-- Deleted here: 3 messages of #lobby. Others keep theirs.');
  });

  it('says so where none of ours is here', async () => {
    const { lines } = await shownAfter(['/delete'], [stored(1)]);
    expect(lines).toEqual(['-- No message of yours is among the newest here.']);
  });
});

describe('/set', () => {
  it('lists, changes, and refuses', async () => {
    const { session, lines } = await shownAfter(['/set', '/set keep-days 7', '/set keep-days x']);
    expect(lines.map((line) => line.split('  ')[0])).toEqual([
      ...[
        ...['-- accept-files', '-- accept-mb', '-- downloads', '-- direct-files'],
        '-- keep-days',
        '-- show-delivered',
        '-- send-read',
        '-- send-typing',
        '-- hidden',
        '-- theme',
        '-- pictures',
        '-- collapsed',
        '-- notify',
        '-- notify-text',
        '-- notify-level',
        '-- quiet-hours',
        '-- keep-days',
      ],
      '-- keep-days takes a number of days, 0 to 36500',
    ]);
    expect(session.requests).toContainEqual({ do: 'set', change: { keepDays: 7 } });
  });

  it('needs a conversation for what is of one alone', async () => {
    const nowhere = ['/join #kitchen', '/part', '/set send-read off here'];
    const { session, lines } = await shownAfter(nowhere);
    expect(lines.at(-1)).toMatch(/^-- "here" means a conversation, and you are in none/);
    expect(session.requests.map((request) => request.do)).not.toContain('set');
    // Control: in one it is asked for.
    const { session: somewhere } = await shownAfter(['/set send-read off here']);
    expect(somewhere.requests.map((request) => request.do)).toContain('conversation-settings');
  });

  it('says what one conversation takes where that is something else', async () => {
    const { lines } = await shownAfter(['/set notify-level']);
    expect(lines.at(-1)).toContain('alone, where VALUE is all, mentions, nothing; /set');
  });
});

describe('/export', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lanchat-export-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('writes a file, whole and for its owner only, and never over another', async () => {
    const file = join(folder, 'a file.jsonl');
    const { lines } = await shownAfter([`/export ${file}`, `/export ${file}`, '/export']);
    expect(lines).toEqual([
      `-- #lobby is written out, not encrypted: ${file}, 3 messages`,
      `-- ${file} is there already; choose another name`,
      '-- /export [text|jsonl|html] FILE: into which file?',
    ]);
    const written = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(written.map((line) => JSON.parse(line).text)).toEqual([
      ...['the tea is ready', 'coming', 'at last'],
    ]);
  });
});
