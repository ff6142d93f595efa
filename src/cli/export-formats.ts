// How exported conversations read: as text, as JSON lines; HTML is in export-html.ts. Writes nothing itself.
import type { Destination, StoredMessage } from '../client/api.ts';
import { fingerprintWords } from '../ui/people.ts';
import { jsonSafe, type SafeText, safeTemplate } from '../ui/safe-text.ts';
import { fitted, Transcript } from './lines.ts';
import type { Cast } from './message-records.ts';

/** Called in the order of a document: begin, then each conversation with its messages, then end. */
export interface ExportFormat {
  /** Of the file's name. */
  readonly extension: string;
  readonly begin: () => string;
  readonly conversation: (conversation: Destination) => string;
  readonly message: (message: StoredMessage) => string;
  readonly end: () => string;
}

/** Which conversation it is, with the key of a person or of a private room: names change hands. */
export function headingOf(cast: Cast, conversation: Destination): SafeText {
  const label = cast.label(conversation);
  if ('room' in conversation) {
    const [, digits] = /^\+(.*)$/.exec(conversation.room) ?? [];
    return digits === undefined ? label : safeTemplate`${label}, room ${fingerprintWords(digits)}`;
  }
  return safeTemplate`${label}, key ${fingerprintWords(conversation.peer)}`;
}

/** `columns`: of the terminal that it goes to, else null. */
export function textFormat(cast: Cast, columns: number | null): ExportFormat {
  let transcript = new Transcript(cast.names);
  const laidOut = (lines: readonly SafeText[]) =>
    fitted(lines, columns)
      .map((line) => `${line}\n`)
      .join('');
  return {
    extension: 'txt',
    begin: () => '',
    conversation: (conversation) => {
      transcript = new Transcript(cast.names);
      return laidOut([safeTemplate`-- ${headingOf(cast, conversation)}`]);
    },
    message: (message) => laidOut(transcript.lines(message)),
    end: () => '',
  };
}

/** One `message` object a line, as `lanchat history --json` prints it. */
export function jsonLinesFormat(cast: Cast): ExportFormat {
  return {
    extension: 'jsonl',
    begin: () => '',
    conversation: () => '',
    message: (message) => `${jsonSafe({ v: 1, ...cast.record(message) })}\n`,
    end: () => '',
  };
}
