// What keys are worth stands on the status line where a narrow screen does not cut it, whatever the link does.
import { describe, expect, it } from 'vitest';
import type { Link, Person } from '../../src/client/api.ts';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { FakeSession, onlineLink, peerId, person } from '../support/fake-session.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

const asha = person('asha', 'a', { trust: 'verified' });
const ravi = person('ravi', 'b', { keyChangedFrom: [peerId('9')] });
const offline = { ...onlineLink, state: 'offline', reason: 'silent', retryInMs: 4_000 } as const;
const ended = { ...onlineLink, state: 'ended', reason: 'replaced' } as const;
const searching = { ...onlineLink, state: 'searching', relay: null } as const;
const links: readonly Link[] = [onlineLink, offline, ended, searching];

function screenWith(people: readonly Person[], link: Link): TestScreen {
  const session = new FakeSession();
  const members = [peerId('e'), ...people.map(({ fingerprint }) => fingerprint)];
  const rooms = [{ name: '#lobby', kind: 'public' as const, members }];
  session.snapshot = { ...session.snapshot, people, rooms };
  const screen = testScreen(session);
  screen.store.setSize({ columns: 40, rows: 15 });
  applyEvent(screen.store, { type: 'link', link });
  return screen;
}

function status({ store }: TestScreen): string {
  const ink = inkScreen(store);
  const row = ink.rows().at(-2) ?? '';
  ink.close();
  return row;
}

describe.each(links)('at 40 columns, $state,', (link) => {
  it('a changed key comes first, of a person and in a room', () => {
    const screen = screenWith([asha, ravi], link);
    expect(status(screen)).toMatch(/^ 1 KEY CHANGED · /);
    screen.store.open(ravi.fingerprint);
    expect(status(screen)).toMatch(/^ KEY CHANGED · /);
    expect(status(screen)).not.toMatch(/verified/);
    // Control: of whom nothing changed there is no alarm.
    screen.store.open(asha.fingerprint);
    expect(status(screen)).not.toContain('KEY CHANGED');
  });

  it('it is told what keys are worth', () => {
    const screen = screenWith([asha, person('bela', 'c')], link);
    expect(status(screen)).toContain(' · 1 of 2 verified');
    screen.store.open(asha.fingerprint);
    expect(status(screen)).toMatch(/ · verified/);
    screen.store.open(peerId('c'));
    expect(status(screen)).toMatch(/ · unverified/);
    // Control: once the other's key is compared, it reads otherwise.
    applyEvent(screen.store, {
      type: 'person',
      person: person('bela', 'c', { trust: 'verified' }),
    });
    expect(status(screen)).not.toContain('unverified');
  });
});
