import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8FromText } from '../../src/protocol/bytes.ts';
import { MAX_NICK_BYTES, MAX_ROOM_NAME_BYTES } from '../../src/protocol/limits.ts';
import { cleanNick, nickSkeleton, parseNick, parseRoomName } from '../../src/protocol/nickname.ts';

const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
/** Control, format (bidi, zero-width), separators, private and unassigned. */
const UNSAFE = /[\p{C}\p{Z}]/u;

describe('a name', () => {
  it.each([
    'anna',
    'Anna-Maria',
    "O'Neill",
    'ben_2',
    'Łukasz',
    'Ольга',
    '小明',
    'أحمد',
    'müller.j',
  ])('may be %s', (nick) => {
    expect(parseNick(nick)).toBe(nick.normalize('NFKC'));
  });

  it.each([
    ['empty', ''],
    ['only joints', '._-'],
    ['spaces inside', 'an na'],
    ['a line break', 'anna\nben'],
    ['an escape sequence', '\u001b[31manna'],
    ['right-to-left override', 'anna\u202etxt'],
    ['zero width', 'an\u200bna'],
    ['two scripts', 'аnna'],
    ['more than 32 bytes', 'a'.repeat(MAX_NICK_BYTES + 1)],
    ['a lone surrogate', 'a\ud800'],
  ])('may not be %s', (_, nick) => {
    expect(parseNick(nick)).toBeNull();
  });

  it('is trimmed and composed', () => {
    expect(parseNick('  Zoe\u0308 ')).toBe('Zoë');
    expect(parseNick('ａｎｎａ')).toBe('anna');
  });

  it('from anybody’s card comes out allowed, short and without anything that moves a cursor', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const nick = cleanNick(raw);
        expect(nick).not.toMatch(UNSAFE);
        expect(parseNick(nick)).toBe(nick);
        expect(utf8FromText(nick).length).toBeLessThanOrEqual(MAX_NICK_BYTES);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what is allowed, and is `anonymous` where nothing is', () => {
    expect(cleanNick('\u001b[31mred')).toBe('31mred');
    expect(cleanNick('an na')).toBe('anna');
    expect(cleanNick('')).toBe('anonymous');
    expect(cleanNick('\u202e')).toBe('anonymous');
    expect(cleanNick('a'.repeat(100))).toBe('anonymous');
  });
});

describe('a room’s name', () => {
  it('is lower case without its #, and may mix scripts', () => {
    expect(parseRoomName('#Lobby')).toBe('lobby');
    expect(parseRoomName('ward-3')).toBe('ward-3');
    expect(parseRoomName('#отделение-b')).toBe('отделение-b');
  });

  it.each(['', '#', '##lobby', 'two words', '-x', 'a'.repeat(MAX_ROOM_NAME_BYTES + 1), 'a\u0000'])(
    'may not be %j',
    (name) => {
      expect(parseRoomName(name)).toBeNull();
    },
  );

  it('parses to itself', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const name = parseRoomName(raw);
        if (name === null) return;
        expect(parseRoomName(name)).toBe(name);
        expect(name).not.toMatch(UNSAFE);
      }),
      { numRuns: 500 },
    );
  });
});

describe('names that look alike', () => {
  it.each([
    ['anna', 'ANNA'],
    ['anna', 'ánna'],
    ['copa', 'сора'],
    ['max', 'rnax'],
    ['wim', 'vvim'],
    ['paul', 'pau1'],
    ['bob', 'b0b'],
    ['annab', 'anna_b'],
    ['lukas', 'łukas'],
  ])('have one skeleton: %s and %s', (a, b) => {
    expect(nickSkeleton(a)).toBe(nickSkeleton(b));
  });

  it.each([
    ['anna', 'anne'],
    ['ben', 'bent'],
    ['max', 'maria'],
  ])('are not: %s and %s', (a, b) => {
    expect(nickSkeleton(a)).not.toBe(nickSkeleton(b));
  });
});
