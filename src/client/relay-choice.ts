// Which relay to try next: named by hand, remembered, found. Pure; a hint may be a lie, the key there decides.
import type { RelayHint } from '../discovery/announcement.ts';
import type { RelayId } from '../protocol/ids.ts';
import type { RelayChoice } from './api.ts';

/** Of a fresh profile: several relays may answer one after the other. */
export const SETTLE_MS = 700;
/** How long the remembered relay may stay away before a stranger is spoken of. */
export const REMEMBERED_PATIENCE_MS = 3_000;

/** Tried in one round: a liar that names many addresses must not keep us from the real one. */
const MAX_CANDIDATES = 8;

/** A relay whose key is pinned. */
export interface KnownRelay {
  readonly id: RelayId;
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** `--relay HOST[:PORT][#FINGERPRINT]`, or a person's choice on the screen. */
export interface NamedRelay {
  readonly host: string;
  readonly port: number;
  /** The whole fingerprint, or its first 16 digits as mDNS claimed; null: what answers there. */
  readonly fingerprint: string | null;
}

export interface Situation {
  readonly named: NamedRelay | null;
  /** Every pinned relay; the one used last is last. */
  readonly pinned: readonly KnownRelay[];
  readonly hints: readonly RelayHint[];
  /** Milliseconds since the search began, or since the link was lost. */
  readonly searchedMs: number;
  /** Milliseconds since the first hint; null without hints. */
  readonly hintedMs: number | null;
}

export interface Candidate {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Whether a relay with this ID may be logged in to. */
  readonly accepts: (relay: RelayId) => boolean;
}

export type Choice =
  /** Try these, in order. */
  | { readonly kind: 'try'; readonly candidates: readonly Candidate[] }
  /** Nothing yet: look on. */
  | { readonly kind: 'wait' }
  /** A person must say. `impostor`: one bears the name of a pinned relay and has another key. */
  | {
      readonly kind: 'ask';
      readonly choices: readonly RelayChoice[];
      readonly impostor: boolean;
    };

export function chooseRelay(situation: Situation): Choice {
  const { named, pinned, hints } = situation;
  if (named !== null) return { kind: 'try', candidates: [namedCandidate(named, pinned)] };
  const remembered = pinned.at(-1);
  if (remembered === undefined) return chooseFirst(situation);
  const own = hints.filter((hint) => isOf(hint, remembered));
  const strangers = hints.filter((hint) => !isOf(hint, remembered));
  const mayAsk = own.length === 0 && strangers.length > 0;
  if (mayAsk && situation.searchedMs >= REMEMBERED_PATIENCE_MS) return ask(strangers, pinned);
  return { kind: 'try', candidates: rememberedCandidates(remembered, own) };
}

/** A fresh profile takes the only relay there is, once it is clear that it is the only one. */
function chooseFirst({ hints, hintedMs, pinned }: Situation): Choice {
  const [hint] = hints;
  if (hint === undefined || hintedMs === null || hintedMs < SETTLE_MS) return { kind: 'wait' };
  if (new Set(hints.map((h) => h.relayIdPrefix)).size > 1) return ask(hints, pinned);
  const candidates = hints.map((h) => ({
    ...{ name: h.name, host: h.host, port: h.port },
    accepts: (relay: RelayId) => relay.startsWith(h.relayIdPrefix),
  }));
  return { kind: 'try', candidates };
}

/** Where it was last, and wherever it says it is now. */
function rememberedCandidates(relay: KnownRelay, hints: readonly RelayHint[]): Candidate[] {
  const accepts = (id: RelayId) => id === relay.id;
  const found = hints.flatMap((hint) =>
    hint.addresses.map((host) => ({ name: hint.name, host, port: hint.port, accepts })),
  );
  const last = { name: relay.name, host: relay.host, port: relay.port, accepts };
  const others = found.filter((c) => c.host !== last.host || c.port !== last.port);
  return [last, ...others].slice(0, MAX_CANDIDATES);
}

/** With a fingerprint, only that; without, one pinned at this address, else whoever is there first. */
function namedCandidate(named: NamedRelay, pinned: readonly KnownRelay[]): Candidate {
  const { host, port, fingerprint } = named;
  const there = pinned.filter((relay) => relay.host === host && relay.port === port);
  const accepts = (id: RelayId) => {
    if (fingerprint !== null) return id.startsWith(fingerprint);
    return there.length === 0 || there.some((relay) => relay.id === id);
  };
  return { name: there.at(-1)?.name ?? '', host, port, accepts };
}

function ask(hints: readonly RelayHint[], pinned: readonly KnownRelay[]): Choice {
  const choices = new Map<string, RelayChoice>();
  for (const hint of hints) {
    if (!choices.has(hint.relayIdPrefix)) choices.set(hint.relayIdPrefix, choiceOf(hint, pinned));
  }
  const list = [...choices.values()];
  const impostor = list.some((c) => !c.pinned && pinned.some((relay) => relay.name === c.name));
  return { kind: 'ask', choices: list, impostor };
}

function choiceOf(hint: RelayHint, pinned: readonly KnownRelay[]): RelayChoice {
  const known = pinned.find((relay) => isOf(hint, relay));
  return {
    name: hint.name,
    host: hint.host,
    port: hint.port,
    fingerprint: known?.id ?? hint.relayIdPrefix,
    pinned: known !== undefined,
  };
}

function isOf(hint: RelayHint, relay: KnownRelay): boolean {
  return relay.id.startsWith(hint.relayIdPrefix);
}
