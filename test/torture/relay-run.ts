// The relay of a world: a process that is killed and started again, on the port that the first one found.
import { join } from 'node:path';
import type { Chronicle } from './chronicle.ts';
import type { RelayFault, RelayReport } from './reports.ts';
import { RunningChild } from './running-child.ts';

export interface RelayRunOptions {
  readonly script: string;
  /** The world's. */
  readonly folder: string;
  readonly fault: RelayFault;
  /** Absent: it keeps no files. */
  readonly fileBytes?: number;
  readonly chronicle: Chronicle;
  readonly onListening: () => void;
}

export class RelayRun {
  readonly #options: RelayRunOptions;
  #child: RunningChild<RelayReport> | null = null;
  /** 0 until the first relay has found a free one, which is then that of all that come. */
  #port = 0;
  #isListening = false;

  constructor(options: RelayRunOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  start(): void {
    const { script, folder, fault, fileBytes, chronicle } = this.#options;
    const files = fileBytes === undefined ? [] : [`${fileBytes}`];
    const args = [join(folder, 'relay', 'relay.db'), `${this.#port}`, fault, ...files];
    this.#child = new RunningChild<RelayReport>(script, args, {
      onReport: (report) => chronicle.report('relay', report, () => this.#take(report)),
      onCrash: (why) => chronicle.fail(`the relay ended by itself: ${why}`),
    });
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
    this.#child = null;
    this.#isListening = false;
  }

  #take(report: RelayReport): void {
    if (report.type === 'event') {
      // Who was killed and is back may be there before the end of their old connection is noticed.
      if (report.event.type === 'dropped' && report.event.reason === 'replaced') return;
      throw new Error(`the relay said: ${JSON.stringify(report.event)}`);
    }
    if (!report.isWhole) throw new Error('the relay left a damaged database');
    this.#port = report.port;
    this.#isListening = true;
    this.#options.onListening();
  }
}
