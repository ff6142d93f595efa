// Light marks in what others wrote: *bold*, _italic_, `code`, > quotes, links, names. Pure: cleaned text in, styled
// pieces of it out, in which nothing stands that was not in the text, but that odd links are in ASCII.
import { findLinks, LINK_PATTERN } from './links.ts';
import { type SafeText, sliceSafe, safeTemplate as t } from './safe-text.ts';
import { type Row, type Span, span, type Tone } from './spans.ts';
import { cutRanges, wrapRanges } from './width.ts';

const FENCE = /^```[\p{L}\p{N}+#-]{0,20}$/u;
const FENCE_END = t`\`\`\``;
const QUOTE = /^>\s?/u;
const QUOTE_BAR = span(t`│ `, 'dim');
// A mark counts at the edge of a word only, so that names_like_this and 2*3*4 stay; never before a combining mark,
// which would fall to the letter in front of it. Each part ends at the next of its kind: linear in the text.
const MARKED = new RegExp(
  [
    '`[^`]+`',
    LINK_PATTERN,
    '(?<![\\p{L}\\p{N}*])\\*(?![\\s*\\p{M}])[^*]*(?<!\\s)\\*(?![\\p{L}\\p{N}\\p{M}*])',
    '(?<![\\p{L}\\p{N}_])_(?![\\s_\\p{M}])[^_]*(?<!\\s)_(?![\\p{L}\\p{N}\\p{M}_])',
  ].join('|'),
  'giu',
);

/** Bold and italic lose their marks, which are shown by how it looks; code keeps its own, since colours may be off. */
function styled(marked: SafeText, tone: Tone): Row {
  const inner = sliceSafe(marked, 1, marked.length - 1);
  switch (marked.charAt(0)) {
    case '*':
      return linked(inner, 'strong');
    case '_':
      return linked(inner, 'italic');
    case '`':
      return [span(marked, 'code')];
    default:
      return linked(marked, tone);
  }
}

function linked(text: SafeText, tone: Tone): Row {
  const spans: Span[] = [];
  let at = 0;
  for (const { start, end, shown, target } of findLinks(text)) {
    spans.push(span(sliceSafe(text, at, start), tone));
    spans.push({ text: shown, tone: 'link', ...(target === null ? {} : { target }) });
    at = end;
  }
  return [...spans, span(sliceSafe(text, at, text.length), tone)];
}

/** The lines of a text as styled pieces, not wrapped yet. `named`: as `@asha`, which stand out. */
export function richLines(text: SafeText, named: readonly string[] = []): readonly Row[] {
  const rows: Row[] = [];
  let isCode = false;
  const lines = linesOf(text);
  const lastEnd = lines.lastIndexOf(FENCE_END);
  lines.forEach((line, index) => {
    const isFence = isCode ? line === FENCE_END : FENCE.test(line) && index < lastEnd;
    if (isFence) isCode = !isCode;
    else if (isCode) rows.push([span(line, 'block')]);
    else rows.push(lineSpans(line, named));
  });
  return rows.length === 0 ? [[span(text)]] : rows;
}

function linesOf(text: SafeText): SafeText[] {
  const lines: SafeText[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    lines.push(sliceSafe(text, start, start + line.length));
    start += line.length + 1;
  }
  return lines;
}

function lineSpans(line: SafeText, named: readonly string[]): Row {
  const [mark] = QUOTE.exec(line) ?? [];
  if (mark === undefined) return inline(line, 'text', named);
  return [QUOTE_BAR, ...inline(sliceSafe(line, mark.length, line.length), 'dim', named)];
}

function inline(line: SafeText, tone: Tone, named: readonly string[]): Row {
  const spans: Span[] = [];
  let at = 0;
  for (const { index, 0: marked } of line.matchAll(MARKED)) {
    spans.push(...withNames(sliceSafe(line, at, index), tone, named));
    spans.push(...styled(sliceSafe(line, index, index + marked.length), tone));
    at = index + marked.length;
  }
  spans.push(...withNames(sliceSafe(line, at, line.length), tone, named));
  return spans.filter(({ text }) => text !== '');
}

function withNames(text: SafeText, tone: Tone, named: readonly string[]): Span[] {
  const spans: Span[] = [];
  const lower = text.toLowerCase();
  // Where small letters take another length, places in one are none in the other.
  const isAligned = lower.length === text.length;
  let at = 0;
  for (
    let look = lower.indexOf('@');
    isAligned && look !== -1;
    look = lower.indexOf('@', look + 1)
  ) {
    const name = named.find((each) => lower.startsWith(each.toLowerCase(), look));
    if (name === undefined) continue;
    spans.push(span(sliceSafe(text, at, look), tone));
    spans.push(span(sliceSafe(text, look, look + name.length), 'accent'));
    at = look + name.length;
  }
  return [...spans, span(sliceSafe(text, at, text.length), tone)];
}

/**
 * The rows of a line of pieces at a width of `cells`, broken as `wrapRanges` breaks its text; code keeps every blank, and
 * what is quoted its bar on every row.
 */
export function wrapSpans(line: Row, cells: number): readonly Row[] {
  const [first] = line;
  if (first?.tone === 'block') {
    return cutRanges(first.text, cells).map(({ start, end }) => [
      span(sliceSafe(first.text, start, end), 'block'),
    ]);
  }
  if (first === QUOTE_BAR) {
    const rows = wrapSpans(line.slice(1), cells - QUOTE_BAR.text.length);
    return rows.map((row) => [QUOTE_BAR, ...row]);
  }
  const whole = line.map(({ text }) => text).join('');
  let index = 0;
  let at = 0;
  return wrapRanges(whole, cells).map(({ start, end }) => {
    const row: Span[] = [];
    // A row begins in the piece in which the one before it ended, or behind it.
    for (let piece = line[index]; piece !== undefined && at < end; piece = line[index]) {
      const from = Math.max(0, start - at);
      const to = Math.min(piece.text.length, end - at);
      if (from < to) row.push({ ...piece, text: sliceSafe(piece.text, from, to) });
      if (at + piece.text.length > end) break;
      at += piece.text.length;
      index += 1;
    }
    return row;
  });
}
