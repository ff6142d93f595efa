// /delete, /export and /set at the screen.
import { describe, expect, it } from 'vitest';
import type { Preferences } from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { changeOf, choicesOf, SETTINGS } from '../../src/ui/settings.ts';
import { peerId } from '../support/fake-session.ts';
import { nthId, stored } from '../support/kept-history.ts';
import { bela, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter, press } from '../support/screen-presses.ts';
import { lines, type TestScreen } from '../support/screen-store.ts';

const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;

const talk = [
  stored(1, { from: me, state: 'relayed', text: 'mine' }),
  stored(2, { from: me, state: 'relayed', text: 'mine, too' }),
  stored(3, { text: 'hers' }),
  stored(4, { room: null, peer: bela.fingerprint, from: bela, text: 'private' }),
];

async function screenWith(messages = talk): Promise<TestScreen> {
  return keptScreen(await openHistory(messages));
}

function asked({ session }: TestScreen, ...what: readonly string[]) {
  return session.requests.filter((request) => what.includes(request.do));
}

function last({ store }: TestScreen): string | undefined {
  return lines(store, store.state.active).at(-1);
}

describe('/delete', () => {
  it('takes the newest message of ours, here only, and nobody else’s', async () => {
    const screen = await screenWith();
    await enter(screen, '/delete');
    expect(lines(screen.store, '#lobby').slice(0, 2)).toEqual(['mine', 'hers']);
    expect(last(screen)).toBe('-- Deleted here; others keep theirs: "mine, too"');
    await enter(screen, '/delete');
    await enter(screen, '/delete');
    expect(lines(screen.store, '#lobby')[0]).toBe('hers');
    expect(last(screen)).toContain('No message of yours is here');
  });

  it('takes back what has not gone out yet', async () => {
    const screen = await screenWith([stored(1, { from: me, state: 'pending', text: 'oops' })]);
    screen.session.answer({ cancel: () => ({ cancelled: true }) });
    await enter(screen, '/delete');
    expect(asked(screen, 'cancel', 'delete-message')).toEqual([
      { do: 'cancel', id: nthId(1) },
      { do: 'delete-message', id: nthId(1) },
    ]);
    expect(last(screen)).toBe('-- Taken back before it went out, and deleted here: "oops"');
  });

  it('does not claim to have taken back what is on its way', async () => {
    const screen = await screenWith([stored(1, { from: me, state: 'pending', text: 'oops' })]);
    await enter(screen, '/delete');
    expect(last(screen)).toBe('-- Deleted here, but it is on its way already: "oops"');
  });

  it('says why it could not, and keeps the message', async () => {
    const screen = await screenWith();
    screen.session.answer({
      'delete-message': () => {
        throw new UsageError('read-only', 'the disk is read-only');
      },
    });
    await enter(screen, '/delete');
    expect(lines(screen.store, '#lobby')).toEqual([
      ...['mine', 'mine, too', 'hers', '!! the disk is read-only'],
    ]);
  });

  it('asks for a yes before the whole conversation goes', async () => {
    const screen = await screenWith();
    await enter(screen, '/delete all');
    await press(screen, 'y', 'enter');
    expect(last(screen)).toBe('-- Nothing was deleted.');
    await enter(screen, '/delete all');
    await press(screen, 'y', 'e', 's', 'escape');
    expect(asked(screen, 'delete-conversation')).toEqual([]);
    await enter(screen, '/delete all');
    await press(screen, 'y', 'e', 's', 'enter');
    expect(asked(screen, 'delete-conversation')).toEqual([
      { do: 'delete-conversation', conversation: { room: '#lobby' } },
    ]);
    expect(lines(screen.store, '#lobby')).toEqual([
      '-- Deleted here: 3 messages of #lobby. Others keep theirs.',
    ]);
    expect(screen.store.active.older).toEqual({ kind: 'beginning' });
  });

  it('deletes the whole conversation for who says yes with it, as in plain lines', async () => {
    const screen = await screenWith();
    await enter(screen, '/delete all yes');
    expect(screen.store.state.overlay).toBeNull();
    expect(asked(screen, 'delete-conversation')).toEqual([
      { do: 'delete-conversation', conversation: { room: '#lobby' } },
    ]);
  });

  it('explains itself where it is given anything else', async () => {
    const screen = await screenWith();
    await enter(screen, '/delete everything');
    expect(asked(screen, 'delete-message', 'delete-conversation')).toEqual([]);
    expect(last(screen)).toContain('/delete all the conversation');
  });
});

describe('/export', () => {
  it.each([
    ['html page.html', 'html', 'page.html'],
    ['text notes', 'text', 'notes'],
    ['JSONL a file with blanks', 'jsonl', 'a file with blanks'],
    ['page.HTML', 'html', 'page.HTML'],
    ['log.jsonl', 'jsonl', 'log.jsonl'],
    ['text', 'text', ''],
    ['log.txt', 'text', 'log.txt'],
  ])('%j is the format %s and the file %j', async (args, format, file) => {
    const screen = await screenWith();
    screen.store.open(bela.fingerprint);
    await enter(screen, `/export ${args}`);
    const conversation = { peer: bela.fingerprint };
    expect(screen.exports).toEqual(file === '' ? [] : [{ conversation, only: null, format, file }]);
    expect(last(screen)).toContain(file === '' ? 'into which file?' : `/there/${file}, 2 messages`);
  });

  it('says why there is no file', async () => {
    const screen = await screenWith();
    const failing = {
      ...screen,
      actions: {
        ...screen.actions,
        exportTo: async () => {
          throw new UsageError('file-exists', 'it is there already');
        },
      },
    };
    await enter(failing, '/export x');
    expect(last(screen)).toBe('!! it is there already');
  });
});

describe('/set', () => {
  function withPreferences(screen: TestScreen): void {
    let preferences: Preferences = { ...DEFAULT_PREFERENCES, keepDays: 30 };
    screen.session.answer({
      settings: () => preferences,
      set: ({ change }) => {
        preferences = { ...preferences, ...change };
        return preferences;
      },
    });
  }

  it('lists the settings, shows one, and changes it', async () => {
    const screen = await screenWith();
    withPreferences(screen);
    await enter(screen, '/set');
    expect(last(screen)).toMatch(/keep-days {2}30 {2}\(default 0\).*\n.*show-delivered {2}on/);
    await enter(screen, '/set show-delivered off');
    expect(last(screen)).toContain('show-delivered  off  (default on)');
    await enter(screen, '/set show-delivered');
    expect(last(screen)).toContain('show-delivered  off');
    expect(asked(screen, 'set')).toEqual([{ do: 'set', change: { showDelivered: false } }]);
  });

  it('teaches by one that is named alone, and puts it back', async () => {
    const screen = await screenWith();
    withPreferences(screen);
    await enter(screen, '/set keep-days');
    expect(last(screen)).toMatch(/keep-days {2}30 {2}\(default 0\): days/);
    expect(last(screen)).toContain('VALUE is a number of days, 0 to 36500, or default');
    expect(last(screen)).not.toContain('VALUE here');
    await enter(screen, '/set send-read');
    expect(last(screen)).toContain('VALUE is on or off');
    expect(last(screen)).toContain('/set send-read VALUE here');
    expect(asked(screen, 'set')).toEqual([]);
    await enter(screen, '/set keep-days Default');
    expect(last(screen)).toContain('keep-days  0  (default 0)');
  });

  it.each(SETTINGS.map((setting) => [setting.name, setting] as const))(
    'can put back %s, and offers values of it that it takes',
    (_name, setting) => {
      const usual = setting.of(DEFAULT_PREFERENCES);
      const back = { ...DEFAULT_PREFERENCES, ...changeOf(setting, 'default') };
      expect(setting.of(back)).toEqual(usual);
      for (const choice of choicesOf(setting)) expect(changeOf(setting, choice)).not.toBeNull();
      if (typeof usual === 'boolean') expect(choicesOf(setting)).toEqual(['on', 'off', 'default']);
    },
  );

  it('changes one for this conversation alone', async () => {
    const screen = await screenWith();
    withPreferences(screen);
    screen.session.answer({
      'conversation-settings': ({ change: { sendRead = null } }) => ({
        sendRead,
        sendTyping: null,
        notifyLevel: null,
      }),
    });
    await enter(screen, '/set send-read off here');
    expect(last(screen)).toContain('send-read  off  in #lobby');
    await enter(screen, '/set send-read here');
    expect(last(screen)).toContain('send-read  as everywhere  in #lobby');
    expect(asked(screen, 'conversation-settings')).toEqual([
      { do: 'conversation-settings', with: { room: '#lobby' }, change: { sendRead: false } },
      { do: 'conversation-settings', with: { room: '#lobby' }, change: {} },
    ]);
  });

  it.each([
    ['keep-day', 'did you mean "keep-days"?'],
    ['colour', 'there are accept-files, accept-mb, downloads'],
    ['keep-days 3 here', 'keep-days is the same for all conversations'],
    ['send-read soon here', 'send-read takes on, off or default there'],
    ['keep-days soon', 'keep-days takes a number of days'],
    ['keep-days 99999', 'keep-days takes a number of days'],
  ])('refuses %j and changes nothing', async (args, words) => {
    const screen = await screenWith();
    withPreferences(screen);
    await enter(screen, `/set ${args}`);
    expect(last(screen)).toContain(words);
    expect(asked(screen, 'set')).toEqual([]);
  });
});

it('/history points to PgUp, where a screen has it', async () => {
  const screen = await screenWith();
  await enter(screen, '/history 5');
  expect(last(screen)).toContain('PgUp');
});
