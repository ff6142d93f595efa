// What is set for one conversation alone: how it is kept, and what the core is told of it.
import { describe, expect, it } from 'vitest';
import type { Destination } from '../../src/client/api.ts';
import {
  type ConversationSettings,
  disclosureOf,
  notifyLevelsOf,
  settingsFor,
  withSettingsFor,
} from '../../src/client/conversation-settings.ts';
import {
  DEFAULT_SETTINGS,
  MAX_CONVERSATION_SETTINGS,
  type Settings,
} from '../../src/storage/settings.ts';
import { peerId } from '../support/fake-session.ts';

const bela = { peer: peerId('b') };
const ward = { room: '#ward' };

function changed(
  settings: Settings,
  place: Destination,
  change: Partial<ConversationSettings>,
): Settings {
  return { ...settings, conversations: withSettingsFor(settings, place, change) };
}

describe('settings of one conversation', () => {
  it('are as everywhere until they are set', () => {
    expect(settingsFor(DEFAULT_SETTINGS, bela)).toEqual({
      ...{ sendRead: null, sendTyping: null, notifyLevel: null },
    });
  });

  it('change one by one, and leave others as they are', () => {
    let settings = changed(DEFAULT_SETTINGS, bela, { sendRead: false });
    settings = changed(settings, ward, { sendTyping: false });
    settings = changed(settings, bela, { sendTyping: true });
    expect(settingsFor(settings, bela)).toMatchObject({ sendRead: false, sendTyping: true });
    expect(settingsFor(settings, ward)).toMatchObject({ sendRead: null, sendTyping: false });
    const { exceptions } = disclosureOf(settings);
    expect(exceptions.get(bela.peer)).toMatchObject({ sendRead: false, sendTyping: true });
    expect(exceptions.get('#ward')).toEqual({ with: '#ward', sendTyping: false });
  });

  it('have a level that the core goes by', () => {
    let settings = changed(DEFAULT_SETTINGS, ward, { notifyLevel: 'nothing' });
    settings = changed(settings, bela, { notifyLevel: 'mentions', sendRead: false });
    expect([...notifyLevelsOf(settings)]).toEqual([
      ['#ward', 'nothing'],
      [bela.peer, 'mentions'],
    ]);
    settings = changed(settings, ward, { notifyLevel: null });
    expect(settings.conversations).toEqual([
      { with: bela.peer, sendRead: false, notifyLevel: 'mentions' },
    ]);
  });

  it('leave nothing behind when they are as everywhere again', () => {
    const settings = changed(DEFAULT_SETTINGS, bela, { sendRead: false });
    expect(changed(settings, bela, { sendRead: null }).conversations).toEqual([]);
  });

  it('are of so many conversations; one more is refused', () => {
    const conversations = Array.from({ length: MAX_CONVERSATION_SETTINGS }, (_, at) => ({
      ...{ with: `#room-${at}`, sendRead: false },
    }));
    const settings = { ...DEFAULT_SETTINGS, conversations };
    expect(() => changed(settings, ward, { sendRead: false })).toThrow(
      expect.objectContaining({ code: 'bad-setting' }),
    );
    const known = changed(settings, { room: '#room-7' }, { sendRead: true });
    expect(settingsFor(known, { room: '#room-7' }).sendRead).toBe(true);
  });
});
