// The names under which received files are kept: nothing of a stranger's making leads out of the folder or hides.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitFileName, nameKey, numberedFileName, safeFileName } from '../../src/files/file-name.ts';

const bytes = (text: string) => Buffer.byteLength(text);
const SEPARATORS = '/\\\u2044\u2215\u2216\u29f8\u29f9\ufe68\uff0f\uff3c<>:"|?*';

/** Anything, but rich in what is dangerous. */
const hostileName = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...SEPARATORS, '.', '..', ' ', '-', '\u0000', '\n', '\u202e', '\u200d'),
      fc.constantFrom(
        'CON',
        'nul',
        'COM1',
        'lpt²',
        '.tar.gz',
        '.exe',
        '\u2800',
        '\u3164',
        '\ud800',
      ),
      fc.constantFrom('\u0338', '\u0301', 'e', '\u{e0041}', '\ufeff', 'x'.repeat(230)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('a safe file name', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['Ünï — 日本 (1).pdf', 'Ünï — 日本 (1).pdf'],
    ['résumé final.v2.docx', 'résumé final.v2.docx'],
    ['common.txt', 'common.txt'],
    ['console.log', 'console.log'],
    ['a (2).tar.gz', 'a (2).tar.gz'],
  ])('Control: leaves %j as it is', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['/etc/passwd', '_etc_passwd'],
    ['..\\..\\boot.ini', '_.._boot.ini'],
    ['C:\\x.txt', 'C__x.txt'],
    ['x.txt:stream', 'x.txt_stream'],
    ['a\u2215b\uff0fc\u29f8d', 'a_b_c_d'],
    ['..', 'file'],
    ['.', 'file'],
    ['', 'file'],
    ['\u200b\u202e', 'file'],
    ['.bashrc', 'bashrc'],
    ['.lanchat-00.part', 'lanchat-00.part'],
    ['-rf', 'rf'],
    ['--help.txt', 'help.txt'],
  ])('[A114 path] makes a name of %j that leads nowhere: %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  it.each([
    ['photo.jpg                                .exe', 'photo.jpg .exe'],
    ['photo.jpg\u2003\u2800\u00a0\t.exe', 'photo.jpg .exe'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['in\u200bvoice\u{e0065}.pdf\u00ad.exe', 'invoice.pdf.exe'],
    ['a\nb\u001b[2J.txt', 'a b[2J.txt'],
    ['x.exe. . .', 'x.exe'],
  ])('[A115 hidden end] shows %j as what it is: %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  it.each(['CON', 'con.txt', 'NUL .tar.gz', 'Aux.', 'com1', 'COM¹.log', 'LPT9.x.y', 'CONOUT$'])(
    '[A116 device] is no device of Windows: %j',
    (name) => {
      expect(safeFileName(name)).toMatch(/^_/);
    },
  );

  it('keeps the extension of a name that is too long, and whole letters', () => {
    const long = safeFileName(`${'é😀'.repeat(200)}.jpeg`);
    expect(bytes(long)).toBeLessThanOrEqual(240);
    expect(bytes(long)).toBeGreaterThan(230);
    expect(long).toMatch(/^(é😀)+é?\.jpeg$/u);
    expect(bytes(numberedFileName(long, 12))).toBeLessThanOrEqual(255);
    expect(fitFileName(long, 100)).toMatch(/\.jpeg$/);
    expect(bytes(fitFileName(long, 100))).toBeLessThanOrEqual(100);
  });

  it('is safe whatever was sent, and safe again is the same', () => {
    fc.assert(
      fc.property(hostileName, (name) => {
        const safe = safeFileName(name);
        expect(safe).not.toBe('');
        expect(safe.isWellFormed()).toBe(true);
        expect(safe.normalize('NFC')).toBe(safe);
        expect(bytes(safe)).toBeLessThanOrEqual(240);
        expect([...safe].some((letter) => SEPARATORS.includes(letter))).toBe(false);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u);
        expect(safe).not.toMatch(/^[.\- ]|[. ]$| {2}/);
        expect(safe).not.toMatch(/^(con|prn|aux|nul|(com|lpt)[\d¹²³])( *\.|$)/iu);
        expect(safeFileName(safe)).toBe(safe);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a numbered name', () => {
  it.each([
    ['photo.jpg', 1, 'photo.jpg'],
    ['photo.jpg', 2, 'photo (2).jpg'],
    ['a.tar.gz', 3, 'a (3).tar.gz'],
    ['README', 2, 'README (2)'],
    ['v1. notes', 2, 'v1. notes (2)'],
  ])('%j as number %i is %j', (name, number, numbered) => {
    expect(numberedFileName(name, number)).toBe(numbered);
  });
});

describe('the key of a name', () => {
  it.each([
    ['README', 'readme'],
    ['é', 'e\u0301'],
    ['ＡＢ', 'ab'],
    ['straße', 'STRASSE'],
    ['ſet', 'SET'],
  ])('%j and %j are one', (a, b) => {
    expect(nameKey(a)).toBe(nameKey(b));
  });

  it('Control: others are not', () => {
    expect(nameKey('a.txt')).not.toBe(nameKey('b.txt'));
    expect(nameKey('e.txt')).not.toBe(nameKey('é.txt'));
  });
});
