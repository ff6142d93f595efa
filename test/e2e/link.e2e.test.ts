// Clients, their profiles and a relay over real sockets on loopback: what a person sees when the link fails.
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import type { RelayEvent } from '../../src/relay/events.ts';
import { arrive, at, open, reads, runRelay, temporaryFolder, together } from './link-people.ts';

it('carries private and room messages', async () => {
  const relay = await runRelay();
  const [asha, ben] = [
    await arrive('asha', { relay: at(relay.port) }),
    await arrive('ben', { relay: at(relay.port) }),
  ];
  await together('#lobby', [asha, ben]);
  await asha.tell(ben, 'privately');
  await asha.say('#lobby', 'in the room');
  expect(await reads(ben, 'privately')).toMatchObject({ from: { nick: 'asha' }, room: null });
  expect(await reads(ben, 'in the room')).toMatchObject({ from: { nick: 'asha' }, room: '#lobby' });
  const id = await ben.tell(asha, 'and back');
  await ben.event('receipt', (e) => e.id === id && e.state === 'delivered');
});

it('comes back by itself when the relay was restarted, and what waited goes out once, in order', async () => {
  const relay = await runRelay();
  const { port } = relay;
  const asha = await arrive('asha', { relay: at(port) });
  const ben = await arrive('ben', { relay: at(port) });
  await together('#lobby', [asha, ben]);
  await asha.say('#lobby', 'room 0');
  await reads(ben, 'room 0');
  const lost = [asha.event('disconnected'), ben.event('disconnected')];
  await relay.close();
  expect(await Promise.all(lost)).toMatchObject([
    { reason: 'shutting-down' },
    { reason: 'shutting-down' },
  ]);
  for (let n = 1; n <= 5; n++) {
    await asha.tell(ben, `private ${n}`);
    await asha.say('#lobby', `room ${n}`);
    await ben.tell(asha, `answer ${n}`);
  }
  await runRelay({ port });
  await asha.event('reconnected');
  await Promise.all([reads(ben, 'private 5'), reads(ben, 'room 5'), reads(asha, 'answer 5')]);
  await asha.say('#lobby', 'last');
  await reads(ben, 'last');
  const numbered = (texts: string[], word: string) => texts.filter((text) => text.startsWith(word));
  expect(numbered(ben.texts(), 'private')).toEqual([1, 2, 3, 4, 5].map((n) => `private ${n}`));
  expect(numbered(ben.texts(), 'room')).toEqual([0, 1, 2, 3, 4, 5].map((n) => `room ${n}`));
  expect(numbered(asha.texts(), 'answer')).toEqual([1, 2, 3, 4, 5].map((n) => `answer ${n}`));
});

it('refuses another key at the address of a pinned relay, and shows it nothing', async () => {
  const relay = await runRelay({ key: 1 });
  const { port } = relay;
  const asha = await arrive('asha', { relay: at(port) });
  await relay.close();
  await asha.event('disconnected');
  const events: RelayEvent[] = [];
  const impostor = await runRelay({ port, key: 2, onEvent: (event) => events.push(event) });
  const refused = await asha.nextEvent('link', ({ link }) => link.reason === 'relay-key-changed');
  expect(refused.link.state).toBe('offline');
  await asha.session.request({ do: 'send', to: { room: '#lobby' }, text: 'for the real one' });
  await asha.nextEvent('link', ({ link }) => link.reason === 'relay-key-changed');
  expect(impostor.peers()).toHaveLength(0);
  expect(events.filter(({ type }) => type === 'login')).toEqual([]);
  // Control: whom the new key is told by hand may log in to it.
  const fingerprint = impostor.relayId;
  await asha.session.request({ do: 'choose-relay', host: '127.0.0.1', port, fingerprint });
  await asha.event('reconnected');
  expect(impostor.peers()).toHaveLength(1);
});

it('goes to the relay a person chose, and not back to the one before', async () => {
  const [first, second] = [await runRelay({ key: 1 }), await runRelay({ key: 2 })];
  const asha = await arrive('asha', { relay: at(first.port) });
  await asha.session.request({ do: 'choose-relay', ...at(second.port) });
  const { link } = await asha.nextEvent('link', (e) => e.link.state === 'online');
  expect(link.fingerprint).toBe(second.relayId);
  expect(first.peers()).toHaveLength(0);
});

it('is replaced by a copy of the profile, stays away, and says why', async () => {
  const relay = await runRelay();
  const home = await temporaryFolder();
  const maker = await arrive('asha', { home, relay: at(relay.port) });
  // All is on disk then.
  await maker.session.close();
  const copy = await temporaryFolder();
  for (const name of ['vault.json', 'identity.json']) {
    await copyFile(join(home, name), join(copy, name));
  }
  const first = await arrive(null, { home, relay: at(relay.port) });
  const ended = first.nextEvent('link', ({ link }) => link.state === 'ended');
  const second = await arrive(null, { home: copy, relay: at(relay.port) });
  expect((await ended).link).toMatchObject({ state: 'ended', reason: 'replaced' });
  expect(await second.fingerprint()).toBe(await first.fingerprint());
  expect((await second.session.request({ do: 'snapshot' })).self.nick).toBe('asha');
  // Asked for by a person, it comes back; the copy is then the one that ends.
  const back = first.nextEvent('reconnected');
  const away = second.nextEvent('link', ({ link }) => link.state === 'ended');
  await first.session.request({ do: 'retry' });
  await back;
  expect((await away).link.reason).toBe('replaced');
});

it('serves other processes of the profile: one login, one outbox, the same events', async () => {
  const relay = await runRelay();
  const home = await temporaryFolder();
  const owner = await arrive('asha', { home, relay: at(relay.port) });
  const remote = await arrive(null, { home, relay: at(relay.port) });
  const ben = await arrive('ben', { relay: at(relay.port) });
  await together('#lobby', [owner, ben]);
  expect([owner.session.shared, remote.session.shared]).toEqual([false, true]);
  expect(relay.peers()).toHaveLength(2);
  await remote.tell(ben, 'from the other process');
  expect(await reads(ben, 'from the other process')).toMatchObject({ from: { nick: 'asha' } });
  await ben.say('#lobby', 'to both');
  await Promise.all([reads(owner, 'to both'), reads(remote, 'to both')]);
  const own = await owner.event('message', (e) => e.message.text === 'from the other process');
  expect(own.message.from.nick).toBe('asha');
});

it('ends the sessions of other processes with its own, and the next one becomes the owner', async () => {
  const relay = await runRelay();
  const home = await temporaryFolder();
  const owner = await arrive('asha', { home, relay: at(relay.port) });
  const remote = await arrive(null, { home, relay: at(relay.port) });
  const ended = remote.event('link', ({ link }) => link.state === 'ended');
  await owner.session.close();
  expect((await ended).link.reason).toBe('owner-gone');
  await expect(remote.session.request({ do: 'snapshot' })).rejects.toMatchObject({
    code: 'owner-gone',
  });
  const next = await arrive(null, { home, relay: at(relay.port) });
  expect(next.session.shared).toBe(false);
});

it('lets two processes visit a room at once; the first to end leaves the other in it', async () => {
  const relay = await runRelay();
  const home = await temporaryFolder();
  const ben = await arrive('ben', { relay: at(relay.port) });
  await ben.session.request({ do: 'join', room: '#ward' });
  await arrive('asha', { home, relay: at(relay.port) });
  const [one, two] = [
    await arrive(null, { home, relay: at(relay.port) }),
    await arrive(null, { home, relay: at(relay.port) }),
  ];
  await one.session.request({ do: 'visit', room: '#ward' });
  await two.session.request({ do: 'visit', room: '#Ward' });
  await one.say('#ward', 'first');
  await reads(ben, 'first');
  await one.session.close();
  await two.say('#ward', 'second');
  await reads(ben, 'second');
  const isSeen = (e: ClientEvent) => 'room' in e && e.type !== 'room' && e.room === '#ward';
  expect(ben.events.filter(isSeen)).toEqual([]);
  await two.session.request({ do: 'end-visit', room: '#ward' });
  await expect(two.say('#ward', 'third')).rejects.toMatchObject({ code: 'not-in-room' });
});

it('leaves a file that is no identity as it is, and says so', async () => {
  const home = await temporaryFolder();
  await writeFile(join(home, 'identity.json'), '{"v":1');
  await expect(open('asha', { home, relay: at(1) })).rejects.toMatchObject({ code: 'corrupt' });
  expect(await readFile(join(home, 'identity.json'), 'utf8')).toBe('{"v":1');
  // Control: the folder is free again, and works once the file is moved away.
  await rm(join(home, 'identity.json'));
  const relay = await runRelay();
  expect((await arrive('asha', { home, relay: at(relay.port) })).session.shared).toBe(false);
});

it('says that a new name can not be saved, loses no word by it, and saves it once it can', async () => {
  const relay = await runRelay();
  const home = await temporaryFolder();
  const asha = await arrive('asha', { home, relay: at(relay.port) });
  const ben = await arrive('ben', { relay: at(relay.port) });
  await together('#lobby', [asha, ben]);
  // A folder in the file's place: what a full disk does to a rename, and for root too.
  const identity = join(home, 'identity.json');
  await rename(identity, join(home, 'aside'));
  await mkdir(join(identity, 'full'), { recursive: true });
  const fault = asha.event('error');
  await asha.session.request({ do: 'nick', nick: 'asha2' });
  expect((await fault).code).toMatch(/not-a-file|unwritable|not-a-folder/);
  // What would be lost with it is in the database.
  await asha.tell(ben, 'goes out');
  await reads(ben, 'goes out');
  await ben.event('person', (e) => e.person.nick === 'asha2');
  await rm(identity, { recursive: true });
  await rename(join(home, 'aside'), identity);
  await asha.session.close();
  const again = await arrive(null, { home, relay: at(relay.port) });
  expect((await again.session.request({ do: 'snapshot' })).self.nick).toBe('asha2');
  await again.tell(ben, 'after it');
  await reads(ben, 'after it');
  expect(ben.texts()).toEqual(['goes out', 'after it']);
});
