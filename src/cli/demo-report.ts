// The demo's two columns: what a person sees, and beside it what the relay saw of it. 80 columns wide.
import { phrase } from '../language/translate.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import type { SeenFrame } from './demo-capture.ts';

const LEFT_COLUMNS = 38;
const HEX_ROWS = 4;
const BYTES_A_ROW = 16;

export interface SeenMessage {
  readonly from: string;
  /** A name or a #room. */
  readonly to: string;
  readonly text: string;
  /** Who read it. */
  readonly readBy: readonly string[];
  readonly elapsedMs: number;
  readonly frame: SeenFrame;
  readonly bytes: Uint8Array;
}

/** Two columns of titles, 80 cells. */
export function heading(left: string, right: string): SafeText[] {
  return [row(left, right), safeText('-'.repeat(80))];
}

/** Left what was read and by whom, right the bytes that the relay saw of it. */
export function messageRows(message: SeenMessage): SafeText[] {
  const { from, to, text, readBy, elapsedMs, frame, bytes } = message;
  const left = [
    `${from} → ${to}:`,
    ...wrap(text, LEFT_COLUMNS - 2).map((line) => `  ${line}`),
    phrase`read by ${readBy.join(' and ')}, ${Math.round(elapsedMs)} ms`,
  ];
  const right = [`${frame}, ${bytes.length} bytes`, ...hexRows(bytes)];
  const height = Math.max(left.length, right.length);
  const rows = Array.from({ length: height }, (_, at) => row(left[at] ?? '', right[at] ?? ''));
  return [...rows, safeText('')];
}

function row(left: string, right: string): SafeText {
  return safeTemplate`${safeText(left.padEnd(LEFT_COLUMNS))} | ${safeText(right)}`;
}

function wrap(text: string, columns: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? word : `${last} ${word}`;
    if (joined.length <= columns) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

function hexRows(bytes: Uint8Array): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length && rows.length < HEX_ROWS; at += BYTES_A_ROW) {
    const hex = Buffer.from(bytes.subarray(at, at + BYTES_A_ROW)).toString('hex');
    rows.push(hex.replace(/(.{4})(?=.)/g, '$1 '));
  }
  return rows;
}
