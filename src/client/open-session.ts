// Opens a session on a profile: the client itself where this process becomes its owner, else a line to the owner.

import type { Socket } from 'node:net';
import { LanchatError } from '../protocol/errors.ts';
import { requireProfile } from '../storage/identity-file.ts';
import { type FolderProblem, openPrivateFolder, profileFolder } from '../storage/profile-folder.ts';
import { acquireProfile, alreadyOpen } from '../storage/profile-lock.ts';
import type { OnSaveFault } from '../storage/saved-record.ts';
import type { ClientEvent, Session } from './api.ts';
import { Client, type RememberedRooms } from './client.ts';
import { openProfile, type PassphrasePrompt } from './profile.ts';
import { RemoteSession, serveSession } from './profile-socket.ts';
import { realSurroundings, type Surroundings } from './relay-link.ts';

/** A relay named by hand: `--relay HOST[:PORT][#FINGERPRINT]`. */
export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  /** 64 hex digits, or null: pin what is found there. */
  readonly fingerprint: string | null;
}

export type { PassphrasePrompt } from './profile.ts';

export interface SessionOptions {
  /** The profile's folder; null: the platform's data folder. */
  readonly home: string | null;
  /** A display name to take on and remember; null: the remembered one, else the login name. */
  readonly nick: string | null;
  readonly relay: RelayAddress | null;
  /** The screen: must own the profile (error `locked` names the pid where another process does). */
  readonly exclusive: boolean;
  /** Where this process becomes the owner: whether it is to be seen in the rooms of the profile. */
  readonly rooms: RememberedRooms;
  /** Nothing is read from the disk and nothing written: identity, keys and words are gone at the end. */
  readonly ephemeral: boolean;
  /** Only what is on the disk is asked for: where this process becomes the owner, it looks for no relay. */
  readonly offline: boolean;
  /** Who only reads makes no profile by it: error `no-profile` where there is none. */
  readonly existing?: boolean;
  /** What arrives fast is durable, and told, no oftener than this; absent: always at once. What is commanded is. */
  readonly arrivalsEveryMs?: number;
  /** Asked where the profile is locked; again after one that is wrong, as long as it resolves. */
  readonly passphrase: PassphrasePrompt;
  /** Others could read what should be private, and for how long nobody knows. */
  readonly onProblem?: (problem: FolderProblem) => void;
  /** Tests put a fake network here. */
  readonly surroundings?: Surroundings;
}

export interface OpenSession extends Session {
  /** Whether another process owns the profile and this session goes through it. */
  readonly shared: boolean;
}

/** Another process may leave the profile in the moment we ask it; then we ask again. */
const MAX_TRIES = 5;

/** Throws StorageError, UsageError (`bad-home`, `bad-nick`, `no-profile`), and as `options.passphrase`. */
export async function openSession(options: SessionOptions): Promise<OpenSession> {
  if (options.ephemeral) return openEphemeral(options);
  const folder = profileFolder(options.home ?? undefined);
  if (options.existing === true) await requireProfile(folder);
  for (const problem of await openPrivateFolder(folder)) options.onProblem?.(problem);
  for (let attempt = 1; ; attempt++) {
    const owner = await acquireProfile(folder);
    if (owner.kind === 'owner') return openOwned(folder, owner, options);
    if (options.exclusive) {
      owner.connection.destroy();
      throw alreadyOpen(folder, owner.pid);
    }
    const session = await attach(new RemoteSession(owner.connection), options);
    if (session !== null) return session;
    if (attempt === MAX_TRIES) throw alreadyOpen(folder, owner.pid);
  }
}

async function openOwned(
  folder: string,
  owner: Extract<Awaited<ReturnType<typeof acquireProfile>>, { kind: 'owner' }>,
  options: SessionOptions,
): Promise<OpenSession> {
  try {
    const client = await openClient(folder, options);
    const served = new Set<Socket>();
    owner.accept((connection) => {
      served.add(connection);
      connection.once('close', () => served.delete(connection));
      serveSession(client, connection);
    });
    return ownSession(client, () => {
      owner.close();
      for (const connection of served) connection.destroySoon();
    });
  } catch (error) {
    owner.close();
    throw error;
  }
}

async function openEphemeral(options: SessionOptions): Promise<OpenSession> {
  return ownSession(await openClient(null, options), () => undefined);
}

/** A null folder: nothing is read from the disk, and nothing written. */
async function openClient(folder: string | null, options: SessionOptions): Promise<Client> {
  const { nick, relay, rooms, offline, passphrase, arrivalsEveryMs = 0 } = options;
  const { surroundings = realSurroundings } = options;
  const faults: { report: (event: ClientEvent) => void } = { report: () => undefined };
  const onFault: OnSaveFault = ({ code, message }) =>
    faults.report({ type: 'error', code, message });
  const profile = await openProfile(folder, { passphrase, onFault });
  try {
    const client = new Client({
      ...{ profile, nick, relay, rooms, offline, surroundings, arrivalsEveryMs },
    });
    faults.report = (event) => client.announce(event);
    return client;
  } catch (error) {
    await profile.close().catch(() => undefined);
    throw error;
  }
}

function ownSession(client: Client, release: () => void): OpenSession {
  return {
    shared: false,
    request: (command) => client.request(command),
    subscribe: (listener) => client.subscribe(listener),
    // The next owner may begin the moment the folder is released: files first.
    close: () => client.close().finally(release),
  };
}

/** Null where the owner was just leaving. */
async function attach(
  session: RemoteSession,
  { nick, offline }: SessionOptions,
): Promise<RemoteSession | null> {
  try {
    // Where it is to stay offline, any question does: only an owner that stays answers it.
    await session.request({ do: offline ? 'settings' : 'go-online' });
    if (nick !== null) await session.request({ do: 'nick', nick });
    return session;
  } catch (error) {
    await session.close();
    if (error instanceof LanchatError && error.code === 'owner-gone') return null;
    throw error;
  }
}
