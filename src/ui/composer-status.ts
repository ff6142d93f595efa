// How long the text in the composer is, where that matters. Pure.
import { withEmoji } from '../client/short-codes.ts';
import { MAX_TEXT_BYTES } from '../protocol/limits.ts';
import type { ComposerLayout } from './composer-layout.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { type Span, span } from './spans.ts';

/** From here on it is counted: the last fifth. */
const COUNTED_BYTES = 0.8 * MAX_TEXT_BYTES;

/** For the status line: the bytes of a long text, and where the cursor is in one that doesn't fit its rows. */
export function composerSpans(text: string, layout: ComposerLayout): Span[] {
  const { totalRows, rows, top, cursor } = layout;
  const spans: Span[] = [];
  const bytes = text.length * 3 < COUNTED_BYTES ? 0 : Buffer.byteLength(text.trimEnd());
  if (bytes > MAX_TEXT_BYTES) {
    spans.push(span(overWords(bytes - MAX_TEXT_BYTES), 'alarm'));
  } else if (bytes >= COUNTED_BYTES) {
    spans.push(span(t` ${grouped(bytes)} of ${grouped(MAX_TEXT_BYTES)} bytes`, 'warn'));
  }
  if (totalRows > rows.length) {
    spans.push(span(t` line ${top + cursor.row + 1} of ${totalRows}`, 'dim'));
  }
  return spans.flatMap((each, index) => (index === 0 ? [each] : [span(t` ·`, 'dim'), each]));
}

function overWords(bytes: number): SafeText {
  if (bytes === 1) return t` 1 byte too long to be sent`;
  return t` ${grouped(bytes)} bytes too long to be sent`;
}

/** Why this is not sent; null: it is short enough. */
export function tooLongWords(text: string): SafeText | null {
  const over = Buffer.byteLength(withEmoji(text)) - MAX_TEXT_BYTES;
  if (over <= 0) return null;
  return t`Not sent: a message holds ${grouped(MAX_TEXT_BYTES)} bytes, and this is ${grouped(over)} too long. Send it in parts.`;
}

/** `60,000`. */
function grouped(count: number): SafeText {
  return safeText(String(count).replace(/\B(?=(\d{3})+$)/g, ','));
}
