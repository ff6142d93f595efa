// The first line of a private conversation: what the key of the other is worth. Knows no session.
import type { KnownPerson } from './people.ts';
import { safeTemplate } from './safe-text.ts';
import type { ScreenStore } from './store.ts';

/** Puts the person into the sidebar, without going there; a changed or uncompared key is told first. */
export function introduce(store: ScreenStore, person: KnownPerson): void {
  const { people } = store.state;
  const conversation = store.conversation(person.fingerprint);
  if (conversation.entries.length > 0) return;
  const { nick, fingerprint: now, keyChangedFrom } = person;
  for (const was of keyChangedFrom) {
    const wasVerified = people.get(was)?.trust === 'verified';
    const changes = [{ was, now }];
    store.add(now, { kind: 'key-changed', nick, changes, more: 0, wasVerified });
  }
  if (person.trust === 'verified' || keyChangedFrom.length > 0 || conversation.kept) return;
  const name = people.label(now);
  const text = safeTemplate`Encrypted end to end with ${name}, unverified: /verify compares a number with them.`;
  store.add(now, { kind: 'notice', tone: 'plain', text });
}
