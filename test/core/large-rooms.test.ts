// Rooms of many people between cores: what goes to everybody is begun in steps, and holds up nothing else.
import { beforeAll, describe, expect, it } from 'vitest';
import { letIn } from '../../src/core/invitations.ts';
import { answer, createGroup, setTopic } from '../../src/core/private-commands.ts';
import { ownRoom } from '../../src/core/private-state.ts';
import { say } from '../../src/core/say.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { decodeHeader } from '../../src/protocol/envelope.ts';
import { peerPrefix } from '../../src/protocol/ids.ts';
import { RECORD_TYPES } from '../../src/protocol/record.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';

beforeAll(ready);

const PEOPLE = 40;
/** About what is sealed in a slice of work, some of it for everybody. */
const A_SLICE = 8;

function crowd(rooms: readonly string[] = []) {
  const net = new FakeNet({ mailbox: 2_000 });
  const anna = net.arrive('anna', { rooms });
  const others = Array.from({ length: PEOPLE }, (_, n) => net.arrive(`person ${n}`, { rooms }));
  net.run(3_000);
  return { net, anna, others };
}

/** A group of anna's with all the others. */
function group({ net, anna, others }: ReturnType<typeof crowd>): string {
  const name = net.command(anna, (core) =>
    createGroup(
      core,
      others.map(({ id }) => id),
    ),
  );
  net.run(3_000);
  for (const other of others) net.command(other, (core) => answer(core, name, { accept: true }));
  net.say(anna, name, 'welcome');
  net.run(3_000);
  return name;
}

/** To whom private blobs of anna go from now on, in order. */
function recipients(net: FakeNet, anna: FakePerson): string[] {
  const order: string[] = [];
  net.tampers.push(({ frame, way, person }) => {
    if (person !== anna || way !== 'up' || frame.type !== 'send') return undefined;
    const header = decodeHeader(frame.blob);
    if (header.kind === 'direct') order.push(header.recipient);
    return undefined;
  });
  return order;
}

/** How many went out before the second to this person. */
function firstTwo(order: readonly string[], { id }: FakePerson): number {
  const places = order.flatMap((prefix, index) => (prefix === peerPrefix(id) ? [index] : []));
  return places[1] ?? Number.POSITIVE_INFINITY;
}

function keysOf({ core }: FakePerson): number {
  const records = [...core.peers.values()].flatMap((peer) => peer.records);
  return records.filter(({ type }) => type === RECORD_TYPES.roomKey).length;
}

describe('a room of many', () => {
  it('is given keys a few at a step, and its first message when all have one', () => {
    const { net, anna, others } = crowd(['hall']);
    net.say(anna, '#hall', 'first');
    const atOnce = keysOf(anna);
    expect(atOnce).toBeGreaterThan(0);
    expect(atOnce).toBeLessThan(PEOPLE);
    net.run(2_000);
    for (const { shown, gaps } of others) {
      expect(shown).toEqual(['#hallanna: first']);
      expect(gaps).toEqual([]);
    }
  });

  it('hands itself to a newcomer before the others hear of them', () => {
    const people = crowd();
    const { net, anna, others } = people;
    const name = group(people);
    const zoe = net.arrive('zoe');
    net.run(2_000);
    // As an invitation would have: with the keys to seal to.
    net.send(anna, zoe, 'do you come in?');
    net.run(2_000);
    const order = recipients(net, anna);
    net.command(anna, (core) => {
      const room = core.rooms.get(name);
      const own = room === undefined ? null : ownRoom(room);
      if (own === null) throw new Error('no room');
      letIn(core, own, [zoe.id]);
      say(core, { to: { room: name }, text: 'hello zoe' });
    });
    net.run(3_000);
    net.command(zoe, (core) => answer(core, name, { accept: true }));
    net.run(3_000);
    expect(firstTwo(order, zoe)).toBeLessThan(2 * A_SLICE);
    expect(order.length).toBeGreaterThan(PEOPLE);
    for (const person of [...others, zoe])
      expect(person.shown.at(-1)).toBe(`${name}anna: hello zoe`);
  });

  it('waits with what all its members are told for a private message', () => {
    const people = crowd();
    const { net, anna, others } = people;
    const name = group(people);
    const last = others.at(-1);
    if (last === undefined) throw new Error('nobody');
    const order = recipients(net, anna);
    net.command(anna, (core) => {
      setTopic(core, name, 'rounds at nine');
      say(core, { to: { peer: last.id }, text: 'are you there?' });
    });
    net.run(3_000);
    // What they were told of the room goes ahead of it, since theirs is one order.
    expect(firstTwo(order, last)).toBeLessThan(2 * A_SLICE);
    expect(order.length).toBeGreaterThan(PEOPLE);
    expect(last.shown.at(-1)).toBe('anna: are you there?');
  });
});
