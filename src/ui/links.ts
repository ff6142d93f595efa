// Links in what others wrote: where they stand, where they really go, and what is odd about that. Pure: nothing is
// opened, and what is shown of a link is always what it leads to.
import { isOneScript } from '../protocol/scripts.ts';
import { isTarget } from './frame-row.ts';
import { type SafeText, safeText, sliceSafe, safeTemplate as t } from './safe-text.ts';
import { boundaryAtOrBefore, mostCells } from './width.ts';

/** Why a link is not what it looks like; `host` is where it goes, in ASCII. */
export type Oddity =
  /** Something before an `@`, or a host written so that a browser reads another. */
  | { readonly kind: 'elsewhere'; readonly host: SafeText }
  /** Letters of other alphabets, or of several in one word, as in names that only look known. */
  | { readonly kind: 'letters' | 'mixed'; readonly host: SafeText; readonly written: SafeText };

/** By UTF-16 offsets of the text it stands in. */
export interface Link {
  readonly start: number;
  readonly end: number;
  /** As it was written, or in ASCII where it might be read as another. */
  readonly shown: SafeText;
  /** For a terminal; null: it isn't to be followed by a click. */
  readonly target: string | null;
  readonly oddity: Oddity | null;
}

/** Of a host that lanchat writes into a line of its own. */
const MAX_HOST_CELLS = 60;
/** Blank to the eye, or a mark: with enough of them a host reads as words of lanchat's, on a row of their own. */
const NO_HOST_LETTER =
  /[^\p{L}\p{M}\p{Nd}.-]|[\p{Default_Ignorable_Code_Point}\u{13441}\u{13442}\u{16fe4}]/gu;
const ENDS = '\\s<>"、。，「」『』（）【】';
/** Names that networks give to their own machines. `main.ts:42` and `at 14:30` are no addresses. */
const OWN_HOST =
  'localhost|(?:[a-z0-9-]{1,63}\\.){1,8}(?:local|lan|home|internal|intranet|localdomain|home\\.arpa)';
/** Of every text that may be one. What it finds begins with no mark of `rich-text.ts`. */
export const LINK_PATTERN = [
  `https?:\\/\\/[^${ENDS}]+`,
  `(?<![\\p{L}\\p{N}])mailto:[^${ENDS}]+`,
  `(?<![\\p{L}\\p{N}.:@/\\\\-])(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-f:.]{2,45}\\]|${OWN_HOST}):\\d{1,5}(?![\\p{L}\\p{N}.:@-]*[\\p{L}\\p{N}@-])(?:\\/[^${ENDS}]*)?`,
].join('|');
const LINK = new RegExp(LINK_PATTERN, 'giu');
const HAS_SCHEME = /^https?:\/\//i;
/** No headers: some mail programs attach files that a link names. */
const MAIL = /^mailto:[\w.+-]{1,64}@[a-z0-9.-]{1,255}$/i;
const AUTHORITY = /^https?:\/\/(?:([^/?#]*)@)?([^/?#@]*?)(?::\d*)?(?=[/?#]|$)/i;
const BEYOND_ASCII = /[^ -~]/;
/** Written from right to left: a terminal may show the parts of an address in another order. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** In order; none overlap. In linear time. */
export function findLinks(text: SafeText): Link[] {
  const links: Link[] = [];
  for (const { index, 0: run } of text.matchAll(LINK)) {
    const end = index + lengthOf(run);
    const link = linkOf(sliceSafe(text, index, end));
    if (link !== null) links.push({ start: index, end, ...link });
  }
  return links;
}

/** The text with its links as they are shown. */
export function withShownLinks(text: SafeText): SafeText {
  let shown = t``;
  let at = 0;
  for (const link of findLinks(text)) {
    shown = t`${shown}${sliceSafe(text, at, link.start)}${link.shown}`;
    at = link.end;
  }
  return t`${shown}${sliceSafe(text, at, text.length)}`;
}

const PAIRED: Readonly<Record<string, string>> = {
  ...{ ')': '(', ']': '[', '}': '{' },
  ...{ '*': '*', _: '_', '`': '`' },
};

/** Without the punctuation that ends the sentence around it, and brackets and marks that began before it. */
function lengthOf(run: string): number {
  const counts = new Map<string, number>();
  for (const character of run) counts.set(character, (counts.get(character) ?? 0) + 1);
  let end = run.length;
  for (; end > 0; end -= 1) {
    const last = run.charAt(end - 1);
    const count = counts.get(last) ?? 0;
    const opening = PAIRED[last];
    const isLoose = opening === last ? count % 2 === 1 : count > (counts.get(opening ?? '') ?? 0);
    if (!/[.,;:!?'…]/.test(last) && (opening === undefined || !isLoose)) break;
    counts.set(last, count - 1);
  }
  return end;
}

/** Null: a browser would not take it for an address. */
function linkOf(written: SafeText): Omit<Link, 'start' | 'end'> | null {
  if (/^mailto(?::|$)/i.test(written)) {
    return MAIL.test(written) ? { shown: written, target: written, oddity: null } : null;
  }
  const whole = HAS_SCHEME.test(written) ? written : `http://${written}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url === null) return null;
  const oddity = oddityOf(whole, url.hostname);
  const isReadAlike = !RIGHT_TO_LEFT.test(written) && !BEYOND_ASCII.test(hostIn(whole).host);
  const isSafe = oddity === null || oddity.kind === 'letters';
  return {
    shown: isReadAlike ? written : safeText(url.href),
    target: isSafe && isTarget(url.href) ? url.href : null,
    oddity,
  };
}

function hostIn(whole: string): { readonly host: string; readonly hasUser: boolean } {
  const [, user, host = ''] = AUTHORITY.exec(whole) ?? [];
  return { host: host.toLowerCase(), hasUser: user !== undefined };
}

/** `hostname`: as browsers read it, in ASCII. */
function oddityOf(whole: string, hostname: string): Oddity | null {
  const host = shownHost(hostname);
  const { host: written, hasUser } = hostIn(whole);
  // An IPv6 address has many ways to be written.
  if (!hasUser && (written === hostname || written.startsWith('['))) return null;
  const hasLetters = BEYOND_ASCII.test(written) && /(?:^|\.)xn--/.test(hostname);
  if (hasUser || !hasLetters) return { kind: 'elsewhere', host };
  const letters = written.normalize('NFKC').toLowerCase();
  const isPlain = letters.split('.').every((label) => isOneScript(label));
  const told = shownHost(letters.replace(NO_HOST_LETTER, encodeURIComponent));
  return { kind: isPlain ? 'letters' : 'mixed', host, written: told };
}

/** Of a long one its end, which says whose it is. */
function shownHost(host: string): SafeText {
  const shown = safeText(host);
  if (mostCells(shown) <= MAX_HOST_CELLS) return shown;
  let start = shown.length;
  for (let cells = 1; ; ) {
    const before = boundaryAtOrBefore(shown, start - 1);
    cells += mostCells(shown.slice(before, start));
    if (cells > MAX_HOST_CELLS) return t`…${sliceSafe(shown, start, shown.length)}`;
    start = before;
  }
}

/** Whether the terminal is known to show links of ours as links, and to show others none of their bytes. */
export function drawsLinks(env: Readonly<Record<string, string | undefined>>): boolean {
  const { TERM = '', TERM_PROGRAM = '', VTE_VERSION = '' } = env;
  // What stands between us and the terminal may not pass them on.
  if (env.TMUX !== undefined || env.STY !== undefined || /^(?:screen|tmux)/.test(TERM))
    return false;
  if (TERM === 'dumb') return false;
  if (/^(?:iTerm\.app|WezTerm|ghostty|vscode)$/.test(TERM_PROGRAM)) return true;
  if (/^(?:xterm-kitty|xterm-ghostty|foot|alacritty)/.test(TERM)) return true;
  // Before 0.50 a fault in them could crash the terminal.
  return env.WT_SESSION !== undefined || Number(VTE_VERSION) >= 5_000;
}
