// What a file is by its content, and what a person is warned of where its name says something else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disagreement, typeOfContent, typeOfName } from '../../src/files/file-type.ts';

const head = (latin1: string) => Buffer.from(latin1, 'latin1');
const zipPart = (name: string, content = '') => `PK\x03\x04${'\0'.repeat(26)}${name}${content}`;
const OFFICE = 'application/vnd.openxmlformats-officedocument';

const CONTENTS: readonly (readonly [string, string])[] = [
  ['image/png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
  ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF'],
  ['image/gif', 'GIF89a\x01\0'],
  ['image/webp', 'RIFF\x10\0\0\0WEBPVP8 '],
  ['image/avif', '\0\0\0\x1cftypavif'],
  ['image/heic', '\0\0\0\x1cftypheic'],
  ['image/bmp', 'BM\x10\0\0\0\0\0\0\0\x36'],
  ['image/tiff', 'II*\0\x08'],
  ['image/tiff', 'MM\0*\0'],
  ['image/svg+xml', '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="x">'],
  ['application/pdf', '%PDF-1.7\n%\xe2\xe3'],
  ['application/zip', zipPart('a.txt')],
  ['application/zip', 'PK\x05\x06\0\0'],
  [`${OFFICE}.wordprocessingml.document`, zipPart('[Content_Types].xml') + zipPart('word/a.xml')],
  [`${OFFICE}.spreadsheetml.sheet`, zipPart('xl/workbook.xml')],
  [`${OFFICE}.presentationml.presentation`, zipPart('ppt/a.xml')],
  [
    'application/vnd.oasis.opendocument.text',
    zipPart('mimetype', 'application/vnd.oasis.opendocument.text') + zipPart('a'),
  ],
  ['application/epub+zip', zipPart('mimetype', 'application/epub+zip') + zipPart('a')],
  ['application/x-cfb', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['application/x-tar', `${'a'.padEnd(257, '\0')}ustar\0`],
  ['application/gzip', '\x1f\x8b\x08\0'],
  ['application/x-bzip2', 'BZh91AY&SY'],
  ['application/x-xz', '\xfd7zXZ\0'],
  ['application/zstd', '(\xb5/\xfd'],
  ['application/x-7z-compressed', '7z\xbc\xaf\x27\x1c'],
  ['application/vnd.rar', 'Rar!\x1a\x07\x01'],
  ['video/mp4', '\0\0\0\x20ftypisom'],
  ['video/quicktime', '\0\0\0\x14ftypqt  '],
  ['video/quicktime', '\0\0\0\x08wide'],
  ['audio/mp4', '\0\0\0\x20ftypM4A '],
  ['video/webm', '\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm'],
  ['video/matroska', '\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska'],
  ['audio/ogg', `OggS${'\0'.repeat(24)}OpusHead`],
  ['audio/mpeg', 'ID3\x04\0'],
  ['audio/mpeg', '\xff\xfb\x90\x00'],
  ['audio/aac', '\xff\xf1\x50\x80'],
  ['audio/wav', 'RIFF\x10\0\0\0WAVEfmt '],
  ['audio/flac', 'fLaC\0'],
  ['application/x-elf', '\x7fELF\x02'],
  ['application/x-mach-binary', '\xcf\xfa\xed\xfe'],
  ['application/x-mach-binary', '\xca\xfe\xba\xbe'],
  ['application/vnd.microsoft.portable-executable', 'MZ\x90\0\x03'],
  ['application/x-ms-shortcut', 'L\0\0\0\x01\x14\x02\0'],
  ['text/x-script', '#!/bin/sh\nrm x'],
  ['text/html', '\n  <!DOCTYPE html>\n<p>'],
  ['text/html', '<!-- x --><script>alert(1)</script>'],
  ['application/x-desktop', '\n[Desktop Entry]\nExec=x'],
  ['text/plain', 'Caf\xc3\xa9 \x1b[1m\tat noon\r\n'],
  ['text/plain', 'MZ is two letters'],
  ['text/plain', '\xef\xbb\xbf{"a": 1}'],
  ['application/octet-stream', ''],
  ['application/octet-stream', 'a\0b'],
  ['application/octet-stream', 'Caf\xe9'],
];

describe('the type of a content', () => {
  it.each(CONTENTS)('is %s of %j', (type, content) => {
    expect(typeOfContent(head(content))).toBe(type);
  });

  it('is text also where a letter is cut at the end of what is looked at', () => {
    expect(typeOfContent(Buffer.from(`a${'é'.repeat(5_000)}`))).toBe('text/plain');
  });

  it('is some type of any bytes, in no long time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(typeOfContent(bytes)).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
      }),
    );
    const slow = ['<!--'.repeat(20_000), ' '.repeat(80_000), `<?xml ${'<'.repeat(80_000)}`];
    for (const text of [...slow, 'PK\x03\x04'.repeat(20_000)]) {
      const start = performance.now();
      typeOfContent(head(text));
      expect(performance.now() - start).toBeLessThan(200);
    }
  });
});

describe('the type that a name says', () => {
  it.each([
    ['a.JPG', 'image/jpeg'],
    ['a.tar.gz', 'application/gzip'],
    ['a.jpg .exe', 'application/vnd.microsoft.portable-executable'],
    ['a', null],
    ['a.', null],
    ['a.constructor', null],
    ['a.blend', null],
  ])('of %j is %j', (name, type) => {
    expect(typeOfName(name)).toBe(type);
  });
});

describe('a name and a content', () => {
  const typed = (content: string) => typeOfContent(head(content));

  it.each([
    ['photo.jpg', 'MZ\x90\0', 'program'],
    ['photo.png', '\x7fELF', 'program'],
    ['report.pdf', '#!/bin/sh\n', 'script'],
    ['notes.txt', '[Desktop Entry]\nExec=x', 'script'],
    ['song.mp3', 'L\0\0\0\x01\x14\x02\0', 'script'],
    ['photo.gif', '<html><script>', 'page'],
    ['photo.jpg', '<svg onload="x">', 'page'],
    ['report.pdf', zipPart('a.exe'), 'archive'],
    ['film.mp4', 'Rar!\x1a\x07\x01', 'archive'],
    ['photos.zip', 'MZ\x90\0', 'program'],
    ['page.html', 'MZ\x90\0', 'program'],
    ['photo.jpg.exe', 'MZ\x90\0', 'program'],
    ['photo.jpg .scr', 'MZ\x90\0', 'program'],
    ['report.pdf.html', '<html>', 'page'],
  ])('[A117 disguise] %j of %j is told of: %s', (name, content, told) => {
    expect(disagreement(name, typed(content))).toBe(told);
  });

  it.each([
    ['photo.jpg', '\xff\xd8\xff\xe0'],
    ['photo.jpg', '\x89PNG\r\n\x1a\n'],
    ['report.docx', zipPart('[Content_Types].xml')],
    ['report.odt', zipPart('mimetype', 'application/vnd.oasis.opendocument.text')],
    ['run.sh', '#!/bin/sh\n'],
    ['setup.exe', 'MZ\x90\0'],
    ['page.html', '<!doctype html>'],
    ['drawing.svg', '<svg>'],
    ['all.tar.gz', '\x1f\x8b\x08'],
    ['README.md', '# Title\n<p align="center">'],
    ['data', 'MZ\x90\0'],
    ['jquery.min.js', 'x()'],
  ])('Control: %j of %j is not', (name, content) => {
    expect(disagreement(name, typed(content))).toBeNull();
  });
});
