// Files that messages carry, and how it stands with them: between cores, and as history keeps it. Carries no content.
import { beforeAll, describe, expect, it } from 'vitest';
import { unsend } from '../../src/core/changes.ts';
import { changeContact } from '../../src/core/contacts.ts';
import type { CoreEvent, SharedFile } from '../../src/core/events.ts';
import { tellFileState } from '../../src/core/file-states.ts';
import { setHidden } from '../../src/core/hidden.ts';
import { say } from '../../src/core/say.ts';
import { fileIdFrom, fileIdOnWire, sharedFile } from '../../src/core/shared-file.ts';
import { fileIdOf } from '../../src/crypto/file-chunks.ts';
import { ready } from '../../src/crypto/sodium.ts';
import type { FileContent, FileState } from '../../src/protocol/file-content.ts';
import { FileId, MeetingId } from '../../src/protocol/ids.ts';
import { MAX_CAPTION_BYTES, MAX_THUMBNAIL_BYTES } from '../../src/protocol/limits.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';
import { ToldHistory } from '../support/told-history.ts';

beforeAll(ready);

const KEY = new Uint8Array(32).fill(4);
const MEETING = MeetingId.fromBytes(new Uint8Array(16).fill(8));

const content: FileContent = {
  ...{ key: KEY, hash: new Uint8Array(32).fill(5), size: 70_000, name: 'lake.jpg' },
  ...{ type: 'image/jpeg', width: 640, height: 480, voice: true, durationMs: 61_000 },
  waveform: Uint8Array.from({ length: 32 }, (_, part) => part % 8),
  thumbnail: new Uint8Array(MAX_THUMBNAIL_BYTES).fill(1),
};

const photo = (from: FakePerson): SharedFile => sharedFile(content, from.id);

async function duo(options: { readonly mailbox?: number } = {}) {
  const net = new FakeNet(options);
  const { anna, ben } = net.duo({ rooms: ['lobby'] });
  return { net, anna, ben, atAnna: await ToldHistory.of(anna), atBen: await ToldHistory.of(ben) };
}

function sendPhoto(net: FakeNet, from: FakePerson, to: Parameters<typeof say>[1]['to']) {
  const id = net.command(from, (core) => say(core, { to, text: '', file: photo(from) }));
  net.run(1_000);
  return id;
}

/** What a person is told of files. */
function told(person: FakePerson): CoreEvent[] {
  return person.events.filter(({ type }) => type === 'file-state');
}

describe.each([
  ['privately', (ben: FakePerson) => ({ peer: ben.id })],
  ['in a room', () => ({ room: '#lobby' })],
])('a file sent %s', (_, place) => {
  it('comes with all that is said of it, and is kept', async () => {
    const { net, anna, ben, atAnna, atBen } = await duo();
    sendPhoto(net, anna, place(ben));
    expect(ben.messages.at(-1)).toMatchObject({ text: '', file: photo(anna) });
    for (const history of [atAnna, atBen]) expect(history.only.file).toEqual(photo(anna));
  });

  it('goes with its message, when that is deleted for all', async () => {
    const { net, anna, ben, atAnna, atBen } = await duo();
    const where = place(ben);
    const id = sendPhoto(net, anna, where);
    net.command(anna, (core) => unsend(core, { id, where }));
    net.run(1_000);
    for (const history of [atAnna, atBen]) {
      expect(history.only).toMatchObject({ deleted: true, text: '' });
      expect(history.only.file).toBeUndefined();
    }
  });
});

describe('a file', () => {
  it('has a caption that fits beside the largest thumbnail, and no longer one', async () => {
    const { net, anna, ben } = await duo();
    const to = { peer: ben.id };
    const text = 'é'.repeat(MAX_CAPTION_BYTES / 2);
    net.command(anna, (core) => say(core, { to, text, file: photo(anna) }));
    net.run(1_000);
    expect(ben.messages.at(-1)?.text).toBe(text);
    const longer = { to, text: `${text}e`, file: photo(anna) };
    expect(() => net.command(anna, (core) => say(core, longer))).toThrow(
      expect.objectContaining({ code: 'text-too-long' }),
    );
  });

  it('is named at relays by its key alone, and here by its sender as well', async () => {
    const { anna, ben } = await duo();
    expect(fileIdOnWire(photo(anna))).toBe(fileIdOf(KEY));
    expect(photo(anna).id).toBe(fileIdFrom(anna.id, fileIdOf(KEY)));
    expect(photo(ben).id).not.toBe(photo(anna).id);
  });
});

describe('how it stands with a file', () => {
  const file = FileId.fromBytes(new Uint8Array(16).fill(6));
  const tell = (net: FakeNet, from: FakePerson, to: FakePerson, state: FileState) => {
    const on = { state, byItself: true };
    const isTold = net.command(from, (core) => tellFileState(core, to.id, on));
    net.run(1_000);
    return isTold;
  };

  it('is told to the other one, whatever it says', async () => {
    const { net, anna, ben } = await duo();
    const states: FileState[] = [
      { file, is: 'want' },
      { file, is: 'kept' },
      { file, is: 'ready', meeting: MEETING, at: ['10.0.0.1:4000'] },
      { file, is: 'got' },
      { file, is: 'no' },
    ];
    for (const state of states) expect(tell(net, ben, anna, state)).toBe(true);
    expect(told(anna)).toEqual(
      states.map((state) => ({ type: 'file-state', from: ben.id, state })),
    );
  });

  it('waits for who is away', async () => {
    const { net, anna, ben } = await duo({ mailbox: 100 });
    net.cut(anna);
    net.run(20_000);
    tell(net, ben, anna, { file, is: 'want' });
    expect(told(anna)).toEqual([]);
    net.connect(anna);
    net.run(5_000);
    expect(told(anna)).toHaveLength(1);
  });

  it('says nothing where too many wait already', async () => {
    const { net, anna, ben } = await duo({ mailbox: 1_000 });
    net.cut(anna);
    net.run(20_000);
    const asked = Array.from({ length: 260 }, () => tell(net, ben, anna, { file, is: 'want' }));
    expect(asked.filter((isTold) => isTold)).toHaveLength(256);
  });

  it('goes to nobody who is blocked, and comes from nobody either', async () => {
    const { net, anna, ben } = await duo();
    tell(net, ben, anna, { file, is: 'want' });
    expect(told(anna)).toHaveLength(1);
    net.command(anna, (core) => changeContact(core, ben.id, { blocked: true }));
    tell(net, ben, anna, { file, is: 'want' });
    expect(told(anna)).toHaveLength(1);
    expect(() => tell(net, anna, ben, { file, is: 'no' })).toThrow(
      expect.objectContaining({ code: 'blocked' }),
    );
  });

  it('does not show somebody hidden: what no person asked for waits an hour', async () => {
    const { net, anna, ben } = await duo({ mailbox: 100 });
    net.command(anna, (core) => setHidden(core, true));
    net.run(3 * 60_000);
    tell(net, anna, ben, { file, is: 'got' });
    net.run(5 * 60_000);
    expect(told(ben)).toEqual([]);
    net.run(60 * 60_000);
    expect(told(ben)).toHaveLength(1);
  });
});
