// The values of flags and environment variables: what each may be, and what to say when it isn't.
import { isIPv6 } from 'node:net';
import type { RelayAddress } from '../client/open-session.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { MessageId, RelayId } from '../protocol/ids.ts';
import { parseNick, parseRoomName } from '../protocol/nickname.ts';
import { parseTimer } from '../ui/durations.ts';
import { roomQuery } from '../ui/room-names.ts';
import type { CommonOptions } from './context.ts';

const DEFAULT_PORT = 7717;
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_SECONDS = 7 * 24 * 60 * 60;
const MAX_HOST_LENGTH = 255;
const MAX_ROOM_QUERY_LENGTH = 100;

/** The common flags as commander hands them over: unchecked. */
export interface CommonFlags {
  readonly home?: string;
  readonly nick?: string;
  readonly relay?: string;
  readonly timeout?: string;
  readonly plain?: boolean;
  readonly screenReader?: boolean;
  readonly ephemeral?: boolean;
}

/** Throws UsageError. An empty environment variable counts as none. */
export function readCommonOptions(flags: CommonFlags, env: NodeJS.ProcessEnv): CommonOptions {
  const nick = flags.nick ?? fromEnvironment(env, 'LANCHAT_NICK');
  const relay = flags.relay ?? fromEnvironment(env, 'LANCHAT_RELAY');
  const ephemeral = flags.ephemeral === true || isEphemeral(env);
  if (ephemeral && flags.home !== undefined) {
    throw new UsageError(
      'bad-arguments',
      phrase`--ephemeral (or LANCHAT_EPHEMERAL) uses no folder, --home names one; leave one of them out`,
    );
  }
  return {
    home: ephemeral ? null : (flags.home ?? fromEnvironment(env, 'LANCHAT_HOME')),
    nick: nick === null ? null : readNick(nick),
    relay: relay === null ? null : parseRelayAddress(relay),
    timeoutMs: flags.timeout === undefined ? DEFAULT_TIMEOUT_MS : parseTimeout(flags.timeout),
    plain: flags.plain === true || flags.screenReader === true,
    screenReader: flags.screenReader === true,
    ephemeral,
  };
}

/** Anything but a clear yes or no is refused: who set it would rely on it. */
function isEphemeral(env: NodeJS.ProcessEnv): boolean {
  const value = fromEnvironment(env, 'LANCHAT_EPHEMERAL');
  if (value === null || value === '0') return false;
  if (value === '1') return true;
  throw new UsageError('bad-arguments', phrase`LANCHAT_EPHEMERAL takes 1 (keep nothing) or 0`);
}

function fromEnvironment(env: NodeJS.ProcessEnv, name: string): string | null {
  const value = env[name];
  return value === undefined || value === '' ? null : value;
}

function readNick(text: string): string {
  const nick = parseNick(text);
  if (nick !== null) return nick;
  throw new UsageError(
    'bad-nick',
    phrase`--nick takes letters and digits of one script, "_", "." and "-", at most 32 bytes`,
  );
}

/** `HOST[:PORT][#FINGERPRINT]`; IPv6 with a port stands in brackets. Throws UsageError (`bad-relay`). */
export function parseRelayAddress(text: string): RelayAddress {
  const hash = text.indexOf('#');
  const address = hash < 0 ? text : text.slice(0, hash);
  const { host, port } = splitAddress(address);
  if (!/^[\w.:%-]+$/.test(host) || host.length > MAX_HOST_LENGTH) {
    throw new UsageError('bad-relay', phrase`--relay takes HOST[:PORT], as in 192.168.1.20:7717`);
  }
  return {
    host,
    port: port === null ? DEFAULT_PORT : parsePort(port, '--relay', 1),
    fingerprint: hash < 0 ? null : readRelayFingerprint(text.slice(hash + 1)),
  };
}

function splitAddress(address: string): { host: string; port: string | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(address);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] ?? null };
  const [host = '', port = null, ...more] = address.split(':');
  if (more.length === 0) return { host, port };
  // Without brackets it is an IPv6 address, or nothing.
  return { host: isIPv6(address) ? address : '', port: null };
}

function readRelayFingerprint(text: string): string {
  const id = RelayId.parse(text);
  if (id !== null) return id;
  throw new UsageError(
    'bad-relay',
    phrase`what follows # in --relay is the relay's whole fingerprint: 64 hex digits`,
  );
}

/** The values of an option that may be given again and again. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** Throws UsageError (`bad-port`) for anything but a number from `lowest` to 65535. */
export function parsePort(text: string, option: string, lowest: 0 | 1): number {
  const port = parseWhole(text);
  if (port !== null && port >= lowest && port <= 65_535) return port;
  throw new UsageError('bad-port', phrase`${option} takes a port from ${lowest} to 65535`);
}

/** Throws UsageError (`bad-count`) for anything but a number from 1 to `highest`. */
export function parseCount(text: string, option: string, highest = 999_999_999): number {
  const count = parseWhole(text);
  if (count !== null && count > 0 && count <= highest) return count;
  throw new UsageError('bad-count', phrase`${option} takes a number of messages, 1 to ${highest}`);
}

/** `500M`, `2G`, `0`, in bytes. Throws UsageError (`bad-size`). */
export function parseSize(text: string, option: string): number {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([KMGT]?)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * 1024 ** ' KMGT'.indexOf(unit.toUpperCase() || ' '));
  if (number !== undefined && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError('bad-size', phrase`${option} takes a size, as in 500M or 2G; 0 is nothing`);
}

/** `10s`, `5m`, `2h`, `7d`, in seconds. Throws UsageError (`bad-timer`). */
export function parseDuration(text: string): number {
  const seconds = parseTimer(text);
  if (seconds !== null) return seconds;
  throw new UsageError('bad-timer', phrase`--expire takes 10s, 5m, 2h, 7d; --no-expire ends it`);
}

/** `#name` as it is kept: normalized. Throws UsageError (`bad-room`). */
export function parseRoom(text: string): string {
  const name = text.startsWith('#') ? parseRoomName(text) : null;
  if (name !== null) return `#${name}`;
  throw new UsageError('bad-room', phrase`"${text}" is not a room; rooms look like '#general'`);
}

/** As `parseRoom`, or of a private room what it is called, which only a session can look up. Throws UsageError (`bad-room`). */
export function parseRoomQuery(text: string): string {
  if (!text.startsWith('+')) return parseRoom(text);
  const query = roomQuery(text);
  if (query.length > 1 && query.length <= MAX_ROOM_QUERY_LENGTH) return query;
  throw new UsageError(
    'bad-room',
    phrase`"${text.slice(0, MAX_ROOM_QUERY_LENGTH)}" is not a room; private ones look like '+title' or +4f2a91c0`,
  );
}

/** Throws UsageError (`bad-id`). */
export function parseMessageId(text: string, option: string): MessageId {
  const id = MessageId.parse(text);
  if (id !== null) return id;
  throw new UsageError('bad-id', phrase`${option} takes a message's ID: 32 hex digits`);
}

/** Milliseconds. Throws UsageError (`bad-timeout`). */
export function parseTimeout(text: string): number {
  const seconds = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS) return Math.ceil(seconds * 1000);
  throw new UsageError(
    'bad-timeout',
    phrase`--timeout takes seconds, more than 0 and at most a week`,
  );
}

function parseWhole(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
