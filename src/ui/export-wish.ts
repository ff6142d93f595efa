// A conversation, or a message of it, that is to be written out: in which form, into which file. Writes nothing.
import type { Destination } from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';

const EXPORT_FORMATS = ['text', 'jsonl', 'html'] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

/** Into a file that isn't there yet. */
export interface ExportWish {
  readonly conversation: Destination;
  /** Null: all of it; else this message alone. */
  readonly only: MessageId | null;
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
