import { describe, expect, it } from 'vitest';
import type { ClientEvent, WordsReason } from '../../src/client/api.ts';
import { type CommandRun, runCommand } from '../support/command.ts';
import { FakeSession, onlineLink, peerId, person } from '../support/fake-session.ts';

const bela = person('bela', 'b');
const who = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
const LIST = ['acorn', 'agent', 'tiger', 'violin', 'zigzag', 'panda', 'olive'];
const shown = { words: LIST, digits: '000 001 217 240 255 166 155' };

function comparison(state: 'asked' | 'waiting' | 'same'): ClientEvent {
  return { type: 'words', peer: who, state };
}

function failed(reason: WordsReason): ClientEvent {
  return { type: 'words', peer: who, state: 'failed', reason };
}

/** Of whom bela agrees at once; what our person answers comes to the same. */
function session(answered: (same: boolean) => ClientEvent): FakeSession {
  const fake: FakeSession = new FakeSession({
    'find-person': () => ({ matches: [bela] }),
    'words-start': () => {
      fake.emit(comparison('waiting'));
      fake.emit({ type: 'words', peer: who, state: 'compare', ...shown });
      return {};
    },
    'words-answer': ({ same }) => {
      fake.emit(answered(same));
      return {};
    },
  });
  return fake;
}

const honest = (same: boolean) => (same ? comparison('same') : failed('different'));

function run(fake: FakeSession, stdin: string, ...more: string[]): CommandRun {
  return runCommand(['verify', '@bela', '--words', ...more], { session: fake, stdin });
}

describe('lanchat verify --words', () => {
  it('shows the words, asks, and records that they are the same', async () => {
    const fake = session(honest);
    const ran = run(fake, 'y\n');
    expect(await ran.status).toBe(0);
    expect(ran.stdout()).toContain(`your words with bela: ${LIST.join(' ')}`);
    expect(ran.stderr()).toContain('y or n');
    expect(ran.stdout()).toContain('bela is verified');
    expect(fake.requests.at(-1)).toEqual({ do: 'words-answer', peer: peerId('b'), same: true });
  });

  it('says so to scripts, and reads one line of them', async () => {
    const ran = run(session(honest), 'same\n', '--json');
    expect(await ran.status).toBe(0);
    expect(ran.records()).toEqual([
      { v: 1, type: 'words', peer: who, state: 'waiting' },
      { v: 1, type: 'words', peer: who, state: 'compare', ...shown },
      { v: 1, type: 'words', peer: who, state: 'same' },
    ]);
  });

  it('exits 4 where the words differ', async () => {
    const fake = session(honest);
    const ran = run(fake, 'different\n', '--json');
    expect(await ran.status).toBe(4);
    expect(ran.records().at(-1)).toMatchObject({ type: 'error', code: 'words-differ' });
    expect(fake.requests.at(-1)).toMatchObject({ do: 'words-answer', same: false });
  });

  it('records nothing without a clear answer', async () => {
    for (const stdin of ['', 'perhaps\n', 'yeah\n']) {
      const fake = session(honest);
      const ran = run(fake, stdin, '--json');
      expect(await ran.status, stdin).toBe(1);
      expect(ran.records().at(-1)).toMatchObject({ code: 'not-confirmed' });
      expect(fake.requests.map(({ do: what }) => what)).not.toContain('words-answer');
    }
  });

  it.each<[WordsReason, number, string]>([
    ['timeout', 6, 'timeout'],
    ['declined', 1, 'declined'],
    ['repeated', 1, 'too-soon'],
    ['mismatch', 4, 'words-differ'],
    ['relayed', 4, 'words-differ'],
  ])('ends when it fails with %s', async (reason, status, code) => {
    const fake = session(honest);
    fake.answer({
      'words-start': () => {
        fake.emit(failed(reason));
        return {};
      },
    });
    const ran = run(fake, '', '--json');
    expect(await ran.status).toBe(status);
    expect(ran.records()).toMatchObject([{ type: 'error', code }]);
  });

  it('waits for somebody who is away, as long as the timeout', async () => {
    const fake = session(honest);
    fake.answer({ 'find-person': () => ({ matches: [{ ...bela, online: false }] }) });
    const late = run(fake, '', '--timeout', '0.05', '--json');
    expect(await late.status).toBe(6);
    expect(late.records()).toMatchObject([{ code: 'not-here' }]);
    const ran = run(fake, 'y\n');
    await fake.settled();
    fake.emit({ type: 'person', person: bela });
    expect(await ran.status).toBe(0);
  });

  it('takes no number beside it', async () => {
    const fake = session(honest);
    expect(await run(fake, '', '1'.repeat(60)).status).toBe(1);
    expect(fake.requests).toEqual([]);
  });

  it('hears nothing of comparisons with others', async () => {
    const fake = session(honest);
    fake.answer({
      'words-start': () => {
        const other = { ...who, fingerprint: peerId('c') };
        fake.emit({ type: 'words', peer: other, state: 'failed', reason: 'different' });
        fake.emit({ type: 'link', link: onlineLink });
        fake.emit({ type: 'words', peer: who, state: 'compare', ...shown });
        return {};
      },
    });
    const ran = run(fake, 'y\n');
    expect(await ran.status).toBe(0);
    expect(ran.stdout()).not.toContain('differ');
  });
});
