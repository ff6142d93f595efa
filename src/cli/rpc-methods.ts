// The methods of `lanchat rpc`: which commands they are, and what calling one does. Knows no line and no id.
import { Readable } from 'node:stream';
import { type Command, CommanderError } from 'commander';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { parseRoomName } from '../protocol/nickname.ts';
import { namesOfGroup } from '../ui/command-text.ts';
import { jsonSafe } from '../ui/safe-text.ts';
import type { Action, Flags, MakeProgram } from './command-line.ts';
import type { CommandContext } from './context.ts';
import { parseTimeout } from './options.ts';
import type { JsonRecord } from './output.ts';
import { RecordOutput } from './record-output.ts';
import { commandOf, type Shape, wordsOf } from './rpc-arguments.ts';
import { RPC, RpcFault, type RpcRequest } from './rpc-codec.ts';
import { Lanes } from './rpc-lanes.ts';
import type { Holding, RpcOutlet } from './rpc-outlet.ts';
import type { SharedSession } from './rpc-session.ts';
import { inTime } from './session.ts';

interface Method extends Shape {
  /** The one object that the command prints, all of them, or one by one as events. */
  readonly answers: 'one' | 'list' | 'events';
  /** The parameter that says where to: what goes to one place keeps its order. `ANYWHERE`: only a message is named. */
  readonly inOrder?: string | typeof ANYWHERE;
}

const ANYWHERE = Symbol('anywhere');

/** Commands as they are typed. One line more, and the command is a method with all its arguments and options. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['close-poll', { answers: 'one', inOrder: ANYWHERE }],
  ['contact', { answers: 'one' }],
  ['contacts', { answers: 'list' }],
  ['delete', { answers: 'one' }],
  ['edit', { answers: 'one', needs: ['text'], inOrder: ANYWHERE }],
  // In no order: a file is read before anybody hears of it, and that takes as long as it takes.
  ['file cancel', { answers: 'one' }],
  ['file get', { answers: 'list', without: ['out', 'force'] }],
  ['file list', { answers: 'list' }],
  ['file send', { answers: 'list', without: ['name'] }],
  ['find', { answers: 'list' }],
  ['history', { answers: 'list', without: ['ids'] }],
  ['id', { answers: 'one' }],
  ['join', { answers: 'one', inOrder: 'room' }],
  ['leave', { answers: 'one', inOrder: 'room' }],
  ['listen', { answers: 'events', without: ['count'] }],
  ['peers', { answers: 'list' }],
  ['poll', { answers: 'one', inOrder: 'room' }],
  ['react', { answers: 'one', inOrder: ANYWHERE }],
  ['room accept', { answers: 'one', inOrder: 'room' }],
  ['room close', { answers: 'one', inOrder: 'room' }],
  ['room create', { answers: 'one' }],
  ['room decline', { answers: 'one', inOrder: 'room' }],
  ['room grant', { answers: 'one', inOrder: 'room' }],
  ['room info', { answers: 'one' }],
  ['room invitations', { answers: 'list' }],
  ['room invite', { answers: 'one', inOrder: 'room' }],
  ['room mute', { answers: 'one' }],
  ['room remove', { answers: 'one', inOrder: 'room' }],
  ['room revoke', { answers: 'one', inOrder: 'room' }],
  ['room set', { answers: 'one', inOrder: 'room' }],
  ['room title', { answers: 'one', inOrder: 'room' }],
  ['room topic', { answers: 'one', inOrder: 'room' }],
  ['room transfer', { answers: 'one', inOrder: 'room' }],
  ['rooms', { answers: 'list' }],
  ['search', { answers: 'list', without: ['ids'] }],
  ['send', { answers: 'one', needs: ['text'], without: ['lines'], inOrder: 'to' }],
  ['set', { answers: 'list' }],
  ['status', { answers: 'one' }],
  ['timer', { answers: 'one', inOrder: 'to' }],
  ['unsend', { answers: 'one', inOrder: ANYWHERE }],
  ['verify', { answers: 'one', without: ['words'] }],
  ['vote', { answers: 'one', inOrder: ANYWHERE }],
  ['who-read', { answers: 'list' }],
  ['whois', { answers: 'one' }],
]);

export interface MethodsOptions {
  readonly context: CommandContext;
  readonly program: MakeProgram;
  readonly sessions: SharedSession;
  readonly outlet: RpcOutlet;
  /** A `listen` that has begun can't go on. */
  readonly fail: (error: unknown) => void;
}

/** Where the answer to a request goes. */
export interface Answering {
  readonly holding: Holding;
  /** Called once, with JSON. */
  readonly answer: (result: string) => void;
}

export class RpcMethods {
  readonly #options: MethodsOptions;
  readonly #program: Command;
  readonly #parsed: { readonly flags: Flags; readonly action: Action }[] = [];
  #isListening = false;
  readonly #lanes = new Lanes();

  constructor(options: MethodsOptions) {
    this.#options = options;
    this.#program = options.program(async (flags, action) => {
      this.#parsed.push({ flags, action });
    });
  }

  /** Resolves once it is answered. Throws RpcFault, and what the command throws. */
  async call(request: RpcRequest, answering: Answering): Promise<void> {
    const method = METHODS.get(request.method);
    const command = method === undefined ? null : commandOf(this.#program, request.method);
    if (method === undefined || command === null) {
      const message = phrase`there is no method "${request.method.slice(0, 64)}"; CLI.md has them all`;
      throw new RpcFault(RPC.method, new UsageError('unknown-command', message));
    }
    const words = wordsOf(command, request.params, method);
    const { run, context } = this.#prepare(words);
    if (method.answers === 'events') return this.#listen(run, answering);
    const records: string[] = [];
    const take = (record: JsonRecord) => {
      const text = jsonSafe(record);
      answering.holding.add(text.length);
      records.push(text);
    };
    if (method.inOrder === undefined) await run(take, () => {});
    else {
      const place = placeOf(request.params, method.inOrder);
      const inOurTime = (turn: Promise<void>) => inTime(turn, context);
      await this.#lanes.run(place, inOurTime, (sent) => run(take, sent));
    }
    answering.answer(method.answers === 'one' ? (records[0] ?? 'null') : `[${records.join(',')}]`);
  }

  /** The command, ready to run: as a command line would, with a session that is open already. */
  #prepare(words: readonly string[]): {
    readonly run: RunCommand;
    readonly context: CommandContext;
  } {
    const { flags, action } = this.#parse(words);
    const { context: outer, sessions } = this.#options;
    const { timeout } = flags;
    const timeoutMs = timeout === undefined ? outer.options.timeoutMs : parseTimeout(timeout);
    const context = { ...outer, options: { ...outer.options, timeoutMs } };
    const run: RunCommand = (take, sent) =>
      action({
        ...context,
        output: new RecordOutput(context.output, take),
        // A text of `-` stands for stdin on a command line: here it is a text like any other.
        stdin: Readable.from(words.includes('-') ? ['-'] : []),
        openSession: () => sessions.lend(sent),
      });
    return { run, context };
  }

  #parse(words: readonly string[]): { readonly flags: Flags; readonly action: Action } {
    try {
      this.#program.parse(words, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      const message = error.message.replace(/^error: /, '');
      throw new RpcFault(RPC.params, new UsageError('bad-arguments', message));
    }
    const parsed = this.#parsed.pop();
    if (parsed === undefined) throw new Error(`${words[0]} is no command that runs`);
    return parsed;
  }

  /** Answers at `ready`; from then on every event is a notification. */
  #listen(run: RunCommand, { answer }: Answering): Promise<void> {
    if (this.#isListening) {
      throw new UsageError(
        'bad-arguments',
        phrase`listen is on already; once is enough for all rooms`,
      );
    }
    this.#isListening = true;
    return new Promise((resolve, reject) => {
      let isReady = false;
      const take = (record: JsonRecord) => {
        if (isReady || record.type !== 'ready') return this.#options.outlet.notify(record);
        isReady = true;
        answer(jsonSafe(record));
        resolve();
      };
      run(take, () => {}).catch((error: unknown) => {
        if (isReady) return this.#options.fail(error);
        this.#isListening = false;
        reject(error);
      });
    });
  }
}

/** `take` is called with each record, `sent` when what goes out has its place. */
type RunCommand = (take: (record: JsonRecord) => void, sent: () => void) => Promise<void>;

/**
 * A public room by its name; private rooms share one place, since a room can be named by its title, its digits or its
 * people, and so do people. Null: anywhere.
 */
function placeOf(params: object, name: string | typeof ANYWHERE): string | null {
  if (name === ANYWHERE) return null;
  const text = String(Reflect.get(params, name));
  if (text.startsWith('#')) return `#${parseRoomName(text)}`;
  return text.startsWith('+') || namesOfGroup(text) !== null ? '+' : '@';
}
