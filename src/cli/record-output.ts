// The output of a command that another part of the program has called: its records go to that part.
import { Writable } from 'node:stream';
import type { SafeText } from '../ui/safe-text.ts';
import { type JsonRecord, Output } from './output.ts';

/** As with --json; sentences go where `outer` puts them. */
export class RecordOutput extends Output {
  readonly #outer: Output;
  readonly #take: (record: JsonRecord) => void;

  /** What `take` throws ends the command. */
  constructor(outer: Output, take: (record: JsonRecord) => void) {
    super({ stdout: nowhere(), stderr: nowhere() });
    this.options = { ...outer.options, json: true };
    this.#outer = outer;
    this.#take = take;
  }

  override json(record: JsonRecord): void {
    this.#take({ v: 1, ...record });
  }

  override note(line: SafeText): void {
    this.#outer.note(line);
  }

  override detail(line: SafeText): void {
    this.#outer.detail(line);
  }

  override drained(): Promise<void> {
    return this.#outer.drained();
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
