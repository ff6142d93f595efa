// Which relay to try next: named by hand, remembered, found. Pure; a hint may be a lie, the key there decides.
import type { RelayHint } from '../discovery/announcement.ts';
import type { RelayId } from '../protocol/ids.ts';
import { cleanRelayName, nickSkeleton } from '../protocol/nickname.ts';
import type { RelayChoice } from './api.ts';

/** Of a fresh profile: several relays may answer one after the other. */
export const SETTLE_MS = 700;
/** How long the remembered relay may stay away before a stranger is spoken of. */
const REMEMBERED_PATIENCE_MS = 3_000;

/** Tried in one round; where more are claimed, the next round goes on with the others. */
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
  /** Counts the rounds of tries, from 0. */
  readonly round: number;
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
  /**
   * A person must say. `impostor`: one bears the name of a pinned relay, or one that looks like it,
   * and has another key.
   */
  | {
      readonly kind: 'ask';
      readonly choices: readonly RelayChoice[];
      readonly impostor: boolean;
      /** Tried meanwhile: the remembered relay may come back without an announcement. */
      readonly candidates: readonly Candidate[];
    };

export function chooseRelay(situation: Situation): Choice {
  const { named, pinned, hints, round } = situation;
  if (named !== null) return { kind: 'try', candidates: [namedCandidate(named, pinned)] };
  const remembered = pinned.at(-1);
  if (remembered === undefined) return chooseFirst(situation);
  const own = hints.filter((hint) => isOf(hint, remembered));
  const strangers = hints.filter((hint) => !isOf(hint, remembered));
  const candidates = rememberedCandidates(remembered, own, round);
  const mayAsk = own.length === 0 && strangers.length > 0;
  if (mayAsk && situation.searchedMs >= REMEMBERED_PATIENCE_MS) {
    return { ...ask(strangers, pinned), candidates };
  }
  return { kind: 'try', candidates };
}

/** A fresh profile takes the only relay there is, once it is clear that it is the only one. */
function chooseFirst({ hints, hintedMs, pinned, round }: Situation): Choice {
  const [hint] = hints;
  if (hint === undefined || hintedMs === null || hintedMs < SETTLE_MS) return { kind: 'wait' };
  const isOnly = hints.every(({ relayIdPrefix }) => relayIdPrefix === hint.relayIdPrefix);
  if (!isOnly) return { ...ask(hints, pinned), candidates: [] };
  const accepts = (relay: RelayId) => relay.startsWith(hint.relayIdPrefix);
  const found = claimed(hints).map((address) => ({ ...address, accepts }));
  return { kind: 'try', candidates: inTurn(found, MAX_CANDIDATES, round) };
}

/** Where it was last, and wherever it says it is now. */
function rememberedCandidates(
  { id, name, host, port }: KnownRelay,
  hints: readonly RelayHint[],
  round: number,
): Candidate[] {
  const accepts = (relay: RelayId) => relay === id;
  const found = claimed(hints)
    .filter((address) => address.host !== host || address.port !== port)
    .map((address) => ({ ...address, accepts }));
  return [{ name, host, port, accepts }, ...inTurn(found, MAX_CANDIDATES - 1, round)];
}

/** The first address of each hint, the newest hint's first, then the second of each: claiming many buys little. */
function claimed(hints: readonly RelayHint[]): Omit<Candidate, 'accepts'>[] {
  const most = Math.max(0, ...hints.map(({ addresses }) => addresses.length));
  const found = new Map<string, Omit<Candidate, 'accepts'>>();
  for (let rank = 0; rank < most; rank++) {
    for (const { name, port, addresses } of hints.toReversed()) {
      const host = addresses[rank];
      if (host !== undefined && !found.has(`${host} ${port}`)) {
        found.set(`${host} ${port}`, { name: cleanRelayName(name), host, port });
      }
    }
  }
  return [...found.values()];
}

/** `count` of them a round, so that a liar with many addresses can delay the real one but not hide it. */
function inTurn<T>(items: readonly T[], count: number, round: number): T[] {
  if (items.length <= count) return [...items];
  const start = (round * count) % items.length;
  return [...items.slice(start), ...items.slice(0, start)].slice(0, count);
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

function ask(
  hints: readonly RelayHint[],
  pinned: readonly KnownRelay[],
): Omit<Extract<Choice, { kind: 'ask' }>, 'candidates'> {
  const choices = new Map<string, RelayChoice>();
  for (const hint of hints) {
    if (!choices.has(hint.relayIdPrefix)) choices.set(hint.relayIdPrefix, choiceOf(hint, pinned));
  }
  const list = [...choices.values()];
  const named = pinned.filter(({ name }) => name !== '');
  const known = new Set(named.map(({ name }) => nickSkeleton(cleanRelayName(name))));
  const impostor = list.some((c) => !c.pinned && known.has(nickSkeleton(c.name)));
  return { kind: 'ask', choices: list, impostor };
}

function choiceOf(hint: RelayHint, pinned: readonly KnownRelay[]): RelayChoice {
  const known = pinned.find((relay) => isOf(hint, relay));
  return {
    name: cleanRelayName(hint.name),
    host: hint.host,
    port: hint.port,
    fingerprint: known?.id ?? hint.relayIdPrefix,
    pinned: known !== undefined,
  };
}

function isOf(hint: RelayHint, relay: KnownRelay): boolean {
  return relay.id.startsWith(hint.relayIdPrefix);
}
