// What every command is given: its options, where its words go, when to stop. Knows no command.
import type { Readable } from 'node:stream';
import type { OpenSession, RelayAddress, SessionOptions } from '../client/open-session.ts';
import type { ShownFrame } from '../ui/open-screen.tsx';
import type { Output } from './output.ts';

/** The options that every command takes (CLI.md), flags before environment. */
export interface CommonOptions {
  readonly home: string | null;
  readonly nick: string | null;
  readonly relay: RelayAddress | null;
  readonly timeoutMs: number;
  /** Lines instead of a screen. */
  readonly plain: boolean;
  /** Lines that are read aloud; `plain` as well. */
  readonly screenReader: boolean;
  /** Nothing is read from the disk and nothing written; `home` is null then. */
  readonly ephemeral: boolean;
}

/** What stdin is; a terminal can be told not to show what is typed. */
export type Input = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
};

/** The first frame, for a command that may turn out not to be the screen. */
export interface Skeleton extends ShownFrame {
  /** Takes the frame away again; nothing once it was released. */
  dismiss(): void;
}

/** The process's edges; tests stand in for them. */
export interface Edges {
  readonly stdin: Input;
  /** The frame that stands on the terminal already, or null. */
  readonly skeleton: Skeleton | null;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by SIGINT and SIGTERM, with an `Interruption` as its reason. */
  readonly signal: AbortSignal;
  readonly openSession: (options: SessionOptions) => Promise<OpenSession>;
}

export interface CommandContext extends Edges {
  readonly options: CommonOptions;
  readonly output: Output;
}
