// Two clients and a relay, over real sockets: one hides, and is neither seen nor missed.
import { expect, it, onTestFinished } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { type OpenSession, openSession } from '../../src/client/open-session.ts';
import { realSurroundings } from '../../src/client/relay-link.ts';
import { runRelay } from '../relay/running-relay.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';

/** A client in memory, with the events it told; `heard` waits for one. */
class Listener {
  readonly events: ClientEvent[] = [];
  readonly session: OpenSession;
  #look: () => void = () => {};

  constructor(session: OpenSession) {
    this.session = session;
    session.subscribe((event) => {
      this.events.push(event);
      this.#look();
    });
  }

  async heard(wanted: (event: ClientEvent) => boolean): Promise<void> {
    while (!this.events.some(wanted)) {
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
  }
}

const said = (text: string) => (event: ClientEvent) =>
  event.type === 'message' && event.message.text === text;

it('[A84 hidden client] reads and writes at once, and nobody sees them come, stay or go', async () => {
  const { port } = await runRelay();
  const open = async (nick: string) => {
    const session = await openSession({
      ...SESSION_DEFAULTS,
      ...{ home: null, nick, ephemeral: true, offline: true },
      relay: { host: '127.0.0.1', port, fingerprint: null },
      surroundings: { ...realSurroundings, browse: () => ({ hints: () => [], close() {} }) },
    });
    onTestFinished(() => session.close());
    return new Listener(session);
  };
  const goOnline = async (who: Listener) => {
    await who.session.request({ do: 'go-online' });
    await who.heard(({ type }) => type === 'ready');
  };
  const [anna, ben] = [await open('anna'), await open('ben')];
  const benId = (await ben.session.request({ do: 'snapshot' })).self.fingerprint;
  await goOnline(anna);
  await ben.session.request({ do: 'set', change: { hidden: true } });
  await goOnline(ben);
  const toRoom = { room: '#lobby' };
  await anna.session.request({ do: 'send', to: toRoom, text: 'is anybody here?' });
  // Somebody whom nobody ever saw gets no key of a room before they speak.
  await ben.session.request({ do: 'send', to: toRoom, text: 'I am, since I say so' });
  await anna.heard(said('I am, since I say so'));
  await anna.session.request({ do: 'send', to: { peer: benId }, text: 'psst' });
  await ben.heard(said('psst'));
  await ben.session.request({
    do: 'send',
    to: { peer: (await me(anna)).fingerprint },
    text: 'yes',
  });
  await anna.heard(said('yes'));
  const seen = () =>
    anna.events.filter(
      (event) =>
        event.type === 'person' && event.person.fingerprint === benId && event.person.online,
    );
  expect(seen()).toEqual([]);
  // Control: shown again, everybody sees it.
  await ben.session.request({ do: 'set', change: { hidden: false } });
  await anna.heard((event) => seen().includes(event));
});

async function me({ session }: Listener) {
  return (await session.request({ do: 'snapshot' })).self;
}
