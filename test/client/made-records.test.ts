// What a command on a private room made for others: whether the relay has it, will not take it, or has not had it yet.
import { beforeAll, describe, expect, it } from 'vitest';
import { MadeRecords } from '../../src/client/made-records.ts';
import { createRoom, inviteTo, setTopic } from '../../src/core/private-commands.ts';
import { ready } from '../../src/crypto/sodium.ts';
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
    const { records } = invite();
    expect(records).toHaveLength(2);
    expect(made.stand(records)).toEqual({ waiting: 2, refused: 0 });
    net.run(2_000);
    expect(made.stand(records)).toEqual({ waiting: 0, refused: 0 });
  });

  it('waits as long as there is no relay', () => {
    const { net, anna, made, invite } = invited();
    net.cut(anna);
    const { records } = invite();
    net.run(5_000);
    expect(made.stand(records)).toEqual({ waiting: 2, refused: 0 });
    net.connect(anna);
    net.run(5_000);
    expect(made.stand(records).waiting).toBe(0);
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
    expect(topic).toEqual({ name, records: [] });
    expect(made.stand([])).toEqual({ waiting: 0, refused: 0 });
  });
});
