// What the screen asks of this machine's files: whoever opens the screen gives the means. Reads and writes nothing itself.

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** For Tab, while a path is typed. */
export interface Paths {
  /** Where `\` stands between folders, and escapes nothing. */
  readonly isWindows: boolean;
  /** What is in a folder, as typed (`~/`, relative, empty: where lanchat was started); the first of too many. Never throws. */
  readonly list: (folder: string) => readonly FolderEntry[];
}

export interface FoundFile {
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
}

export interface LocalFiles {
  readonly paths: Paths;
  /** As an absolute path: `~/` is the home, all else begins where lanchat was started. */
  readonly resolve: (typed: string) => string;
  /** Null: nothing is there, or it may not be looked at. Never throws. */
  readonly look: (path: string) => Promise<FoundFile | null>;
  /** The picture on the clipboard, a PNG. Throws UsageError `no-picture`. */
  readonly clipboardPicture: () => Promise<Uint8Array>;
}

/** Where files lie that are made only to be sent: for their owner alone. */
export interface TemporaryPlace {
  /** What begins with this process's number in it goes with the process. Throws StorageError. */
  readonly temporaryFolder: () => Promise<string>;
  /** A file of its own for it; its path. Throws StorageError. */
  readonly keepTemporary: (png: Uint8Array) => Promise<string>;
  /**
   * Gives a file of the folder, under a name that outlives the process, to whoever deletes it from then on. Throws StorageError, and
   * as `take`: then it lies where it lay.
   */
  readonly handOver: (path: string, take: (path: string) => Promise<void>) => Promise<void>;
  /** Never throws. */
  readonly discard: (path: string) => Promise<void>;
}

export type ScreenFiles = LocalFiles & TemporaryPlace;

/** Where there are no files. */
export const NO_PATHS: Paths = { isWindows: false, list: () => [] };
