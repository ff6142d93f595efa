// A client of `lanchat rpc`: calls as promises, events as they come. What the bots beside it share.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = process.env.LANCHAT ?? fileURLToPath(new URL('../bin/lanchat.js', import.meta.url));

/** Options of lanchat that a bot passes on, for `parseArgs` of node:util. */
export const COMMON = {
  home: { type: 'string' },
  relay: { type: 'string' },
  nick: { type: 'string' },
  timeout: { type: 'string' },
};

/** An answer that is an error; `code` is one of CLI.md's, `number` JSON-RPC's or -32000 less an exit status. */
export class RpcError extends Error {
  constructor({ code, message, data }) {
    super(message);
    this.number = code;
    this.code = data?.code;
  }

  /** Whether the same may work later: there was no relay, or it took too long. */
  get isPassing() {
    return this.number === -32003 || this.number === -32006;
  }
}

export class Lanchat {
  #child;
  #lastId = 0;
  #waiting = new Map();
  #onEvent;

  /** `values`: as parsed with COMMON. `onEvent` is called with each object that `listen` tells. */
  constructor(values, onEvent) {
    const common = Object.keys(COMMON).flatMap((name) =>
      values[name] === undefined ? [] : [`--${name}=${values[name]}`],
    );
    this.#onEvent = onEvent;
    this.#child = spawn(process.execPath, [program, 'rpc', '--quiet', ...common], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // What it can't read any more is told by its end.
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line));
    /** Resolves to the exit status, which is 0 after `end`. */
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (status) => {
        for (const { reject } of this.#waiting.values()) reject(new Error('lanchat has ended'));
        resolve(status ?? 1);
      });
    });
  }

  /** The result of a method; rejects with RpcError. */
  call(method, params = {}) {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  }

  /** What was called is still answered. */
  end() {
    this.#child.stdin.end();
  }

  #take(line) {
    const { id, method, params, result, error } = JSON.parse(line);
    if (method !== undefined) return this.#onEvent(params);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new RpcError(error));
  }
}

/** Runs a bot until lanchat ends, or SIGINT or SIGTERM come; sets this process's exit status. */
export async function run(lanchat, begin) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => lanchat.end());
  try {
    await begin();
  } catch (error) {
    console.error(error.message);
    lanchat.end();
    process.exitCode = (await lanchat.ended) || 1;
    return;
  }
  process.exitCode = await lanchat.ended;
}
