// The program behind its executable: parses, runs one command, and ends with its exit status.
import { CommanderError } from 'commander';
import { phrase } from '../language/translate.ts';
import { errnoOf, UsageError } from '../protocol/errors.ts';
import { buildProgram } from './command-line.ts';
import type { Edges, Skeleton } from './context.ts';
import { CommandError, describeFailure, EXIT, Interruption } from './errors.ts';
import { readCommonOptions } from './options.ts';
import { Output } from './output.ts';

declare const LANCHAT_VERSION: string;

/** Runs this process's command line and ends the process. `skeleton`: the frame that is shown already. */
export async function main(skeleton: Skeleton | null): Promise<void> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // Whoever asks twice doesn't want to wait for a clean end.
      if (interruption.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      interruption.abort(new Interruption(name));
    });
  }
  const { stdin, stdout, stderr, env } = process;
  const output = new Output({ stdout, stderr });
  process.on('uncaughtException', (error) => {
    skeleton?.dismiss();
    complain(output, error);
    process.exit(EXIT.bug);
  });
  const status = await runCommandLine(process.argv.slice(2), LANCHAT_VERSION, output, {
    stdin,
    skeleton,
    env,
    signal: interruption.signal,
    openSession: async (options) =>
      (await import('../client/open-session.ts')).openSession(options),
  });
  process.exit(status);
}

/** Runs `args` (without node and script). Never throws; resolves to the exit status. */
export async function runCommandLine(
  args: readonly string[],
  version: string,
  output: Output,
  edges: Edges,
): Promise<number> {
  // What is wrong with the flags must be told as they ask, before they have been understood.
  output.options = {
    json: args.includes('--json'),
    quiet: false,
    verbose: args.includes('-v') || args.includes('--verbose'),
  };
  const write = (text: string) => output.write(text);
  const program = buildProgram({ version, write }, async (flags, action) => {
    const { json = false, quiet = false, verbose = false } = flags;
    output.options = { json, quiet, verbose };
    await action({ ...edges, options: readCommonOptions(flags, edges.env), output });
    refuseLostOutput(output);
  });
  let status: number = EXIT.done;
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // A sentence on the screen's own page would vanish with it.
    edges.skeleton?.dismiss();
    status = finish(output, error);
  }
  await output.flush();
  return status;
}

function finish(output: Output, error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version have been printed.
    if (error.exitCode === 0) return EXIT.done;
    const sentence = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    return complain(output, new UsageError('bad-arguments', phrase`${sentence}; see --help`));
  }
  return complain(output, error);
}

function complain(output: Output, error: unknown): number {
  const { status, code, message, stack } = describeFailure(error);
  if (error instanceof Interruption) return status;
  output.complaint(message);
  if (stack !== '') output.detail(stack);
  if (output.options.json) output.json({ type: 'error', code, message });
  return status;
}

/** A reader that left is its own business; a full disk under stdout is not. */
function refuseLostOutput({ readerGone }: Output): void {
  const { reason } = readerGone;
  if (!readerGone.aborted || !(reason instanceof Error)) return;
  if (reason instanceof CommandError) throw reason;
  const code = errnoOf(reason);
  if (code === 'EPIPE') return;
  throw new CommandError(
    'no-output',
    phrase`stdout can't be written (${code ?? 'unknown error'}); check the disk`,
  );
}
