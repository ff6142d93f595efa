// A relay and people at terminals, each a process of the real program, in a folder that is gone afterwards.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from '../support/program.ts';
import { PtySession } from '../support/pty.ts';
import { type FixedPerson, makeFixedProfile } from './fixed-profile.ts';
import {
  CLOCK_BYTES,
  RELAY_ADDRESS,
  RELAY_NAME,
  RELAY_PORT,
  setClock,
  worldEnvironment,
} from './world.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface StageOptions {
  /** bin/lanchat.js, built. */
  readonly program: string;
  /** world-script.ts, bundled. */
  readonly worldScript: URL;
  /** What everybody's terminal says of its colours. */
  readonly colours: Readonly<Record<string, string>>;
}

/** `close()` ends everybody. */
export class Stage {
  readonly #folder = mkdtempSync(join(tmpdir(), 'lanchat-pictures-'));
  readonly #clock = join(this.#folder, 'clock');
  readonly #options: StageOptions;
  readonly #terminals: PtySession[] = [];
  #relay: Program | null = null;

  constructor(options: StageOptions) {
    this.#options = options;
    writeFileSync(this.#clock, '0'.repeat(CLOCK_BYTES));
  }

  /** What everybody's clock says from now on: `HH:MM`, and so many seconds. */
  at(time: string, seconds = 0): void {
    setClock(this.#clock, time, seconds);
  }

  async startRelay(): Promise<void> {
    const { program } = this.#options;
    const where = ['--host', RELAY_ADDRESS, '--port', String(RELAY_PORT), '--no-mdns'];
    const args = ['relay', '--json', ...where, '--data', join(this.#folder, 'relay')];
    this.#relay = startProgram([process.execPath, program, ...args], this.#environment());
    await this.#relay.line('listening');
  }

  /** Somebody's screen, with the profile that they had, or a fixed one. */
  async open(person: FixedPerson, { columns, rows }: Size): Promise<PtySession> {
    const home = join(this.#folder, person.key);
    if (mkdirSync(home, { recursive: true, mode: 0o700 }) !== undefined) {
      await makeFixedProfile(home, person);
    }
    const args = ['--home', home, '--relay', `${RELAY_NAME}:${RELAY_PORT}`];
    const { program } = this.#options;
    const terminal = new PtySession({
      ...{ file: process.execPath, args: [program, ...args], columns, rows, cwd: this.#folder },
      env: this.#environment(),
    });
    this.#terminals.push(terminal);
    return terminal;
  }

  async close(): Promise<void> {
    await Promise.all(this.#terminals.map((terminal) => terminal.close()));
    this.#relay?.kill();
    await this.#relay?.ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #environment(): Readonly<Record<string, string>> {
    const world = worldEnvironment(this.#clock, this.#options.worldScript);
    return { ...world, ...this.#options.colours, HOME: this.#folder, XDG_CACHE_HOME: this.#folder };
  }
}
