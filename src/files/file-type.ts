// What a file is by its first bytes, what its name says it is, and whether a person should hear that these differ.
import { signatureType } from './signatures.ts';
import {
  type Family,
  familyOf,
  isZipped,
  TEXT_TYPE,
  typeOfExtension,
  UNKNOWN_TYPE,
  ZIP_TYPE,
} from './type-table.ts';

/** What is looked at of a content to know its type. */
export const TYPE_HEAD_BYTES = 8_192;

/** What a content is that its name doesn't tell of, or tells of behind a harmless extension. */
export type Disagreement = 'program' | 'script' | 'page' | 'archive';

/** How much what is opened can do; what is not here is only looked at. */
const POWER = { archive: 1, page: 2, script: 3, program: 3 } as const;

/** Tabs, breaks and the escape of colours are in texts, other controls are not. */
const CONTROLS = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;
const BEFORE_MARKUP = /^(?:\s+|<\?xml[^>]*>|<!--[\s\S]*?-->|<!doctype svg[^>]*>)/i;
const HTML = /^<(?:!doctype html|html|head|body|script|iframe|meta|title|style)[\s>/]/i;
const SVG = /^<svg[\s>]/i;

/** The type of a content by its beginning; `application/octet-stream` where nobody knows. Never throws. */
export function typeOfContent(content: Uint8Array): string {
  const length = Math.min(content.byteLength, TYPE_HEAD_BYTES);
  const head = Buffer.from(content.buffer, content.byteOffset, length);
  const isCut = length === TYPE_HEAD_BYTES;
  return signatureType(head) ?? textType(head, isCut) ?? UNKNOWN_TYPE;
}

/** By the extension; null where it has none that is known. */
export function typeOfName(name: string): string | null {
  const dot = name.lastIndexOf('.');
  return dot < 0
    ? null
    : typeOfExtension(
        name
          .slice(dot + 1)
          .trim()
          .toLowerCase(),
      );
}

/**
 * What a person should be warned of before they open a file: `type`, its content's as `typeOfContent` says it, can do more
 * than its name tells, or the name has a harmless extension before the real one. Null: nothing.
 */
export function disagreement(name: string, type: string): Disagreement | null {
  const named = typeOfName(name);
  if (named === null) return null;
  const [is, said] = [familyOf(type), familyOf(named)];
  const isItsParts = type === ZIP_TYPE && isZipped(named);
  if (isPowerful(is) && POWER[is] > powerOf(said) && !isItsParts) return is;
  const inner = typeOfName(name.slice(0, name.lastIndexOf('.')));
  const hides = inner !== null && powerOf(familyOf(inner)) === 0;
  return hides && isPowerful(said) && said !== 'archive' ? said : null;
}

function isPowerful(family: Family | null): family is Disagreement {
  return family !== null && family in POWER;
}

function powerOf(family: Family | null): number {
  return isPowerful(family) ? POWER[family] : 0;
}

/** Null where it is no UTF-8, or holds what texts don't. */
function textType(head: Buffer, isCut: boolean): string | null {
  let text: string;
  try {
    // As a stream the last letter may be cut.
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: isCut });
  } catch {
    return null;
  }
  if (head.length === 0 || CONTROLS.test(text)) return null;
  return markupType(text) ?? TEXT_TYPE;
}

function markupType(text: string): string | null {
  let rest = text;
  for (let front = BEFORE_MARKUP.exec(rest); front !== null; front = BEFORE_MARKUP.exec(rest)) {
    rest = rest.slice(front[0].length);
  }
  if (HTML.test(rest)) return 'text/html';
  if (SVG.test(rest)) return 'image/svg+xml';
  return rest.startsWith('[Desktop Entry]') ? 'application/x-desktop' : null;
}
