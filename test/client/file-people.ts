// Two or more people with real profiles at a real relay in this process, who send each other files.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { ClientEvent, FileTransfer } from '../../src/client/api.ts';
import { type OpenSession, openSession } from '../../src/client/open-session.ts';
import { realSurroundings } from '../../src/client/relay-link.ts';
import { type Neighbourhood, parseAddress } from '../../src/client/straight-addresses.ts';
import type { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { type Relay, type RelayOptions, startRelay } from '../../src/relay/relay.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';

export interface FilePerson {
  readonly home: string;
  readonly downloads: string;
  readonly session: OpenSession;
  readonly id: PeerId;
  readonly events: ClientEvent[];
}

/** Gone with the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export async function relay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const started = await startRelay({
    ...{ seed: new Uint8Array(32).fill(3), port: 0, host: '127.0.0.1', onEvent: () => undefined },
    ...options,
  });
  onTestFinished(() => started.close());
  return started;
}

export interface PersonOptions {
  readonly home?: string;
  /** Files may go straight, between addresses that this says are neighbours'. */
  readonly neighbourhood?: Neighbourhood;
}

/** This machine alone, as if it were a neighbour's. */
export const LOOPBACK: Neighbourhood = {
  offered: () => ['127.0.0.1'],
  toTry: (written) => written.map(parseAddress).filter((address) => address !== null),
};

/** Somebody who is here, with a folder for downloads of their own. */
export async function person(
  nick: string,
  at: { readonly port: number },
  { home, neighbourhood }: PersonOptions = {},
): Promise<FilePerson> {
  const folder = home ?? (await scratchFolder());
  const downloads = join(folder, 'got');
  const events: ClientEvent[] = [];
  const session = await openSession({
    ...SESSION_DEFAULTS,
    ...{ home: folder, nick, relay: { host: '127.0.0.1', port: at.port, fingerprint: null } },
    surroundings: {
      ...realSurroundings,
      browse: () => ({ hints: () => [], close() {} }),
      ...(neighbourhood === undefined ? {} : { neighbourhood }),
    },
  });
  onTestFinished(() => session.close());
  session.subscribe((event) => events.push(event));
  await session.request({
    do: 'set',
    change: { downloads, directFiles: neighbourhood !== undefined },
  });
  const { self, ready } = await session.request({ do: 'snapshot' });
  if (!ready) await seen(events, (event) => event.type === 'ready');
  return { home: folder, downloads, session, id: self.fingerprint, events };
}

/** The first event that fits, whether it was before or is yet to come. */
export async function seen<T extends ClientEvent>(
  events: readonly ClientEvent[],
  fits: (event: ClientEvent) => event is T,
): Promise<T>;
export async function seen(
  events: readonly ClientEvent[],
  fits: (event: ClientEvent) => boolean,
): Promise<ClientEvent>;
export async function seen(
  events: readonly ClientEvent[],
  fits: (event: ClientEvent) => boolean,
): Promise<ClientEvent> {
  for (;;) {
    const found = events.find(fits);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** They know each other now, in the room too: whoever is not known to be there is given no key. */
export async function acquainted(...people: readonly FilePerson[]): Promise<void> {
  for (const { events } of people) {
    for (const { id } of people) {
      if (people.find((each) => each.events === events)?.id === id) continue;
      await seen(events, (event) => event.type === 'person' && event.person.fingerprint === id);
    }
  }
  for (const { session } of people) {
    const isThere = async (id: PeerId) =>
      (await session.request({ do: 'snapshot' })).rooms[0]?.members.includes(id);
    for (const { id } of people) await vi.waitUntil(() => isThere(id), { timeout: 10_000 });
  }
}

/** How a file stands once it stands so. */
export async function standing(
  { events }: FilePerson,
  id: MessageId,
  state: FileTransfer['state'],
): Promise<FileTransfer> {
  const event = await seen(
    events,
    (each): each is Extract<ClientEvent, { type: 'file' }> =>
      each.type === 'file' && each.transfer.id === id && each.transfer.state === state,
  );
  return event.transfer;
}

export async function fileOf(bytes: Uint8Array, name = 'notes.bin'): Promise<string> {
  const path = join(await scratchFolder(), name);
  await writeFile(path, bytes);
  return path;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function hashOfFile(path: string | null): Promise<string> {
  return path === null ? 'no path' : sha256(await readFile(path));
}

/** Whether this tells that the file is on its way. */
export function isMoving(
  event: ClientEvent,
  id: MessageId,
): event is Extract<ClientEvent, { type: 'file' }> {
  return event.type === 'file' && event.transfer.id === id && event.transfer.state === 'moving';
}
