// Opens the terminal UI on a session of its own. The only file of cli/ that loads ink and react.
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { RelayAddress } from '../client/open-session.ts';
import { FOLDER_ENTRIES, profileFolder } from '../storage/profile-folder.ts';
import { openScreen } from '../ui/open-screen.tsx';
import { safeText } from '../ui/safe-text.ts';
import type { Skeleton } from './context.ts';
import { hostRelay } from './hosted-relay.ts';
import { folderProblemLine } from './lines.ts';
import { parseRelayAddress } from './options.ts';

export interface ScreenRequest {
  readonly home: string | null;
  readonly nick: string | null;
  readonly relay: RelayAddress | null;
  /** `#room`, `@nick` or a fingerprint to begin with, or null. */
  readonly target: string | null;
  readonly version: string;
  /** The frame that bin/lanchat.js has shown, to be released; null: none. */
  readonly skeleton: Skeleton | null;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the person leaves, the terminal restored. Throws what `openSession` throws (`locked`
 * names the pid of the profile's owner), and the signal's reason where one ended it.
 */
export async function runScreen(request: ScreenRequest): Promise<void> {
  const { home, nick, relay, target, version, skeleton, signal } = request;
  const folder = profileFolder(home ?? undefined);
  const end = await openScreen({
    stdin: process.stdin,
    stdout: process.stdout,
    host: process,
    env: process.env,
    version: safeText(version),
    skeleton,
    // Loaded after the first paint: the cryptography alone costs more than the frame.
    openSession: async (warn) => {
      const { openSession } = await import('../client/open-session.ts');
      return openSession({
        ...{ home, nick, relay, exclusive: true, rooms: 'join' },
        onProblem: (problem) => warn(folderProblemLine(problem)),
      });
    },
    hostRelay: () => hostRelay(process.argv.slice(1, 2), home),
    parseRelay: parseRelayAddress,
    lanAddress,
    target,
    firstRun: nick === null && !existsSync(join(folder, FOLDER_ENTRIES.identity)),
  });
  if (end.relayLeft) {
    process.stdout.write(
      'The relay runs on for the others; "lanchat relay" tells its process here.\n',
    );
  }
  signal.throwIfAborted();
  if (end.signal !== null) process.kill(process.pid, end.signal);
}

/** An address of this machine that others on its network can reach, IPv4 before IPv6. */
function lanAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outward = all.filter(({ internal, scopeid }) => !internal && !scopeid);
  const v4 = outward.find(({ family }) => family === 'IPv4');
  const v6 = outward.find(({ family }) => family === 'IPv6');
  return v4?.address ?? (v6 === undefined ? null : `[${v6.address}]`);
}
