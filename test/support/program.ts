/** A program under test: what it prints is kept, so that no line is missed between two waits. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /**
   * The next line of stdout that contains `text`, after the one that the last call returned;
   * rejects if the program ends without one.
   */
  line(text: string): Promise<string>;
  /** Everything it printed, once it has ended. */
  readonly ended: Promise<Outcome>;
  kill(signal?: NodeJS.Signals): void;
}

export function startProgram(
  command: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Program {
  const [file = '', ...parameters] = command;
  const child = spawn(file, parameters, { env: { ...process.env, ...environment } });
  let stdout = '';
  let stderr = '';
  let read = 0;
  let retry = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    retry();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const take = (text: string): string | null => {
    for (let end = stdout.indexOf('\n', read); end >= 0; end = stdout.indexOf('\n', read)) {
      const line = stdout.slice(read, end);
      read = end + 1;
      if (line.includes(text)) return line;
    }
    return null;
  };
  const line = async (text: string): Promise<string> => {
    for (;;) {
      const found = take(text);
      if (found !== null) return found;
      const more = new Promise<'more'>((resolve) => {
        retry = () => resolve('more');
      });
      if ((await Promise.race([more, ended])) === 'more') continue;
      const last = take(text);
      if (last !== null) return last;
      throw new Error(`ended without printing ${text}; stdout: ${stdout} stderr: ${stderr}`);
    }
  };
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => void child.kill(signal);
  return { child, pid: child.pid ?? 0, line, ended, kill };
}
