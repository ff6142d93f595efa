// JSON-RPC 2.0, one message a line: requests in, answers and notifications out. Knows no method.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { jsonSafe } from '../ui/safe-text.ts';
import { describeFailure, EXIT } from './errors.ts';
import type { JsonRecord } from './output.ts';

/** The numbers that JSON-RPC gives; ours are `OWN - exit status`. */
export const RPC = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
} as const;
const OWN = -32000;

/** What a line may ask for at once. */
const MAX_BATCH = 100;

export type RpcId = string | number | null;

export interface RpcRequest {
  /** Only echoed; undefined: a notification, which gets no answer. */
  readonly id: RpcId | undefined;
  readonly method: string;
  /** An object or an array, unchecked. */
  readonly params: object;
}

/** What is no request, and why. */
export interface RpcRefusal {
  readonly id: RpcId;
  readonly fault: RpcFault;
}

export interface RpcMessage {
  readonly isBatch: boolean;
  readonly items: readonly (RpcRequest | RpcRefusal)[];
}

/** A fault of the one who asks that JSON-RPC has a number for. */
export class RpcFault extends UsageError {
  readonly number: number;

  constructor(number: number, { code, message }: UsageError) {
    super(code, message);
    this.number = number;
  }
}

/** One line without its end; null stands for one that was too long to be kept. Never throws. */
export function decodeMessage(line: Uint8Array | null): RpcMessage {
  if (line === null) {
    return refused(
      RPC.request,
      new UsageError('too-long', phrase`a line has more than 256 KiB; split it`),
    );
  }
  const value = parseJson(line);
  if (value === undefined) {
    return refused(RPC.parse, new UsageError('bad-json', phrase`a line is no JSON in UTF-8`));
  }
  if (!Array.isArray(value)) return { isBatch: false, items: [decodeRequest(value)] };
  if (value.length === 0 || value.length > MAX_BATCH) {
    const message = phrase`a batch holds 1 to ${MAX_BATCH} requests`;
    return refused(RPC.request, new UsageError('bad-request', message));
  }
  return { isBatch: true, items: value.map(decodeRequest) };
}

function refused(number: number, error: UsageError): RpcMessage {
  return { isBatch: false, items: [{ id: null, fault: new RpcFault(number, error) }] };
}

/** Undefined where it is no JSON. */
function parseJson(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line));
  } catch {
    // The cause would quote what was said.
    return undefined;
  }
}

function decodeRequest(value: unknown): RpcRequest | RpcRefusal {
  if (!isObject(value) || Array.isArray(value)) return noRequest(null, 'a request is an object');
  const { jsonrpc, id, method, params = {} } = fieldsOf(value);
  if (id !== undefined && !isId(id)) {
    return noRequest(null, 'an id is a string, a number or null');
  }
  const answerId = id ?? null;
  if (jsonrpc !== '2.0') return noRequest(answerId, 'a request says "jsonrpc":"2.0"');
  if (typeof method !== 'string') return noRequest(answerId, 'a method is a string');
  if (!isObject(params)) return noRequest(answerId, 'params are an object');
  return { id, method, params };
}

function noRequest(id: RpcId, message: string): RpcRefusal {
  return { id, fault: new RpcFault(RPC.request, new UsageError('bad-request', message)) };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Its own fields alone: nothing that JSON didn't say. */
export function fieldsOf(value: object): Readonly<Record<string, unknown>> {
  return Object.assign(Object.create(null), value);
}

/** JSON has no infinity, but `1e999` becomes one, and could not be said again. */
function isId(value: unknown): value is RpcId {
  return typeof value === 'string' || value === null || Number.isFinite(value);
}

/** `result`: its JSON. */
export function resultText(id: RpcId, result: string): string {
  return `{"jsonrpc":"2.0","id":${jsonSafe(id)},"result":${result}}`;
}

export function errorText(id: RpcId, error: unknown): string {
  const { status, code, message } = describeFailure(error);
  const own = status === EXIT.bug ? RPC.internal : OWN - status;
  const number = error instanceof RpcFault ? error.number : own;
  return jsonSafe({ jsonrpc: '2.0', id, error: { code: number, message, data: { code } } });
}

export function notificationText(record: JsonRecord): string {
  return jsonSafe({ jsonrpc: '2.0', method: record.type, params: record });
}
