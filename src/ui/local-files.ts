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
  /** A file of its own for it, for its owner only; its path. Throws StorageError. */
  readonly keepTemporary: (png: Uint8Array) => Promise<string>;
  /** Never throws. */
  readonly discard: (path: string) => Promise<void>;
}

/** Where there are no files. */
export const NO_PATHS: Paths = { isWindows: false, list: () => [] };
