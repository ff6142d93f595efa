// Opens the terminal UI on a session of its own. The only file of cli/ that loads ink and react.
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { OpenSession, SessionOptions } from '../client/open-session.ts';
import type { FolderProblem } from '../storage/profile-folder.ts';
import { FOLDER_ENTRIES, profileFolder } from '../storage/profile-folder.ts';
import { ARRIVAL_PAUSE_MS } from '../ui/change-signal.ts';
import { openScreen, type ScreenEnd } from '../ui/open-screen.tsx';
import { type SafeText, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { boundHeap } from './heap.ts';
import { screenFiles } from './local-files.ts';
import { parseRelayAddress } from './options.ts';
import { TemporaryFiles } from './temporary-files.ts';

export interface ScreenRequest {
  /** `#room`, `@nick` or a fingerprint to begin with, or null. */
  readonly target: string | null;
  readonly version: string;
}

/**
 * Resolves when the person leaves, the terminal restored. Throws what `openSession` throws (`locked`
 * names the pid of the profile's owner), and the signal's reason where one ended it.
 */
export async function runScreen(
  context: CommandContext,
  { target, version }: ScreenRequest,
): Promise<void> {
  boundHeap();
  const { home, nick, ephemeral } = context.options;
  const folder = ephemeral ? null : profileFolder(home ?? undefined);
  const unlocked = folder === null ? null : await unlock(context, folder);
  const isFresh = folder === null || !existsSync(join(folder, FOLDER_ENTRIES.identity));
  const temporary = new TemporaryFiles(folder);
  const end = await openScreen({
    ...{ stdin: process.stdin, stdout: process.stdout, host: process, env: process.env },
    ...{ version: safeText(version), target, lanAddress, firstRun: nick === null && isFresh },
    skeleton: unlocked === null ? context.skeleton : null,
    openSession: (warn) => provide(context, unlocked, warn),
    hostRelay: async () => (await import('./hosted-relay.ts')).hostHere(context),
    parseRelay: parseRelayAddress,
    readKeys: async () => (await import('./key-file.ts')).readKeys(folder),
    copyByProgram: async (text) =>
      (await import('./clipboard-program.ts')).copyByProgram(text, process),
    files: screenFiles(process, temporary),
    editText: async (wish) => (await import('./editor.ts')).editText(wish),
    readTheme: async () => (await import('./theme-file.ts')).readTheme(folder),
    loadPicture: async (path, wish) => (await import('./pictures.ts')).loadPicture(path, wish),
    exportTo: async (opened, wish) =>
      (await import('./export.ts')).exportConversation(opened, wish),
  }).finally(() => temporary.close());
  await leave(context, end);
}

/** Loads nothing before it is called, after the first paint: the cryptography alone costs more than the frame. */
async function provide(
  context: CommandContext,
  unlocked: Unlocked | null,
  warn: (text: SafeText) => void,
): Promise<OpenSession> {
  const { folderProblemLine } = await import('./lines.ts');
  const tell = (problem: FolderProblem) => warn(folderProblemLine(problem));
  if (unlocked === null) return openOwn(context, tell);
  for (const problem of unlocked.problems) tell(problem);
  return unlocked.session;
}

async function leave({ signal }: CommandContext, end: ScreenEnd): Promise<void> {
  if (end.relayLeft) {
    const { RELAY_RUNS_ON } = await import('./hosted-relay.ts');
    process.stdout.write(`${RELAY_RUNS_ON}\n`);
  }
  signal.throwIfAborted();
  if (end.signal !== null) process.kill(process.pid, end.signal);
}

interface Unlocked {
  readonly session: OpenSession;
  readonly problems: readonly FolderProblem[];
}

/** Asks for the passphrase while the terminal is still plain. Null where the profile has none. */
async function unlock(context: CommandContext, folder: string): Promise<Unlocked | null> {
  // Nothing heavy before the first paint: the file alone says whether a look at it is needed.
  if (!existsSync(join(folder, FOLDER_ENTRIES.vault))) return null;
  if (!(await (await import('../storage/vault.ts')).isVaultLocked(folder))) return null;
  context.skeleton?.dismiss();
  const problems: FolderProblem[] = [];
  const session = await openOwn(context, (problem) => problems.push(problem));
  return { session, problems };
}

async function openOwn(
  context: CommandContext,
  onProblem: NonNullable<SessionOptions['onProblem']>,
): Promise<OpenSession> {
  const { home, nick, relay, ephemeral } = context.options;
  const { openSession } = await import('../client/open-session.ts');
  const { passphrasePrompt } = await import('./passphrase.ts');
  return openSession({
    ...{ home, nick, relay, ephemeral, exclusive: true, offline: false, rooms: 'join' },
    // Nobody sees it sooner.
    arrivalsEveryMs: ARRIVAL_PAUSE_MS,
    passphrase: passphrasePrompt(context),
    onProblem,
  });
}

/** An address of this machine that others on its network can reach, IPv4 before IPv6. */
function lanAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outward = all.filter(({ internal, scopeid }) => !internal && !scopeid);
  const v4 = outward.find(({ family }) => family === 'IPv4');
  const v6 = outward.find(({ family }) => family === 'IPv6');
  return v4?.address ?? (v6 === undefined ? null : `[${v6.address}]`);
}
