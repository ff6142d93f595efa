// Files that go straight from machine to machine: where both let them, and else over the relay, whatever stands in the way.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FileTransfer } from '../../src/client/api.ts';
import type { Neighbourhood } from '../../src/client/straight-addresses.ts';
import type { RelayOptions } from '../../src/relay/relay.ts';
import {
  acquainted,
  type FilePerson,
  fileOf,
  hashOfFile,
  LOOPBACK,
  person,
  relay,
  sha256,
  standing,
} from './file-people.ts';

/** Above what is asked for first, so that its sender is. */
const LARGE = 6_000_000;

interface Wishes {
  readonly sender?: Neighbourhood | null;
  readonly reader?: Neighbourhood | null;
  readonly relay?: Partial<RelayOptions>;
}

async function two({ sender = LOOPBACK, reader = LOOPBACK, relay: options }: Wishes = {}) {
  const at = await relay(options);
  const of = (neighbourhood: Neighbourhood | null) =>
    neighbourhood === null ? {} : { neighbourhood };
  const asha = await person('asha', at, of(sender));
  const bela = await person('bela', at, of(reader));
  await acquainted(asha, bela);
  return { at, asha, bela };
}

async function offered(asha: FilePerson, bela: FilePerson, size = LARGE) {
  const bytes = randomBytes(size);
  const path = await fileOf(bytes);
  const { id } = await asha.session.request({
    ...{ do: 'send-file', to: { peer: bela.id }, path, text: '' },
  });
  await standing(bela, id, 'offered');
  return { id, bytes };
}

/** The whole of it, and every way that it took to its reader. */
async function taken(
  asha: FilePerson,
  bela: FilePerson,
  file: Awaited<ReturnType<typeof offered>>,
) {
  const { id, bytes } = file;
  await bela.session.request({ do: 'get-file', id });
  const { path } = await standing(bela, id, 'done');
  expect(await hashOfFile(path)).toBe(sha256(bytes));
  await standing(asha, id, 'done');
  return waysOf(bela, id);
}

function waysOf({ events }: FilePerson, id: FileTransfer['id']): FileTransfer['via'][] {
  const moving = events.flatMap((event) =>
    event.type === 'file' && event.transfer.id === id && event.transfer.state === 'moving'
      ? [event.transfer.via]
      : [],
  );
  return [...new Set(moving)];
}

describe('a file goes straight', () => {
  it('where both let it, and its sender is told so too', async () => {
    const { asha, bela } = await two();
    const file = await offered(asha, bela);
    expect(await taken(asha, bela, file)).toEqual(['direct']);
    expect(waysOf(asha, file.id)).toContain('direct');
  });
});
