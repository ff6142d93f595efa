/** `lanchat rpc` inside the test's process: lines in, the messages that come out by their ids and methods. */
import { PassThrough } from 'node:stream';
import type { Message, MessageReason, MessageState } from '../../src/client/api.ts';
import { type CommandRun, runCommand } from './command.ts';
import { FakeSession, messageId, peerId, person } from './fake-session.ts';

export type RpcLine = Readonly<Record<string, unknown>>;

export class RpcRun {
  readonly stdin = new PassThrough();
  readonly run: CommandRun;

  constructor(
    session: FakeSession,
    more: { args?: string[]; sessions?: readonly FakeSession[]; refusal?: Error } = {},
  ) {
    const { args = [], ...others } = more;
    this.run = runCommand(['rpc', ...args], { session, ...others, stdin: this.stdin });
  }

  /** One line as it is, or one request with its params. */
  say(line: string | Uint8Array | object): void {
    const isText = typeof line === 'string' || line instanceof Uint8Array;
    this.stdin.write(isText ? line : JSON.stringify(line));
    this.stdin.write('\n');
  }

  call(id: number | string, method: string, params?: object): void {
    this.say({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
  }

  /** The answer to this id, once it is there. */
  async answer(id: number | string): Promise<RpcLine> {
    await this.run.printed(`"id":${JSON.stringify(id)},`);
    const found = this.messages().find((message) => message.id === id);
    if (found === undefined) throw new Error(`no answer to ${id} on a line of its own`);
    return found;
  }

  messages(): RpcLine[] {
    return this.run.stdout() === '' ? [] : this.run.records();
  }

  notifications(): RpcLine[] {
    return this.messages().filter((message) => 'method' in message);
  }

  /** Ends stdin; resolves to the exit status. */
  end(): Promise<number> {
    this.stdin.end();
    return this.run.status;
  }
}

export const asha = { nick: 'asha', fingerprint: peerId('a'), trust: 'verified' } as const;

export function message(change: Partial<Message> = {}): Message {
  return {
    ...{ id: messageId('1'), time: '2026-01-31T09:15:02.123Z', sentTime: null },
    ...{ room: null, peer: asha.fingerprint, from: asha, text: 'hello', state: null },
    ...change,
  };
}

/** A session that knows bela and chen, gives ids 1, 2, … to what is sent, and says `state` of it. */
export function talkative(state: MessageState = 'relayed', reason: MessageReason | null = null) {
  let count = 0;
  const session: FakeSession = new FakeSession({
    'find-person': ({ query }) => ({
      matches: /chen/.test(query) ? [person('chen', 'c')] : [person('bela', 'b')],
    }),
    send: () => {
      count += 1;
      const id = messageId((count % 10).toString());
      queueMicrotask(() => session.emit({ type: 'receipt', id, state, reason }));
      return { id };
    },
    cancel: () => ({ cancelled: true }),
    visit: ({ room }) => ({ room }),
    'end-visit': () => ({}),
    join: ({ room }) => ({ room }),
    leave: ({ room }) => ({ room, batch: 1, letters: 0 }),
  });
  session.snapshot = { ...session.snapshot, people: [person('bela', 'b'), person('chen', 'c')] };
  return session;
}

export function sentTexts(session: FakeSession): string[] {
  return session.requests.flatMap((request) => (request.do === 'send' ? [request.text] : []));
}
