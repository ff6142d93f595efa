// The one place where what went wrong becomes a sentence for a person and an exit status (CLI.md, Exit codes).
import type { Link } from '../client/api.ts';
import { FINAL_CODES, TransportError } from '../client/transport-error.ts';
import { phrase } from '../language/translate.ts';
import { formatAddress } from '../protocol/address.ts';
import { LanchatError } from '../protocol/errors.ts';
import { StorageError } from '../storage/storage-error.ts';
import { type SafeText, safeText } from '../ui/safe-text.ts';
import { linkReason } from '../ui/words.ts';

/** A fault that a command itself found; `code` decides the exit status. */
export class CommandError extends LanchatError {}

/** SIGINT or SIGTERM came. */
export class Interruption extends LanchatError {
  readonly signalName: 'SIGINT' | 'SIGTERM';

  constructor(signalName: 'SIGINT' | 'SIGTERM') {
    super('interrupted', 'interrupted');
    this.signalName = signalName;
  }
}

export const EXIT = {
  done: 0,
  usage: 1,
  bug: 2,
  noRelay: 3,
  untrusted: 4,
  refused: 5,
  timedOut: 6,
} as const;

/** Every code that doesn't mean wrong usage or a local fault. */
const EXIT_BY_CODE: ReadonlyMap<string, number> = new Map([
  ...['no-relay', 'unreachable', 'stranger', 'malformed', 'unexpected', 'too-large', 'version'].map(
    (code) => [code, EXIT.noRelay] as const,
  ),
  ...['handshake-timeout', 'shutting-down', 'silent', 'not-a-relay'].map(
    (code) => [code, EXIT.noRelay] as const,
  ),
  ...['relay-key-changed', 'key-changed', 'digits-differ', 'words-differ', 'login-failed'].map(
    (code) => [code, EXIT.untrusted] as const,
  ),
  ...['quota', 'not-admitted', 'kicked', 'replaced', 'too-many-connections', 'refused'].map(
    (code) => [code, EXIT.refused] as const,
  ),
  ...[
    'too-many-topics',
    'prefix-taken',
    'stale-seq',
    'fork',
    'slow-reader',
    'internal',
    'storage',
  ].map((code) => [code, EXIT.refused] as const),
  ...['bug', 'plaintext-seen'].map((code) => [code, EXIT.bug] as const),
  ...['timeout', 'not-here', 'expired', 'cancelled'].map((code) => [code, EXIT.timedOut] as const),
]);

/** What to do, where the error's own message names only what happened. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['port-in-use', phrase`another program uses it; choose another with --port (0 picks a free one)`],
  [
    'port-forbidden',
    phrase`the system keeps it for administrators; choose one above 1023 with --port`,
  ],
  ['address-not-here', phrase`this machine has no such address; leave --host out to take all`],
  ['out-of-memory', phrase`the system is out of memory; close something and try again`],
  ['too-many-files', phrase`too many open files; raise the limit (ulimit -n)`],
  ['cannot-listen', phrase`the system refuses; try another --port or --host`],
]);

export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: SafeText;
  /** For -v. */
  readonly stack: SafeText;
}

/** Never throws. */
export function describeFailure(error: unknown): Failure {
  const stack = safeText(error instanceof Error ? (error.stack ?? '') : '', { multiline: true });
  if (error instanceof Interruption) {
    const status = error.signalName === 'SIGINT' ? 130 : 143;
    return { status, code: error.code, message: safeText(error.message), stack };
  }
  if (error instanceof LanchatError) {
    const status = statusOf(error);
    const remedy = REMEDIES.get(error.code);
    const message = remedy === undefined ? error.message : `${error.message}: ${remedy}`;
    return { status, code: error.code, message: safeText(message), stack };
  }
  const local = describeSystemError(error);
  if (local !== null) return { status: EXIT.usage, ...local, stack };
  const what = error instanceof Error ? `${error.name}: ${error.message}` : 'not an error';
  const message = safeText(phrase`this is a bug in lanchat (${what}); -v shows where`);
  return { status: EXIT.bug, code: 'bug', message, stack };
}

function statusOf(error: LanchatError): number {
  // `too-large` of a file of ours is no word of a relay's.
  if (error instanceof StorageError) return EXIT.usage;
  const fallback = error instanceof TransportError ? EXIT.noRelay : EXIT.usage;
  return EXIT_BY_CODE.get(error.code) ?? fallback;
}

function describeSystemError(error: unknown): { code: string; message: SafeText } | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return local('no-permission', phrase`not allowed (${error.message}); check who owns it`);
    case 'ENOSPC':
    case 'EDQUOT':
      return local('no-space', phrase`no space left on the disk; free some and try again`);
    case 'EMFILE':
    case 'ENFILE':
      return local('too-many-files', phrase`too many open files; raise the limit (ulimit -n)`);
    default:
      return local('system', phrase`the system refused: ${error.message}`);
  }
}

function local(code: string, message: string): { code: string; message: SafeText } {
  return { code, message: safeText(message) };
}

/** What to tell about a link that has not come about, or has ended, for this reason. */
export function linkError(link: Pick<Link, 'reason' | 'relay' | 'fingerprint'>): CommandError {
  const where = link.relay === null ? phrase`no relay` : phrase`the relay at ${link.relay}`;
  const code = link.reason ?? 'no-relay';
  if (isKeyChange(code)) {
    return new CommandError(
      'relay-key-changed',
      phrase`${where} shows another key than the one pinned: if its operator confirms the new one, name it with --relay HOST:PORT#FINGERPRINT`,
    );
  }
  const why = link.reason === null ? null : linkReason(link.reason);
  if (why !== null && saysWhatToDo(code)) return new CommandError(code, why);
  if (link.relay === null) return noRelayFound();
  const because = why === null ? '' : `: ${why}`;
  return new CommandError(
    'unreachable',
    phrase`${where} can't be reached${because}; is it running there (lanchat relay)? lanchat doctor says why`,
  );
}

/** `no-relay`: with what to do about it. */
export function noRelayFound(): CommandError {
  return new CommandError(
    'no-relay',
    phrase`no relay found on this network; start one (lanchat relay), name one (--relay HOST:PORT), or ask lanchat doctor`,
  );
}

/** Reasons that are somebody's decision or fault; any other is the network's. */
function saysWhatToDo(code: string): boolean {
  return code === 'owner-gone' || EXIT_BY_CODE.has(code);
}

function isKeyChange(code: string): boolean {
  return code === 'relay-key-changed' || code === 'key-changed';
}

/** Reasons that trying again can't mend: a headless command gives up at once. */
export function isFinal(reason: string | null): boolean {
  if (reason === null) return false;
  const status = EXIT_BY_CODE.get(isKeyChange(reason) ? 'relay-key-changed' : reason);
  // The link itself goes on after `version`: somebody may be updating the relay just now.
  return status === EXIT.untrusted || reason === 'version' || FINAL_CODES.has(reason);
}

/** A headless command never chooses a relay by itself: it names what it found. */
export function choiceError({ choices, reason }: Pick<Link, 'choices' | 'reason'>): CommandError {
  const list = choices
    .map((c) => `${formatAddress(c)} (${c.name}, ${c.fingerprint.slice(0, 16)})`)
    .join(', ');
  if (reason !== null && isKeyChange(reason)) {
    return new CommandError(
      'relay-key-changed',
      phrase`a pinned relay's name is used with another key: ${list}; if its operator confirms the key, name it with --relay HOST:PORT#FINGERPRINT`,
    );
  }
  if (choices.length === 1) {
    return new CommandError(
      'stranger',
      phrase`the remembered relay is not here, only a stranger: ${list}; if that is the one, name it with --relay`,
    );
  }
  return new CommandError(
    'several-relays',
    phrase`several relays are here: ${list}; name one with --relay`,
  );
}
