// The libsodium calls of a piece of work, recorded to be made again: the least that the work can cost.
import { sodium } from '../src/crypto/sodium.ts';

export interface Call {
  readonly name: string;
  readonly repeat: () => void;
}

/** Runs `work` once and returns each call it made, in order, with copies of what it was given. */
export function recordCalls(work: () => void): Call[] {
  const library = sodium();
  const calls: Call[] = [];
  const originals = Object.entries(library).filter(([, member]) => typeof member === 'function');
  for (const [name, original] of originals) {
    Reflect.set(library, name, (...args: unknown[]) => {
      const copies = args.map((arg) => (arg instanceof Uint8Array ? arg.slice() : arg));
      calls.push({ name, repeat: repeatable(original, copies) });
      return apply(original, args);
    });
  }
  try {
    work();
  } finally {
    for (const [name, original] of originals) Reflect.set(library, name, original);
  }
  if (calls.length === 0) throw new Error('no libsodium call was seen');
  return calls;
}

/** Only what libsodium exports gets here, and only functions of it. */
function apply(member: unknown, args: unknown[]): unknown {
  return typeof member === 'function' ? Reflect.apply(member, undefined, args) : undefined;
}

/** A direct call: what spreading arguments costs is no part of the floor. */
function repeatable(member: unknown, [a, b, c, d, e]: unknown[]): () => void {
  if (typeof member !== 'function') throw new Error('not a function');
  return () => void member(a, b, c, d, e);
}

/** `3 × crypto_generichash, crypto_scalarmult, …`: which calls, and how often. */
export function callsText(calls: readonly Call[]): string {
  const counts = new Map<string, number>();
  for (const { name } of calls) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(', ');
}
