// Answers messages of JSON-RPC: several at a time, no more than so many, a batch together. Knows no method.
import {
  errorText,
  type RpcMessage,
  type RpcRefusal,
  type RpcRequest,
  resultText,
} from './rpc-codec.ts';
import type { Answering } from './rpc-methods.ts';
import type { Holding } from './rpc-outlet.ts';

/** Enough for one that waits for people who are away, few enough for a small machine. */
const MAX_RUNNING = 64;

export interface RpcServerOptions {
  readonly call: (request: RpcRequest, answering: Answering) => Promise<void>;
  readonly write: (line: string) => void;
  readonly holding: () => Holding;
}

export class RpcServer {
  readonly #options: RpcServerOptions;
  /** Messages that are not answered, and what of them is being done. */
  #open = 0;
  #running = 0;
  #waiting: (() => void)[] = [];

  constructor(options: RpcServerOptions) {
    this.#options = options;
  }

  /** Begins all that it asks for; resolves when there is room for more, not when that is answered. Never throws. */
  async take({ isBatch, items }: RpcMessage): Promise<void> {
    const { write, holding: hold } = this.#options;
    const holding = hold();
    const texts: string[] = [];
    const tell = isBatch ? (text: string) => texts.push(text) : write;
    const answered: Promise<void>[] = [];
    this.#open += 1;
    for (const item of items) {
      await this.#until(() => this.#running < MAX_RUNNING);
      this.#running += 1;
      const done = this.#answer(item, { holding, tell }).then(() => {
        this.#running -= 1;
        this.#changed();
      });
      answered.push(done);
    }
    Promise.all(answered).then(() => {
      if (texts.length > 0) write(`[${texts.join(',')}]`);
      holding.release();
      this.#open -= 1;
      this.#changed();
    });
  }

  /** Resolves once all is answered. */
  idle(): Promise<void> {
    return this.#until(() => this.#open === 0);
  }

  async #answer(
    item: RpcRequest | RpcRefusal,
    { holding, tell }: { holding: Holding; tell: (text: string) => void },
  ): Promise<void> {
    if ('fault' in item) {
      tell(errorText(item.id, item.fault));
      return;
    }
    const { id } = item;
    const answer = (result: string) => {
      if (id !== undefined) tell(resultText(id, result));
    };
    try {
      await this.#options.call(item, { holding, answer });
    } catch (error) {
      if (id !== undefined) tell(errorText(id, error));
    }
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #changed(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}
