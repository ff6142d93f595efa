import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { droppedPaths, readPath, writePath } from '../../src/ui/path-words.ts';

describe('a typed path', () => {
  it.each([
    ['a.png and words', 'a.png', 'and words', false],
    ["'a b.png' and words", 'a b.png', 'and words', false],
    ['"a \\"b\\".png"', 'a "b".png', '', true],
    ['a\\ b.png  x', 'a b.png', 'x', false],
    ["it'\\''s.png", 'it\\s.png', '', true],
    ["'it'\\''s.png' x", "it's.png", 'x', false],
    ["'open", 'open', '', true],
    ['', '', '', true],
    ['end\\', 'end\\', '', true],
  ])('%s', (text, path, rest, isOpen) => {
    expect(readPath(text, false)).toEqual({ path, rest, isOpen });
  });

  it('has backslashes of its own on Windows', () => {
    expect(readPath('"C:\\My files\\a.png" x', true).path).toBe('C:\\My files\\a.png');
    expect(readPath('C:\\a.png x', true)).toEqual({ path: 'C:\\a.png', rest: 'x', isOpen: false });
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (path) => {
        expect(readPath(writePath(path, false), false).path).toBe(path);
      }),
    );
    const name = fc.stringMatching(/^[\w .()'-]+$/);
    fc.assert(
      fc.property(name, (path) => {
        expect(readPath(writePath(`C:\\${path}`, true), true).path).toBe(`C:\\${path}`);
      }),
    );
  });
});

describe('what terminals drop', () => {
  it.each([
    ["'/a/b c.png'", [['/a/b c.png'], ["'/a/b c.png'"]]],
    ['/a/b\\ c.png ', [['/a/b c.png'], ['/a/b\\ c.png']]],
    ['file:///a/b%20c.png', [['/a/b c.png']]],
    ['file://localhost/a.png', [['/a.png']]],
    ['/a.png /b.png', [['/a.png', '/b.png']]],
    ['/a.png\r\n/b.png', [['/a.png', '/b.png']]],
  ])('%j', (text, [likeliest]) => {
    expect(droppedPaths(text, false)[0]).toEqual(likeliest);
  });

  it('is, on Windows, a drive with what is on it', () => {
    expect(droppedPaths('"C:\\My files\\a.png"', true)[0]).toEqual(['C:\\My files\\a.png']);
    expect(droppedPaths('file:///C:/a%20b.png', true)[0]).toEqual(['C:\\a b.png']);
    expect(droppedPaths('\\\\server\\share\\a.png', true)).toEqual([]);
    expect(droppedPaths('file://server/share/a.png', true)).toEqual([]);
  });

  it.each([
    '',
    '   ',
    'hello',
    'a/b.png',
    '~/a.png',
    '//server/a.png',
    'file://server/a.png',
    'file:///a%2fb.png',
    'file:///a%00b.png',
    'file:///a%0ab.png',
    'file:///a%ffb.png',
    'file:///a.png?x',
    'https://example.org/a.png',
    '/a\u001b[2J.png',
    Array.from({ length: 21 }, (_, n) => `/${n}.png`).join(' '),
    `/${'x'.repeat(20_000)}`,
  ])('is no path: %j', (text) => {
    expect(droppedPaths(text, false)).toEqual([]);
  });

  it('holds no control and nothing relative, whatever is pasted', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((part) => `file:///${part}`),
      fc.string().map((part) => `'/${part}'`),
    );
    fc.assert(
      fc.property(text, (pasted) => {
        for (const path of droppedPaths(pasted, false).flat()) {
          expect(path).toMatch(/^\/(?!\/)/);
          expect(path).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
    );
  });
});
