// A conversation that is to be written out: in which form, into which file. Writes nothing.
import type { Destination } from '../client/api.ts';

const EXPORT_FORMATS = ['text', 'jsonl', 'html'] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

/** Into a file that isn't there yet. */
export interface ExportWish {
  readonly conversation: Destination;
  readonly format: ExportFormatName;
  /** As typed: `~/` and relative paths, too. */
  readonly file: string;
}

export interface Exported {
  /** The whole path. */
  readonly file: string;
  readonly messages: number;
}

/** Null where no format is called so. */
export function exportFormatOf(name: string): ExportFormatName | null {
  return EXPORT_FORMATS.find((format) => format === name) ?? null;
}
