import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { Notifier, noticeStyle, windowTitle } from '../../src/ui/notify.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { peerId } from '../support/fake-session.ts';
import { message, testScreen } from '../support/screen-store.ts';

const private_ = { sender: safeText('ravi'), room: null };

describe('notices', () => {
  it('names the sender and the room, never the text', () => {
    const notifier = new Notifier(() => 0);
    expect(notifier.notice({ ...private_, room: safeText('#work') }, false)).toBe(
      'ravi named you in #work',
    );
  });

  it('keeps quiet while somebody looks', () => {
    expect(new Notifier(() => 0).notice(private_, true)).toBeNull();
  });

  it('makes one noise of a storm', () => {
    let nowMs = 0;
    const notifier = new Notifier(() => nowMs);
    expect(notifier.notice(private_, false)).toBe('ravi wrote to you');
    nowMs = 2_999;
    expect(notifier.notice(private_, false)).toBeNull();
    nowMs = 3_000;
    expect(notifier.notice(private_, false)).not.toBeNull();
  });

  it.each([
    [{ TERM: 'xterm-256color' }, 'bell'],
    [{ TERM: 'xterm-kitty' }, 'osc99'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 'osc9'],
    [{ TERM: 'foot' }, 'osc777'],
    [{ TERM: 'xterm-kitty', TMUX: '/tmp/tmux' }, 'bell'],
    [{ TERM: 'screen-256color', TERM_PROGRAM: 'WezTerm' }, 'bell'],
    [{}, 'bell'],
  ])('in %j it is shown by %s', (env, style) => {
    expect(noticeStyle(env)).toBe(style);
  });
});

it('counts in the title what is unread, and names nobody', () => {
  const { store } = testScreen();
  expect(windowTitle(store.state)).toBe('lanchat');
  applyEvent(store, { type: 'message', message: message({ room: null, peer: peerId('b') }) });
  expect(windowTitle(store.state)).toBe('(1) lanchat');
});
