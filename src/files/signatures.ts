// Types by the bytes that a content begins with. Reads what it is given, which may be anything, and never past it.
import { isZipped, officeType, ZIP_TYPE } from './type-table.ts';

/** `head` as one character a byte, since signatures are written so. */
type Head = string;

/** Whole at the beginning, or behind so many bytes of anything. Programs first: of two that fit, the worse one counts. */
const FIXED: readonly (readonly [type: string, signature: string, offset?: number])[] = [
  ['application/x-elf', '\x7fELF'],
  ['application/x-mach-binary', '\xfe\xed\xfa\xce'],
  ['application/x-mach-binary', '\xfe\xed\xfa\xcf'],
  ['application/x-mach-binary', '\xce\xfa\xed\xfe'],
  ['application/x-mach-binary', '\xcf\xfa\xed\xfe'],
  // Programs for several processors, and Java's classes.
  ['application/x-mach-binary', '\xca\xfe\xba\xbe'],
  ['application/x-ms-shortcut', 'L\0\0\0\x01\x14\x02\0'],
  ['application/vnd.debian.binary-package', '!<arch>\ndebian'],
  ['application/x-rpm', '\xed\xab\xee\xdb'],
  ['text/x-script', '#!'],
  ['text/x-script', '\xef\xbb\xbf#!'],
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/bmp', '\0\0\0\0', 6],
  ['image/tiff', 'II*\0'],
  ['image/tiff', 'MM\0*'],
  ['application/pdf', '%PDF-'],
  ['application/rtf', '{\\rtf'],
  ['application/x-cfb', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['application/gzip', '\x1f\x8b\x08'],
  ['application/x-bzip2', '1AY&SY', 4],
  ['application/x-xz', '\xfd7zXZ\0'],
  ['application/zstd', '(\xb5/\xfd'],
  ['application/x-7z-compressed', '7z\xbc\xaf\x27\x1c'],
  ['application/vnd.rar', 'Rar!\x1a\x07'],
  ['application/x-tar', 'ustar', 257],
  ['audio/wav', 'WAVE', 8],
  ['image/webp', 'WEBP', 8],
  ['video/x-msvideo', 'AVI ', 8],
  ['audio/ogg', 'OggS'],
  ['audio/flac', 'fLaC'],
  ['audio/mpeg', 'ID3'],
  ['video/quicktime', 'moov', 4],
  ['video/quicktime', 'mdat', 4],
  ['video/quicktime', 'wide', 4],
];

/** What those need in front that are recognized by something further on. */
const FRONT: ReadonlyMap<string, string> = new Map([
  ['image/bmp', 'BM'],
  ['application/x-bzip2', 'BZh'],
  ['audio/wav', 'RIFF'],
  ['image/webp', 'RIFF'],
  ['video/x-msvideo', 'RIFF'],
]);

/** By the brand of an ISO base media file; any other is video/mp4. */
const BRANDS: ReadonlyMap<string, string> = new Map([
  ['avif', 'image/avif'],
  ['avis', 'image/avif'],
  ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'].map(
    (brand) => [brand, 'image/heic'] as const,
  ),
  ['qt  ', 'video/quicktime'],
  ['M4A ', 'audio/mp4'],
  ['M4B ', 'audio/mp4'],
]);

const MAX_ZIP_PARTS = 64;

/** The type that the bytes of `content`'s beginning are a signature of, or null. */
export function signatureType(content: Buffer): string | null {
  const head = content.toString('latin1');
  // DOS needs no more than these letters; a text of them has no zero.
  if (head.startsWith('MZ') && head.includes('\0')) {
    return 'application/vnd.microsoft.portable-executable';
  }
  for (const [type, signature, offset = 0] of FIXED) {
    if (head.startsWith(signature, offset) && head.startsWith(FRONT.get(type) ?? '')) return type;
  }
  if (head.startsWith('ftyp', 4)) return BRANDS.get(head.slice(8, 12)) ?? 'video/mp4';
  if (head.startsWith('\x1a\x45\xdf\xa3')) return matroskaType(head);
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return zipType(head);
  return frameType(content);
}

function matroskaType(head: Head): string {
  return head.slice(0, 64).includes('webm') ? 'video/webm' : 'video/matroska';
}

/** Documents name their type in a first part of that name, or have parts in a folder of their own. */
function zipType(head: Head): string {
  const mimetype = /^PK\x03\x04[\s\S]{26}mimetype(application\/[a-z0-9.+-]{1,80})/.exec(head);
  if (mimetype !== null) {
    const [, type = ''] = mimetype;
    return isZipped(type) ? type : ZIP_TYPE;
  }
  let start = 0;
  for (let part = 0; part < MAX_ZIP_PARTS && start >= 0; part++) {
    const type = officeType(head.slice(start + 30, start + 36));
    if (type !== null) return type;
    start = head.indexOf('PK\x03\x04', start + 4);
  }
  return ZIP_TYPE;
}

/** MP3 and AAC without tags begin with a frame: eleven or twelve bits, and fields not all of whose values exist. */
function frameType(content: Buffer): string | null {
  const [first = 0, second = 0, third = 0] = content;
  if (first !== 0xff) return null;
  if ((second & 0xf6) === 0xf0) return 'audio/aac';
  const hasVersion = (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08;
  const isLayer3 = (second & 0x06) === 0x02;
  const rates = third & 0xfc;
  const isRate = (rates & 0xf0) !== 0xf0 && (rates & 0xf0) !== 0 && (rates & 0x0c) !== 0x0c;
  return hasVersion && isLayer3 && isRate ? 'audio/mpeg' : null;
}
