// `lanchat relay`: a relay with its key, its folder, its announcement and its log, until a signal ends it.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { relayIdentityFromSeed } from '../crypto/identity.ts';
import { ready as cryptoReady } from '../crypto/sodium.ts';
import { type Advertisement, advertise } from '../discovery/advertise.ts';
import { phrase } from '../language/translate.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { type Relay, startRelay } from '../relay/relay.ts';
import { openRelayDatabase } from '../relay/relay-database.ts';
import { FileFolder } from '../storage/file-folder.ts';
import type { FolderOwner } from '../storage/folder-owner.ts';
import { FOLDER_ENTRIES, openPrivateFolder, profileFolder } from '../storage/profile-folder.ts';
import { acquireRelayFolder } from '../storage/profile-lock.ts';
import { createRelayKey, readRelayKey, type StoredRelayKey } from '../storage/relay-key-file.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { folderProblemLine } from './lines.ts';
import { RelayLog } from './relay-log.ts';

export interface RelayRequest {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: string | null;
  readonly name: string | null;
  readonly data: string | null;
  readonly mdns: boolean;
  /** What files that people leave here may take of the disk; null: what is usual. */
  readonly fileBytes: number | null;
}

/** Room for a few videos; on a small disk a part of it. */
const USUAL_FILE_BYTES = 1024 ** 3;
const USUAL_PART = 1 / 10;

const LOOPBACK = /^(?:127\.|::1$|localhost$)/i;

/** Where the relay that `home` and `data` mean keeps its key. */
export function relayFolder(home: string | null, data: string | null): string {
  if (data !== null) return profileFolder(data);
  return join(profileFolder(home ?? undefined), FOLDER_ENTRIES.relayFolder);
}

/** Resolves when SIGINT or SIGTERM has ended it cleanly. Throws StorageError, ListenError, CommandError. */
export async function relay(context: CommandContext, request: RelayRequest): Promise<void> {
  // Frames die young; V8 would grow its young generation for them and keep it: 20 MB on a Pi.
  setFlagsFromString('--semi-space-growth-factor=1');
  const folder = relayFolder(context.options.home, request.data);
  for (const problem of await openPrivateFolder(folder)) {
    context.output.note(folderProblemLine(problem));
  }
  const owner = await acquireRelayFolder(folder);
  if (owner.kind === 'owned') {
    owner.connection.destroy();
    const who = owner.pid === null ? 'another process' : `process ${owner.pid}`;
    const message = phrase`a relay runs already in ${folder} (${who}); stop it, or give --data another folder`;
    throw new CommandError('locked', message);
  }
  try {
    await serve(context, request, { owner, folder });
  } finally {
    owner.close();
  }
}

async function serve(
  context: CommandContext,
  request: RelayRequest,
  { owner, folder }: { owner: FolderOwner; folder: string },
): Promise<void> {
  const name = request.name ?? hostname();
  const isLocal = request.host !== null && LOOPBACK.test(request.host);
  const log = new RelayLog(context.output, { name, isAnnounced: request.mdns && !isLocal });
  const key = await loadKey(folder);
  const files = join(folder, FOLDER_ENTRIES.relayFiles);
  const running = await startRelay({
    seed: key.seed,
    port: request.port,
    ...(request.host === null ? {} : { host: request.host }),
    database: await openRelayDatabase(join(folder, FOLDER_ENTRIES.relayDatabase)),
    files: { folder: files, bytes: request.fileBytes ?? (await usualFileBytes(files)) },
    onEvent: (event) => log.event(event),
    control: (handler) => owner.accept(handler),
  });
  key.seed.fill(0);
  const announcement = request.mdns ? announce(running, { name, log, isLocal }) : null;
  try {
    await untilSignalled(context.signal);
  } finally {
    await Promise.all([announcement?.close(), running.close()]);
  }
}

async function usualFileBytes(path: string): Promise<number> {
  const { totalBytes } = await (await FileFolder.open(path)).space();
  return Math.min(USUAL_FILE_BYTES, Math.floor(totalBytes * USUAL_PART));
}

function untilSignalled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function loadKey(folder: string): Promise<StoredRelayKey> {
  await cryptoReady();
  const stored = (await readRelayKey(folder)) ?? (await makeKey(folder));
  if (relayIdentityFromSeed(stored.seed).id === stored.id) return stored;
  const path = join(folder, FOLDER_ENTRIES.relayKey);
  const message = phrase`${path} is damaged and was left as it is; restore a copy, or move it away`;
  throw new StorageError('corrupt', message, { path });
}

function makeKey(folder: string): Promise<StoredRelayKey> {
  const seed = randomBytes(SEED_BYTES);
  const { id } = relayIdentityFromSeed(seed);
  return createRelayKey(folder, { id, seed, createdMs: Date.now() });
}

function announce(
  running: Relay,
  { name, log, isLocal }: { name: string; log: RelayLog; isLocal: boolean },
): Advertisement {
  return advertise({
    name,
    port: running.port,
    relayIdPrefix: running.relayId.slice(0, 16),
    onProblem: (problem) => log.discoveryProblem(problem),
    loopbackOnly: isLocal,
  });
}
