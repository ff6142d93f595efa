// `lanchat rpc`: a bot's way in. JSON-RPC 2.0 on stdin and stdout, one session for all of it.
import { setMaxListeners } from 'node:events';
import type { MakeProgram } from './command-line.ts';
import type { CommandContext } from './context.ts';
import { describeFailure, Interruption } from './errors.ts';
import { decodeMessage } from './rpc-codec.ts';
import { linesOf } from './rpc-lines.ts';
import { RpcMethods } from './rpc-methods.ts';
import { RpcOutlet } from './rpc-outlet.ts';
import { RpcServer } from './rpc-server.ts';
import { SharedSession } from './rpc-session.ts';
import { sessionOptions, untilAborted } from './session.ts';

/**
 * Resolves once stdin has ended and all is answered, or nobody reads stdout any more. Throws what ends a `listen`,
 * and what keeps the profile from being opened; that is told as a last `error` too.
 */
export async function rpc(outer: CommandContext, program: MakeProgram): Promise<void> {
  const { output, stdin } = outer;
  // Also where --json is given: nothing but JSON-RPC stands on stdout.
  output.options = { ...output.options, json: false };
  const ending = new AbortController();
  const signal = AbortSignal.any([outer.signal, ending.signal]);
  // Every request that is being answered waits for it.
  setMaxListeners(0, signal);
  const context = { ...outer, signal };
  const outlet = new RpcOutlet(output);
  const sessions = new SharedSession(() => outer.openSession(sessionOptions(outer, 'join')));
  try {
    await (await sessions.lend(() => {})).close();
    await untilAborted(converse(context, { program, outlet, sessions }), outer.signal);
  } catch (error) {
    if (!(error instanceof Interruption)) {
      const { code, message } = describeFailure(error);
      outlet.notify({ v: 1, type: 'error', code, message });
    }
    throw error;
  } finally {
    // What still runs takes back what has not gone out, and is answered to nobody.
    outlet.close();
    ending.abort(new Interruption('SIGTERM'));
    stdin.destroy();
    await sessions.close();
  }
}

interface Ends {
  readonly program: MakeProgram;
  readonly outlet: RpcOutlet;
  readonly sessions: SharedSession;
}

function converse(context: CommandContext, { program, outlet, sessions }: Ends): Promise<void> {
  const { readerGone } = context.output;
  return new Promise((resolve, reject) => {
    readerGone.addEventListener('abort', () => resolve(), { once: true });
    const methods = new RpcMethods({ context, program, sessions, outlet, fail: reject });
    const server = new RpcServer({
      call: async (request, answering) => {
        try {
          await methods.call(request, answering);
        } catch (error) {
          const { code, stack } = describeFailure(error);
          if (code === 'bug') context.output.detail(stack);
          throw error;
        }
      },
      write: (line) => outlet.line(line),
      holding: () => outlet.holding(),
    });
    answerAll(context, server).then(resolve, reject);
  });
}

async function answerAll({ stdin, output }: CommandContext, server: RpcServer): Promise<void> {
  for await (const line of linesOf(stdin)) {
    await server.take(decodeMessage(line));
    // Who doesn't read what was answered is asked for no more.
    await output.drained();
  }
  await server.idle();
}
