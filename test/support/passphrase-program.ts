/** Sets the passphrase of the profile in LANCHAT_HOME at a real terminal, then echoes a line as the shell would. */
import { once } from 'node:events';
import { describeFailure, Interruption } from '../../src/cli/errors.ts';
import { Output } from '../../src/cli/output.ts';
import { passphrase } from '../../src/cli/passphrase-command.ts';

const { stdin, stdout, stderr, env } = process;
const interruption = new AbortController();
process.once('SIGTERM', () => interruption.abort(new Interruption('SIGTERM')));

let status = 0;
try {
  await passphrase(
    {
      ...{ stdin, env, signal: interruption.signal, skeleton: null },
      output: new Output({ stdout, stderr }),
      options: {
        ...{ home: env.LANCHAT_HOME ?? null, nick: null, relay: null },
        ...{ timeoutMs: 10_000, plain: false, screenReader: false, ephemeral: false },
      },
      openSession: () => Promise.reject(new Error('it needs no session')),
    },
    { remove: false },
  );
} catch (error) {
  const failure = describeFailure(error);
  status = failure.status;
  stdout.write(`${failure.code}: ${failure.message}\n`);
}
stdout.write(`ended ${status}, raw ${stdin.isRaw}\n`);
const [line] = await once(stdin.resume(), 'data');
stdout.write(`then: ${String(line)}`);
process.exit(status);
