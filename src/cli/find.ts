// `lanchat find`: lists the relays that answer by mDNS. What it prints are hints: only a key proves a relay.
import type { RelayHint } from '../discovery/announcement.ts';
import { browse } from '../discovery/browse.ts';
import { phrase } from '../language/translate.ts';
import { formatAddress } from '../protocol/address.ts';
import { cleanRelayName } from '../protocol/nickname.ts';
import { readOwner } from '../storage/identity-file.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { fingerprintWords } from '../ui/people.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { CommandError, noRelayFound } from './errors.ts';
import { untilAborted, withSession } from './session.ts';

/** Everybody who hears a question answers within this; more than two rounds would only be waiting. */
const SETTLE_MS = 1_000;

/** Throws CommandError (`no-relay`) where none has answered within the timeout. */
export async function find(context: CommandContext): Promise<void> {
  const pinned = await pinnedRelays(context);
  const hints = await collect(context);
  if (hints.length === 0) throw noRelayFound();
  for (const hint of hints) report(context, hint, pinned);
}

/** Whole fingerprints. Who only looks around gets no profile by it, and needs no passphrase. */
async function pinnedRelays(context: CommandContext): Promise<readonly string[]> {
  const { home, ephemeral } = context.options;
  const owner = ephemeral ? null : await readOwner(profileFolder(home ?? undefined));
  if (owner === null) return [];
  try {
    const { relays } = await withSession(context, 'existing', (session) =>
      session.request({ do: 'remembered' }),
    );
    return relays;
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'locked-profile') throw error;
    const which = safeText(
      phrase`This profile is locked, so nothing says which of these it has pinned.`,
    );
    context.output.note(which);
    return [];
  }
}

/** Until a second after the first answer, at most the timeout. Rejects as soon as it is aborted. */
async function collect(context: CommandContext): Promise<RelayHint[]> {
  let heard = () => {};
  const first = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const browser = browse({
    onUp: () => heard(),
    onDown: () => {},
    onProblem: ({ kind, interface: name, code }) =>
      context.output.detail(safeText(`lanchat: discovery: ${kind} ${name} ${code}`.trimEnd())),
    includeLoopback: true,
  });
  const timers: NodeJS.Timeout[] = [];
  const after = (delayMs: number) =>
    new Promise<void>((resolve) => timers.push(setTimeout(resolve, delayMs)));
  try {
    const settled = Promise.race([
      first.then(() => after(SETTLE_MS)),
      after(context.options.timeoutMs),
    ]);
    await untilAborted(settled, context.signal);
    return browser.hints();
  } finally {
    for (const timer of timers) clearTimeout(timer);
    browser.close();
  }
}

function report({ output }: CommandContext, hint: RelayHint, relays: readonly string[]): void {
  const { host, port, relayIdPrefix } = hint;
  const name = cleanRelayName(hint.name);
  const known = relays.find((relay) => relay.startsWith(relayIdPrefix));
  const fingerprint = known ?? relayIdPrefix;
  const pinned = known !== undefined;
  const mark = pinned ? safeTemplate`  pinned` : safeText('');
  output.data(
    { type: 'relay', name, host, port, fingerprint, pinned },
    safeTemplate`${safeText(formatAddress(hint))}  ${fingerprintWords(fingerprint, 16)}  ${safeText(name)}${mark}`,
  );
}
