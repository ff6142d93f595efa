// The error base of the whole program. The subclass says whose fault it was; only cli/ knows exit statuses.

/** Base of every expected error: `code` is stable and safe to print; messages hold no keys or plaintext. */
export abstract class LanchatError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The person or script asked for something that can't be: bad flag, unknown name, no terminal. */
export class UsageError extends LanchatError {}

/** The other side sent bytes that the protocol forbids. Ends that frame or that connection. */
export class ProtocolError extends LanchatError {
  constructor(message: string, options?: ErrorOptions) {
    super('malformed', message, options);
  }
}

/** The `code` of a Node system error (`ENOENT`, …), or null for anything else. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
