// What tests ask of a session where they don't say otherwise: a profile on disk, without a passphrase.
import type { SessionOptions } from '../../src/client/open-session.ts';

export const SESSION_DEFAULTS = {
  ...{ nick: null, relay: null, exclusive: false, rooms: 'join', ephemeral: false, offline: false },
  passphrase: () => Promise.reject(new Error('no test locked this profile')),
} as const satisfies Omit<SessionOptions, 'home'>;
