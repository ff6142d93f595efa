/** Starts the built program as people do, and follows its lines. Everything stays on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const executable = fileURLToPath(new URL('../../bin/lanchat.js', import.meta.url));

export type JsonLine = Readonly<Record<string, unknown>>;

export interface Ended {
  /** The exit status, or the signal that ended the process. */
  readonly status: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly lines: readonly JsonLine[];
}

/** One process; `ended` settles by itself when it exits. */
export class Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  #hasEnded = false;
  readonly #watchers = new Set<() => void>();

  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    const [file = process.execPath, ...args] = command;
    this.process = spawn(file, args, { env, stdio: 'pipe' });
    this.process.stdin?.on('error', () => {});
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#changed();
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.process.on('close', (status, signal) => {
        this.#hasEnded = true;
        const { lines } = this;
        resolve({ status: status ?? signal, stdout: this.#stdout, stderr: this.#stderr, lines });
        this.#changed();
      });
    });
  }

  /** The JSON lines of stdout so far, whole ones only. */
  get lines(): readonly JsonLine[] {
    const whole = this.#stdout.split('\n').slice(0, -1);
    return whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  /** The first JSON line that fits; rejects when the process ends without it. */
  line(fits: (line: JsonLine) => boolean): Promise<JsonLine> {
    return this.#when(() => this.lines.find(fits));
  }

  ofType(type: string): Promise<JsonLine> {
    return this.line((line) => line.type === type);
  }

  /** Resolves once stdout holds `text`. */
  printed(text: string): Promise<string> {
    return this.#when(() => (this.#stdout.includes(text) ? this.#stdout : undefined));
  }

  type(text: string): void {
    this.process.stdin?.write(text);
  }

  /** Its pipes end with it, also where a process that it began holds them open. */
  kill(): void {
    this.process.kill('SIGKILL');
    this.process.stdout?.destroy();
    this.process.stderr?.destroy();
  }

  endInput(): void {
    this.process.stdin?.end();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #when<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found === undefined && !this.#hasEnded) return;
        this.#watchers.delete(check);
        if (found !== undefined) resolve(found);
        else reject(new Error(`ended without it:\n${this.#stdout}\n${this.#stderr}`));
      };
      this.#watchers.add(check);
      check();
    });
  }
}

/** A temporary place with its processes; `close` ends them all. */
export class Lan {
  readonly folder = mkdtempSync(join(tmpdir(), 'lanchat-e2e-'));
  readonly #programs: Program[] = [];
  #relay: { readonly address: string; readonly fingerprint: string } | null = null;

  /** Runs the program with these arguments and nothing from this machine's environment. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    return this.runNode([executable, ...args], env);
  }

  /** Runs a script with the same care. */
  runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    const { PATH, SystemRoot } = process.env;
    const clean = { PATH, SystemRoot, HOME: this.folder, XDG_CACHE_HOME: this.folder };
    const program = new Program([process.execPath, ...args], { ...clean, ...env });
    this.#programs.push(program);
    return program;
  }

  /** Starts a relay on a free port of loopback; from then on `as` uses it. */
  async startRelay(...more: readonly string[]): Promise<Program> {
    const relay = this.run([
      ...['relay', '--json', '--port', '0', '--host', '127.0.0.1', '--no-mdns'],
      ...['--data', this.path('relay'), ...more],
    ]);
    const { port, fingerprint } = await relay.ofType('listening');
    this.#relay = { address: `127.0.0.1:${port}`, fingerprint: String(fingerprint) };
    return relay;
  }

  get relay(): { readonly address: string; readonly fingerprint: string } {
    if (this.#relay === null) throw new Error('no relay was started');
    return this.#relay;
  }

  /** A path inside the temporary folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Somebody's command, on their own profile, with JSON, through the relay that was started. */
  as(name: string, ...args: readonly string[]): Program {
    const profile = ['--home', this.path(name), '--nick', name, '--relay', this.relay.address];
    return this.run([...args, ...profile, '--json']);
  }

  async close(): Promise<void> {
    for (const program of this.#programs) program.kill();
    await Promise.all(this.#programs.map((program) => program.ended));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
