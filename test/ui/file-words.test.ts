import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typeOfContent } from '../../src/files/file-type.ts';
import { DEFAULT_KEYS, keyHints } from '../../src/ui/bound-keys.ts';
import { cutName, fittingWords } from '../../src/ui/file-rows.ts';
import {
  cleanTransfer,
  familyOf,
  pathName,
  savingByKey,
  shownFile,
  standOf,
} from '../../src/ui/file-words.ts';
import { safeText, safeTemplate as t } from '../../src/ui/safe-text.ts';
import { lengthWords, reasonWords, sizeWords } from '../../src/ui/shared-file-words.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { fileMessage, sharedFile, transferOf } from '../support/shared-files.ts';

const saving = savingByKey(keyHints(DEFAULT_KEYS));
const TIB = 2 ** 40;

function words(change: Parameters<typeof transferOf>[1], cells = 80, own = false): string {
  const transfer = cleanTransfer(transferOf(fileMessage(), change));
  return fittingWords(standOf(transfer, { own, saving, who: safeText('ravi') }), cells);
}

describe('what a file is', () => {
  it.each([
    ['image/png', 'picture'],
    ['video/mp4', 'video'],
    ['audio/flac', 'sound'],
    ['application/pdf', 'document'],
    ['TEXT/PLAIN; charset=utf-8', 'document'],
    ['application/vnd.oasis.opendocument.text', 'document'],
    ['application/zip', 'archive'],
    ['application/vnd.microsoft.portable-executable', 'program'],
    ['application/x-elf', 'program'],
    ['text/x-script', 'program'],
    ['application/x-desktop', 'program'],
    ['application/x-ms-shortcut', 'program'],
    // Nothing here draws one.
    ['image/svg+xml', 'document'],
    ['image/x-portable-pixmap', 'picture'],
    ['application/octet-stream', 'file'],
    ['', 'file'],
    ['image', 'file'],
  ])('%s is a %s', (type, family) => {
    expect(familyOf({ type })).toBe(family);
  });

  it.each([
    ['#!/bin/sh\necho hi\n', 'program'],
    ['[Desktop Entry]\nExec=/bin/sh\n', 'program'],
    ['MZ\0\0', 'program'],
    ['plain words\n', 'document'],
  ])('%j is a %s, as lanchat tells it by the content', (content, family) => {
    expect(familyOf({ type: typeOfContent(Buffer.from(content)) })).toBe(family);
  });

  it('is a voice note where that is said, whatever its type', () => {
    expect(familyOf({ type: 'audio/ogg', voice: true })).toBe('voice');
  });

  it('says size, pixels and length before the name', () => {
    const { facts, name } = shownFile(sharedFile({ durationMs: 62_000 }));
    expect([facts[0], name]).toEqual(['picture · 2.4 MB · 1920×1080 · 1:02', 'photo.png']);
  });

  it('has a name also where its sender gave it none that can be seen', () => {
    expect(shownFile(sharedFile({ name: '\u200b \u2060' })).name).toBe('(no name)');
  });
});

describe('sizes and lengths', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1.0 KB'],
    [9_960, '10 KB'],
    [999_499, '999 KB'],
    [999_500, '1.0 MB'],
    [5_240_000, '5.2 MB'],
    [4_000_000_000, '4.0 GB'],
    [TIB, '1.1 TB'],
    [-1, '0 bytes'],
    [Number.NaN, '0 bytes'],
    [Number.POSITIVE_INFINITY, '0 bytes'],
  ])('%d is %s', (bytes, expected) => {
    expect(sizeWords(bytes)).toBe(expected);
  });

  it.each([
    [0, '0:00'],
    [42_400, '0:42'],
    [59_600, '1:00'],
    [3_723_000, '1:02:03'],
  ])('%d ms are %s', (ms, expected) => {
    expect(lengthWords(ms)).toBe(expected);
  });
});

describe('how a file stands', () => {
  const moving = { state: 'moving', bytes: 1_032_000, bytesPerSecond: 114_000 } as const;

  it('says percent, rate and time beside the bar, and drops the rate first where there is little room', () => {
    expect(words(moving)).toBe('▓▓░░░░ 43 % · 114 KB/s · 12 s left');
    expect(words(moving, 34)).toBe('▓▓░░░░ 43 % · 114 KB/s · 12 s left');
    expect(words(moving, 33)).toBe('▓▓░░░░ 43 % · 12 s left');
    expect(words(moving, 12)).toBe('▓▓░░░░ 43 %');
    expect(words(moving, 6)).toBe('43 %');
    expect(words(moving, 80, true)).toBe('on its way ▓▓░░░░ 43 % · 114 KB/s · 12 s left');
  });

  it('says the same without a bar', () => {
    const transfer = cleanTransfer(transferOf(fileMessage(), moving));
    const { forms } = standOf(transfer, { own: false, saving, who: null }, 'words');
    expect(forms[0]).toBe('43 % · 114 KB/s · 12 s left');
  });

  it('claims neither a rate of nothing nor an end that nobody knows', () => {
    expect(words({ ...moving, bytesPerSecond: 0 })).toBe('▓▓░░░░ 43 %');
    expect(words({ ...moving, bytesPerSecond: null })).toBe('▓▓░░░░ 43 %');
    expect(words({ ...moving, bytesPerSecond: Number.NaN })).toBe('▓▓░░░░ 43 %');
  });

  it('holds at the limits of sizes', () => {
    expect(words({ ...moving, size: 0, bytes: 0 })).toBe('░░░░░░ 0 % · 114 KB/s · 0 s left');
    expect(words({ ...moving, size: TIB, bytes: TIB - 1, bytesPerSecond: 1 })).toContain('99 %');
    expect(words({ ...moving, size: TIB, bytes: 0, bytesPerSecond: 1 })).toContain('days left');
    expect(words({ ...moving, bytes: TIB })).toContain('100 %');
  });

  it('never says of ours that it has come before it has', () => {
    const states = ['reading', 'waiting', 'moving', 'kept', 'failed', 'cancelled'] as const;
    for (const state of states) expect(words({ state }, 80, true)).not.toMatch(/has it|sent/);
    expect(words({ state: 'kept' }, 80, true)).toBe('kept by the relay');
    // Control: once it has, it is said.
    expect(words({ state: 'done' }, 80, true)).toBe('ravi has it');
  });

  it('says where theirs is, or what to press', () => {
    expect(words({ state: 'offered' })).toBe('not taken yet · s on it (or /save) saves it');
    expect(words({ state: 'offered' }, 34)).toBe('not taken yet · /save saves it');
    expect(words({ state: 'waiting' })).toBe('waiting for ravi');
    expect(words({ state: 'done', path: '/home/me/in/photo (2).png' })).toBe(
      'saved as photo (2).png',
    );
    expect(words({ state: 'failed', reason: 'no-space' })).toBe(
      'failed: the disk is full; make room · /save tries again',
    );
  });

  it('warns in words of what a content is that its name hides', () => {
    const { warning } = cleanTransfer(transferOf(fileMessage(), { warning: 'program' }));
    expect(warning).toBe('Careful: this is a program, whatever its name says.');
  });

  it('stays within its cells, whatever is told', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, TIB));
    fc.assert(
      fc.property(number, number, number, fc.integer({ min: 4, max: 80 }), (...told) => {
        const [size, bytes, bytesPerSecond, cells] = told;
        expect(
          cellWidth(words({ state: 'moving', size, bytes, bytesPerSecond }, cells)),
        ).toBeLessThanOrEqual(Math.max(5, cells));
      }),
    );
  });
});

describe('why a file waits or has failed', () => {
  it.each([
    ...['gone', 'not-kept', 'offline', 'declined', 'expired', 'no-file', 'cannot-open'],
    ...['hash-differs', 'malformed', 'file-changed', 'not-here', 'quota', 'storage', 'fork'],
    ...['no-space', 'no-permission', 'unwritable', 'not-found', 'unreadable', 'too-large'],
  ])('%s is said in words that fit beside how it stands', (reason) => {
    const said = reasonWords(reason);
    expect(said).toMatch(/^[a-z].* .*[^.]$/);
    expect(said).not.toContain(reason);
    expect(cellWidth(t`waiting for ravi: ${said}`)).toBeLessThanOrEqual(87);
  });

  it('is said as it stands where it is a code of a later version, and cleaned', () => {
    expect(reasonWords('made-up\x1b[2J')).toBe('made-up');
  });
});

describe('a name that is too long', () => {
  it('keeps its ending, which says what opens it', () => {
    const name = safeText(`${'holiday'.repeat(20)}.png.exe`);
    expect(cutName(name, 20)).toMatch(/^holiday.*…\.png\.exe$/);
    expect(cellWidth(cutName(name, 20))).toBeLessThanOrEqual(20);
  });

  it('is the last part of a path', () => {
    expect(pathName('/a/b/c.txt')).toBe('c.txt');
    expect(pathName('C:\\Users\\me\\c.txt')).toBe('c.txt');
  });
});
