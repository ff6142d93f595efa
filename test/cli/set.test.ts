import { describe, expect, it } from 'vitest';
import type { Preferences } from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession } from '../support/fake-session.ts';

function withPreferences(): FakeSession {
  let preferences: Preferences = { ...DEFAULT_PREFERENCES, keepDays: 30 };
  return new FakeSession({
    settings: () => preferences,
    set: ({ change }) => {
      preferences = { ...preferences, ...change };
      return preferences;
    },
  });
}

describe('lanchat set', () => {
  it('lists what can be set, with value, default and meaning', async () => {
    const session = withPreferences();
    const run = runCommand(['set', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      { v: 1, type: 'setting', name: 'accept-files', value: 'verified', default: 'verified' },
      { v: 1, type: 'setting', name: 'accept-mb', value: 10, default: 10 },
      { v: 1, type: 'setting', name: 'downloads', value: 'none', default: 'none' },
      { v: 1, type: 'setting', name: 'direct-files', value: false, default: false },
      { v: 1, type: 'setting', name: 'keep-days', value: 30, default: 0 },
      ...['show-delivered', 'send-read', 'send-typing'].map((name) => ({
        ...{ v: 1, type: 'setting', name, value: true, default: true },
      })),
      { v: 1, type: 'setting', name: 'hidden', value: false, default: false },
      { v: 1, type: 'setting', name: 'theme', value: 'auto', default: 'auto' },
      { v: 1, type: 'setting', name: 'pictures', value: 'auto', default: 'auto' },
      { v: 1, type: 'setting', name: 'collapsed', value: [], default: [] },
      { v: 1, type: 'setting', name: 'notify', value: 'terminal', default: 'terminal' },
      { v: 1, type: 'setting', name: 'notify-text', value: false, default: false },
      { v: 1, type: 'setting', name: 'notify-level', value: 'usual', default: 'usual' },
      { v: 1, type: 'setting', name: 'quiet-hours', value: 'off', default: 'off' },
    ]);
    expect(run.opened).toMatchObject([{ offline: true, existing: true }]);
    const human = runCommand(['set'], { session });
    expect(await human.status).toBe(0);
    expect(human.stdout()).toMatch(/^keep-days {2}30 {2}\(default 0\): days/m);
    expect(human.stdout()).toMatch(/^show-delivered {2}on {2}\(default on\): whether/m);
  });

  it('shows one by name', async () => {
    const run = runCommand(['set', 'keep-days', '--json'], { session: withPreferences() });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ name: 'keep-days', value: 30 }]);
  });

  it.each([
    ['keep-days', '0', 0, { keepDays: 0 }],
    ['keep-days', 'default', 0, { keepDays: 0 }],
    ['keep-days', '36500', 36_500, { keepDays: 36_500 }],
    ['show-delivered', 'off', false, { showDelivered: false }],
    ['show-delivered', 'ON', true, { showDelivered: true }],
    ['send-read', 'no', false, { sendRead: false }],
    ['send-typing', 'off', false, { sendTyping: false }],
    ['theme', 'Light', 'light', { theme: 'light' }],
    ['pictures', 'Sixel', 'sixel', { pictures: 'sixel' }],
    ['collapsed', 'people, rooms', ['rooms', 'people'], { collapsed: ['rooms', 'people'] }],
    ['collapsed', 'none', [], { collapsed: [] }],
    ['notify', 'bell', 'bell', { notify: 'bell' }],
    ['notify-level', 'all', 'all', { notifyLevel: 'all' }],
    ['quiet-hours', '22-7', '22:00-07:00', { quietHours: '22:00-07:00' }],
  ] as const)('sets %s to %s', async (name, typed, value, change) => {
    const session = withPreferences();
    const run = runCommand(['set', name, typed, '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ type: 'setting', name, value }]);
    // Who sets something may make a profile by it.
    expect(run.opened).toMatchObject([{ offline: true, existing: false }]);
    expect(session.requests).toContainEqual({ do: 'set', change });
  });

  it.each([
    ['an unknown name', ['keep'], 'unknown-setting'],
    ['a negative number', ['keep-days', '--', '-1'], 'bad-setting'],
    ['more than a hundred years', ['keep-days', '36501'], 'bad-setting'],
    ['half a day', ['keep-days', '0.5'], 'bad-setting'],
    ['neither on nor off', ['show-delivered', 'maybe'], 'bad-setting'],
    ['no hours', ['quiet-hours', '22-22'], 'bad-setting'],
    ['a level that only one conversation can have', ['notify-level', 'nothing'], 'bad-setting'],
    ['too much', ['keep-days', '1', '2'], 'bad-arguments'],
  ])('exits 1 on %s and changes nothing', async (_what, args, code) => {
    const session = withPreferences();
    const run = runCommand(['set', '--json', ...args], { session });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code }]);
    expect(session.requests).toEqual([]);
  });

  it.each([
    ['off', { sendRead: false }, false],
    ['default', { sendRead: null }, null],
    [null, {}, true],
  ] as const)('sets %s for one conversation alone', async (typed, change, value) => {
    const session = withPreferences();
    session.answer({
      'conversation-settings': ({ change: { sendRead = true } }) => ({
        sendRead,
        sendTyping: null,
        notifyLevel: null,
      }),
    });
    const args = typed === null ? [] : [typed];
    const run = runCommand(['set', 'send-read', ...args, '--in', '#ward', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      { v: 1, type: 'setting', name: 'send-read', value, default: null, room: '#ward' },
    ]);
    const asked = { do: 'conversation-settings', with: { room: '#ward' }, change };
    expect(session.requests).toContainEqual(asked);
  });

  it.each([
    ['what is for all', ['keep-days', '3', '--in', '#ward'], 'bad-setting'],
    ['neither on, off nor default', ['send-read', 'maybe', '--in', '#ward'], 'bad-setting'],
    ['no name', ['--in', '#ward'], 'bad-arguments'],
  ])('exits 1 on %s for one conversation', async (_what, args, code) => {
    const session = withPreferences();
    const run = runCommand(['set', '--json', ...args], { session });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code }]);
    expect(session.requests).toEqual([]);
  });

  it('names the setting that was meant', async () => {
    const run = runCommand(['set', 'keep-day']);
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain('did you mean "keep-days"?');
  });
});
