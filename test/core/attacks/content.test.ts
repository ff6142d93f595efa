// Attacks on what was said: changing another's words, moving a change elsewhere, floods, votes that don't count.
import { beforeAll, describe, expect, it } from 'vitest';
import { closePoll, edit, react, unsend, vote, voteSecretly } from '../../../src/core/changes.ts';
import type { MessageChange } from '../../../src/core/durable.ts';
import { postTo } from '../../../src/core/post.ts';
import { ask } from '../../../src/core/say.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { idBytes, PeerId, StreamId } from '../../../src/protocol/ids.ts';
import { RECORD_TYPES } from '../../../src/protocol/record.ts';
import { FakeNet } from '../../support/fake-net.ts';
import { ToldHistory } from '../../support/told-history.ts';

beforeAll(ready);

const LOBBY = { room: '#lobby' };

/** mallory is in the room, writes to whom she likes, and her client sends whatever she wants. */
async function scene() {
  const net = new FakeNet();
  const { anna, ben, cara: mallory } = net.trio({ rooms: ['lobby', 'attic'] });
  return { net, anna, ben, mallory, atBen: await ToldHistory.of(ben) };
}

describe('a message of anna’s', () => {
  it('[A77 another’s words] is edited, deleted or closed by nobody but her', async () => {
    const { net, anna, ben, mallory, atBen } = await scene();
    const asked = { room: '#lobby', question: 'tea?', choices: ['yes', 'no'], anonymous: false };
    const said = net.say(anna, 'lobby', 'mine');
    const poll = net.command(anna, (core) => ask(core, asked));
    const told = net.send(anna, ben, 'yours alone');
    net.run(1_000);
    const before = atBen.messages;
    for (const [id, where] of [
      [said, LOBBY],
      [poll, LOBBY],
      [told, { peer: ben.id }],
    ] as const) {
      net.command(mallory, (core) => edit(core, { id, where }, 'forged'));
      net.command(mallory, (core) => unsend(core, { id, where }));
    }
    net.command(mallory, (core) => closePoll(core, { id: poll, where: LOBBY }, null));
    net.run(1_000);
    expect(ben.profile.history.filter(({ type }) => type === 'change')).toHaveLength(7);
    expect(atBen.messages).toEqual(before);
    // Control: her own changes count.
    net.command(anna, (core) => edit(core, { id: said, where: LOBBY }, 'still mine'));
    net.command(anna, (core) => unsend(core, { id: told, where: { peer: ben.id } }));
    net.command(anna, (core) => closePoll(core, { id: poll, where: LOBBY }, null));
    net.run(1_000);
    expect(atBen.messages).toMatchObject([
      { text: 'still mine' },
      { poll: { closed: true } },
      { text: '', deleted: true },
    ]);
  });

  it('[A78 moved change] is changed only from where it was said', async () => {
    const { net, anna, ben, mallory, atBen } = await scene();
    const said = net.say(anna, 'lobby', 'in the lobby');
    const told = net.send(anna, ben, 'to ben');
    net.run(1_000);
    const before = atBen.messages;
    // From another room, privately, and a private one from a room.
    for (const where of [{ room: '#attic' }, { peer: ben.id }]) {
      net.command(anna, (core) => edit(core, { id: said, where }, 'moved'));
      net.command(anna, (core) => react(core, { id: said, where }, { emoji: '👍', on: true }));
      net.command(anna, (core) => unsend(core, { id: said, where }));
    }
    net.command(anna, (core) => unsend(core, { id: told, where: LOBBY }));
    net.command(mallory, (core) =>
      react(core, { id: told, where: { peer: ben.id } }, { emoji: '👍', on: true }),
    );
    net.run(1_000);
    expect(ben.profile.history.filter(({ type }) => type === 'change')).toHaveLength(8);
    expect(atBen.messages).toEqual(before);
    // Control: from there it is.
    net.command(anna, (core) => edit(core, { id: said, where: LOBBY }, 'still in the lobby'));
    net.run(1_000);
    expect(atBen.messages[0]?.text).toBe('still in the lobby');
  });

  it('[A79 reaction flood] holds so many reactions, and none that is more than one emoji', async () => {
    const { net, anna, ben, mallory, atBen } = await scene();
    const id = net.say(anna, 'lobby', 'hello');
    net.run(1_000);
    const on = (emoji: string, by: PeerId): void => {
      const time = new Date(0).toISOString();
      const stream = StreamId.fromBytes(new Uint8Array(8));
      const deed = { type: 'react', emoji, on: true } as const;
      const change: MessageChange = {
        ...{ id, by, own: false, where: LOBBY, time, stream, seq: 1, deed },
      };
      atBen.write({ type: 'change', change });
    };
    const emojiOf = (n: number) => String.fromCodePoint(0x1f600 + n);
    const somebody = (n: number) => {
      const bytes = new Uint8Array(32).fill(9);
      bytes.set([n & 0xff, n >> 8]);
      return PeerId.fromBytes(bytes);
    };
    expect(atBen.only.reactions).toBeUndefined();
    for (let n = 0; n < 70; n++) on(emojiOf(n), mallory.id);
    expect(atBen.only.reactions).toHaveLength(16);
    for (let n = 0; n < 80; n++) on(emojiOf(n), somebody(n));
    expect(atBen.only.reactions).toHaveLength(64);
    const all = () => atBen.only.reactions?.reduce((sum, { from }) => sum + from.length, 0) ?? 0;
    for (let n = 0; n < 1_500; n++) on(emojiOf(0), somebody(1_000 + n));
    expect(all()).toBe(1_024);
    // What is no emoji doesn't even come so far.
    const changes = ben.profile.history.length;
    for (const emoji of ['👍👍', 'a', '\u001b[2J', '👍\u0301\u0301', '\u{1f3f4}\u{e0067}', '']) {
      const content = encodeCbor({ id: idBytes(id), emoji, on: true });
      net.command(mallory, (core) => postTo(core, ben.id, { type: RECORD_TYPES.react, content }));
    }
    net.run(1_000);
    expect(ben.profile.history).toHaveLength(changes);
    // Control: one emoji does.
    net.command(mallory, (core) =>
      react(core, { id, where: { peer: ben.id } }, { emoji: '🎉', on: true }),
    );
    net.run(1_000);
    expect(ben.profile.history).toHaveLength(changes + 1);
  });
});

describe('a poll', () => {
  const asked = { room: '#lobby', question: 'tea?', choices: ['yes', 'no'] };

  it('[A80 votes twice or late] counts one vote a person, none after its end, and no other kind', async () => {
    const { net, anna, ben, mallory, atBen } = await scene();
    const id = net.command(anna, (core) => ask(core, { ...asked, anonymous: false }));
    net.run(1_000);
    const target = { id, where: LOBBY };
    for (const choice of [0, 0, 1, 0]) net.command(mallory, (core) => vote(core, target, choice));
    net.command(mallory, (core) => vote(core, target, 7));
    net.command(mallory, (core) => voteSecretly(core, { id, room: '#lobby', author: ben.id }, 1));
    net.run(1_000);
    expect(atBen.only.poll?.votes).toEqual([1, 0]);
    net.command(anna, (core) => closePoll(core, target, null));
    net.run(1_000);
    net.command(mallory, (core) => vote(core, target, 1));
    net.run(1_000);
    expect(atBen.only.poll).toMatchObject({ closed: true, votes: [1, 0] });
    // Control: before its end another's vote, and a changed one, count.
    const again = net.command(anna, (core) => ask(core, { ...asked, anonymous: false }));
    net.run(1_000);
    for (const choice of [0, 1]) {
      net.command(mallory, (core) => vote(core, { id: again, where: LOBBY }, choice));
    }
    net.run(1_000);
    expect(atBen.messages[1]?.poll?.votes).toEqual([0, 1]);
  });

  it('[A80 votes twice or late] that is anonymous takes no open vote, and a secret one only as its author', async () => {
    const { net, anna, ben, mallory, atBen } = await scene();
    const atAnna = await ToldHistory.of(anna);
    const id = net.command(anna, (core) => ask(core, { ...asked, anonymous: true }));
    net.run(1_000);
    net.command(mallory, (core) => vote(core, { id, where: LOBBY }, 0));
    net.command(mallory, (core) => voteSecretly(core, { id, room: '#lobby', author: ben.id }, 0));
    net.command(mallory, (core) => voteSecretly(core, { id, room: '#attic', author: anna.id }, 0));
    net.run(1_000);
    expect([atAnna.only.poll?.votes, atBen.only.poll?.votes]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    // Control: to its author, of its room, once.
    for (const choice of [0, 1]) {
      net.command(mallory, (core) =>
        voteSecretly(core, { id, room: '#lobby', author: anna.id }, choice),
      );
    }
    net.run(1_000);
    expect(atAnna.only.poll?.votes).toEqual([0, 1]);
  });
});
