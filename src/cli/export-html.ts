// Exported conversations as one HTML page that stands alone: no script, nothing loaded, all words escaped.
import { createHash } from 'node:crypto';
import type { Destination, SharedFile, StoredMessage } from '../client/api.ts';
import { currentLanguage } from '../language/translate.ts';
import { changeWords, choiceLines, fateWords, pollWords } from '../ui/message-words.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { fileName } from '../ui/shared-file-words.ts';
import { stickerRows } from '../ui/stickers.ts';
import { calendarDay, clockTime, stateWords } from '../ui/words.ts';
import { type ExportFormat, headingOf } from './export-formats.ts';
import { fileMark } from './file-mark.ts';
import type { Cast } from './message-records.ts';

/** The browser's own colours: they follow its light or dark mode. */
const STYLE = [
  ':root{color-scheme:light dark}',
  'body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}',
  'h2{margin-top:3rem;overflow-wrap:anywhere}',
  'h3{font-size:1rem;border-bottom:1px solid GrayText}',
  'article{margin:0 0 .75rem;padding-left:.75rem;border-left:.25rem solid transparent}',
  'article.own{border-left-color:Highlight}',
  'header{font-weight:600}',
  'time,small{font-weight:400;opacity:.75}',
  'p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}',
].join('\n');

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Even where a hole in the escaping were found, a browser would run and load nothing. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

const HEAD = `<!doctype html>
<html lang="${currentLanguage()}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lanchat</title>
<style>${STYLE}</style>
<main>
`;

/** Good for one document: call its functions in order. */
export function htmlFormat(cast: Cast): ExportFormat {
  let day: string | null = null;
  return {
    extension: 'html',
    begin: () => HEAD,
    conversation: (conversation: Destination) => {
      day = null;
      return `<h2>${isolated(headingOf(cast, conversation))}</h2>\n`;
    },
    message: (message) => {
      const before = day;
      day = calendarDay(Date.parse(message.time));
      const heading = day === before ? '' : `<h3>${escaped(day)}</h3>\n`;
      return `${heading}${article(cast, message)}`;
    },
    end: () => '</main>\n</html>\n',
  };
}

function article(cast: Cast, message: StoredMessage): string {
  const { id, time, from, state, reason } = message;
  const name = isolated(cast.names.meet(from));
  const clock = `<time datetime="${escaped(safeText(time))}">${clockTime(Date.parse(time))}</time>`;
  const own =
    state === null
      ? ''
      : ` <small>(${escaped(safeTemplate`you, ${stateWords(state, reason)}`)})</small>`;
  return [
    `<article id="m${escaped(safeText(id))}"${state === null ? '' : ' class="own"'}>`,
    `<header>${name} ${clock}${own}</header>`,
    `${bodyOf(cast, message)}</article>\n`,
  ].join('');
}

/** Its words, what they answer, and what became of it. */
function bodyOf(cast: Cast, message: StoredMessage): string {
  const { text, kind, reply, change, deleted, poll, file, originals = [] } = message;
  if (deleted) return note(safeTemplate`deleted for all by who wrote it`);
  if (change !== undefined) {
    return note(changeWords(change, cast.names.meet(message.from), { people: cast.names }));
  }
  const answered =
    reply === undefined
      ? ''
      : `<p><small><a href="#m${reply}">${escaped(safeTemplate`in answer to this`)}</a></small></p>`;
  const words =
    kind === 'sticker'
      ? `<pre>${stickerRows(text).map(escaped).join('\n')}</pre>`
      : `<p dir="auto">${kind === 'action' ? '* ' : ''}${escaped(safeText(text, { multiline: true }))}</p>`;
  const carried = file === undefined ? '' : fileNote(file);
  const asked = poll === undefined ? [] : [...choiceLines(poll), pollWords(poll)];
  const fate = fateWords(message);
  const before = originals.map(
    (each) => safeTemplate`before: ${safeText(each.text, { multiline: true })}`,
  );
  return `${answered}${words}${carried}${[...asked, ...(fate === null ? [] : [fate]), ...before].map(note).join('')}`;
}

/** The content is not in the page, and nothing in it asks for one. */
function fileNote(file: SharedFile): string {
  return `<p><small>${escaped(fileMark(file))}: ${isolated(fileName(file.name))}</small></p>`;
}

function note(text: SafeText): string {
  return `<p><small>${escaped(text)}</small></p>`;
}

/** A name that is written from right to left turns nothing round it. */
function isolated(text: SafeText): string {
  return `<bdi>${escaped(text)}</bdi>`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Good between tags and in a quoted attribute. */
function escaped(text: SafeText | string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '');
}
