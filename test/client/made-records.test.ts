// What a command on a private room made for others: whether the relay has it, will not take it, or has not had it yet.
import { beforeAll, describe, expect, it } from 'vitest';
import { MadeRecords } from '../../src/client/made-records.ts';
import { peerOf } from '../../src/core/new-state.ts';
import { enqueue } from '../../src/core/outbox.ts';
import { createRoom, inviteTo, setTopic } from '../../src/core/private-commands.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { RECORD_TYPES } from '../../src/protocol/record.ts';
import { FakeNet } from '../support/fake-net.ts';

beforeAll(ready);

const WISHES = { title: 'ward 3', readOnly: false, expireSeconds: null };

function invited() {
  const net = new FakeNet({ mailbox: 2_000 });
  const people = net.trio();
  const { anna, ben, cara } = people;
  const name = net.command(anna, (core) => createRoom(core, WISHES));
  const made = new MadeRecords();
  const invite = () =>
    net.command(anna, (core) =>
      made.watch(core, () => {
        inviteTo(core, name, [ben.id, cara.id]);
        return {};
      }),
    );
  return { net, ...people, name, made, invite };
}

describe('what a command made for others', () => {
  it('waits until the relay has it, and is done then', () => {
    const { net, made, invite } = invited();
    const { batch, letters } = invite();
    expect(letters).toBe(2);
    expect(made.stand(batch)).toEqual({ waiting: 2, refused: 0 });
    net.run(2_000);
    expect(made.stand(batch)).toEqual({ waiting: 0, refused: 0 });
  });

  it('waits as long as there is no relay', () => {
    const { net, anna, made, invite } = invited();
    net.cut(anna);
    const { batch } = invite();
    net.run(5_000);
    expect(made.stand(batch)).toEqual({ waiting: 2, refused: 0 });
    net.connect(anna);
    net.run(5_000);
    expect(made.stand(batch).waiting).toBe(0);
  });

  it('is nothing where nobody else is concerned, and nothing of another command’s', () => {
    const { net, anna, name, made, invite } = invited();
    net.cut(anna);
    invite();
    const topic = net.command(anna, (core) =>
      made.watch(core, () => {
        setTopic(core, name, 'nights');
        return { name };
      }),
    );
    expect(topic).toMatchObject({ name, letters: 0 });
    expect(made.stand(topic.batch)).toEqual({ waiting: 0, refused: 0 });
  });

  it('waits to the last letter, however many there are, in one command or in many', () => {
    const { net, anna, ben, made, invite } = invited();
    net.cut(anna);
    const many = net.command(anna, (core) =>
      made.watch(core, () => {
        const sent = { type: RECORD_TYPES.void, content: new Uint8Array(0) };
        for (let count = 0; count < 5_000; count += 1) enqueue(core, peerOf(core, ben.id), sent);
        return {};
      }),
    );
    const later = Array.from({ length: 300 }, invite);
    expect(many.letters).toBe(5_000);
    expect(made.stand(many.batch)).toEqual({ waiting: 5_000, refused: 0 });
    const records = anna.core.peers.get(ben.id)?.records ?? [];
    for (const record of records.slice(1, 5_000)) record.shown = 'relayed';
    expect(made.isDone(many.batch)).toBe(false);
    for (const record of records.slice(0, 1)) record.shown = 'failed';
    expect(made.isDone(many.batch)).toBe(true);
    expect(made.stand(many.batch)).toEqual({ waiting: 0, refused: 1 });
    expect(later.every(({ batch }) => made.stand(batch).waiting === 2)).toBe(true);
  });

  it('notes nothing of a command that fails, nor of what comes after it', () => {
    const { net, anna, made, invite } = invited();
    const refuse = () => {
      throw new UsageError('bad-title', 'no');
    };
    expect(() => net.command(anna, (core) => made.watch(core, refuse))).toThrow(UsageError);
    expect(anna.core.noted).toBeNull();
    expect(invite().letters).toBe(2);
    expect(anna.core.noted).toBeNull();
  });
});
