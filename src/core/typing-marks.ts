// Between us and one person: when either last said that it is typing. Plain data, in memory only.
import type { Typing } from '../protocol/note.ts';

export interface TypingMarks {
  /** What the next note says, until then; null: nothing. Monotonic ms. */
  pending: { readonly typing: Typing; readonly untilMs: number } | null;
  sentAtMs: number;
  /** Of the newest note of theirs that said so. */
  boot: bigint;
  k: number;
  heardAtMs: number;
}

export function newTypingMarks(): TypingMarks {
  const never = Number.NEGATIVE_INFINITY;
  return { pending: null, sentAtMs: never, boot: 0n, k: -1, heardAtMs: never };
}
