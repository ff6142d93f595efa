// What the answer to `files` holds: as many as fit in a line of the profile's socket. Pure.
import type { FileReplies } from './file-transfer.ts';

type Listed = FileReplies['files']['files'][number];

/** Files that one answer lists. */
const MAX_LISTED = 500;
/** Of JSON; behind so much come no more thumbnails, which are most of it. */
const MAX_LENGTH_WITH_THUMBNAILS = 2 * 1024 * 1024;
/** Behind so much come no more files. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** The first of them, at most `limit`. */
export function fittingFiles(files: Iterable<Listed>, limit: number): readonly Listed[] {
  const fitting: Listed[] = [];
  let length = 0;
  for (const each of files) {
    if (fitting.length >= Math.min(limit, MAX_LISTED)) break;
    const listed = length < MAX_LENGTH_WITH_THUMBNAILS ? each : withoutThumbnail(each);
    length += JSON.stringify(listed).length;
    if (fitting.length > 0 && length > MAX_LENGTH) break;
    fitting.push(listed);
  }
  return fitting;
}

function withoutThumbnail({ transfer, message }: Listed): Listed {
  if (message?.file?.thumbnail === undefined) return { transfer, message };
  const { thumbnail: _thumbnail, ...file } = message.file;
  return { transfer, message: { ...message, file } };
}
