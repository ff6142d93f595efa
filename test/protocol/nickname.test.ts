import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8FromText } from '../../src/protocol/bytes.ts';
import { MAX_NICK_BYTES, MAX_ROOM_NAME_BYTES } from '../../src/protocol/limits.ts';
import {
  cleanNick,
  cleanRelayName,
  nickSkeleton,
  parseNick,
  parseRoomName,
} from '../../src/protocol/nickname.ts';

/** Letters, marks and digits that were once seen to get through, or that NFKC changes. */
const trick = fc.constantFrom(
  ..."aAiIl1|·ꞏˑ٠ー々マ一-._'ӏаеοΝçİıŀﬁ①が각เ่ำकािഠ",
  ...[
    '\ufe0f',
    '\u{e0100}',
    '\u180b',
    '\u3164',
    '\u1160',
    '\u1ab4',
    '\u0301',
    '\u0345',
    '\u05bc',
    '\u3099',
  ],
);
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: trick }),
);
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
    ...[
      'Nguyễn',
      'Ṣẹ̀gun',
      'ışık',
      'Þór',
      'Weiß',
      'Νίκος',
      'Ωραία',
      'Қанат',
      'Ўктам',
      'Հայկ',
      'ქეთი',
    ],
    ...[
      '佐々木',
      'マリー',
      'さくら',
      '김민수',
      '李-01',
      'דָּוִד',
      'علي٧',
      'मनोज्ञा',
      'अंजलि',
      'অনন্যা',
      'ਸਿੱਖ',
    ],
    ...['પ્રિયા', 'ଓଡ଼ିଆ', 'தமிழ்', 'తెలుగు', 'ಜ್ಞಾನ', 'മലയാളം', 'සිංහල', 'ที่รัก', 'น้ำ', 'ສະບາຍ', 'ភាសា'],
    ...['ကျွန်ုပ်', 'አማርኛ', 'བཀྲིས', 'ᠮᠣᠩᠭᠣᠯ'],
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
    ['letters of a script that is not listed', 'ꓮꓡꓲꓚꓰ'],
    ['a listed and an unlisted script', 'ꓮlice'],
    ['Latin in Greek capitals', '\u0391\u039d\u039d\u0391'],
    ['Latin small capitals', 'ᴀnna'],
    ['a letter like an exclamation mark', 'anna\u01c3'],
    ['a digit like a middle dot', 'علي\u06601234'],
    ['an enclosed letter', 'anna\u20dd'],
    ['three marks on a letter', 'x\u0323\u0301\u0302'],
    ['five signs on a letter', 'မြွှေ့်ုာ'],
    ['one sign twice, seen once', 'ที่่'],
    ['a mark on a joint', 'anna_\u0301'],
    ['a vowel sign on a vowel, another letter to the eye', '\u0905\u093eशा'],
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
        expect(cleanNick(nick)).toBe(nick);
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

  it.each([
    ['a variation selector', 'lobby\ufe0f'],
    ['a filler', 'lobby\u3164'],
    ['a modifier letter', 'lobby\u02bc'],
    ['a middle dot', 'lobby\ua78f'],
    ['an enclosed letter', 'lobby\u20dd'],
    ['a stack of marks', 'lobbx\u0323\u0301\u0302'],
  ])('may not have %s', (_, name) => {
    expect(parseRoomName(name)).toBeNull();
  });

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
    ['alice', 'aIice'],
    ['alice', 'a|ice'],
    ['alice', 'аӏісе'],
    ['bob', 'ЬоЬ'],
    ['anna', 'аппа'],
    ['gina', 'ɡinɑ'],
    ['alice', 'alice\u1ab4'],
    ['Νίκος', 'ΝΙΚΟΣ'],
    ['Люба', 'Лю6а'],
    ['hugo', 'հսցօ'],
    ['ニナ', '二ナ'],
    ['マリー', 'マリ一'],
    ['マリー', 'マリ-'],
    ['แดง', 'เเดง'],
    ['ที่', 'ท่ี'],
    ['علي', 'على'],
    ['אור', 'אוֹר'],
    ['oo', '๐๐'],
  ])('have one skeleton: %s and %s', (a, b) => {
    expect(nickSkeleton(a)).toBe(nickSkeleton(b));
  });

  it.each([
    ['anna', 'anne'],
    ['ben', 'bent'],
    ['max', 'maria'],
    ['claire', 'daire'],
    ['マリ', 'マリー'],
    ['はな', 'ばな'],
    ['रम', 'राम'],
    ['김', '감'],
    ['Иван', 'Илья'],
  ])('are not: %s and %s', (a, b) => {
    expect(nickSkeleton(a)).not.toBe(nickSkeleton(b));
  });
});

describe('a card that imitates `alice`', () => {
  it.each([
    ...[
      '\ufe0f',
      '\ufe00',
      '\u{e0100}',
      '\u180b',
      '\u3164',
      '\u1160',
      '\u115f',
      '\u200d',
      '\u034f',
    ],
    ...['\u20dd', '\u0488', '\u02bc', '\u02b9'],
  ])('by %j has her name', (extra) => {
    expect(parseNick(`alice${extra}`)).toBeNull();
    expect(cleanNick(`alice${extra}`)).toBe('alice');
  });

  it.each([
    '\ua78f',
    '\u00b7',
    '\u0387',
    '\u02d1',
    '\u2022',
    '\u2027',
    '\u22c5',
    '\u30fb',
    '\uff65',
  ])('by lanchat’s own label with %j has her name', (dot) => {
    expect(parseNick(`alice${dot}1234`)).toBeNull();
    expect(cleanNick(`alice${dot}1234`)).toBe('alice');
  });

  it.each(['aIice', 'а\u04cfісе', 'alıce', 'a1ice', 'ALICE'])(
    'by letters, %s, looks like her',
    (nick) => {
      expect(nickSkeleton(cleanNick(nick))).toBe(nickSkeleton('alice'));
    },
  );

  it.each(['ᎪᏞᏆᏟᎬ', 'ꓮlice', 'ꓮꓡꓲꓚꓰ', 'ɑlice', 'аlice', 'alice\u1ab4', 'alice\u01c0', 'ᴀʟɪᴄᴇ'])(
    'by letters that names don’t have, %s, is nobody',
    (nick) => {
      expect(parseNick(nick)).toBeNull();
      expect(cleanNick(nick)).toBe('anonymous');
    },
  );
});

describe('a relay’s name', () => {
  it.each([
    ['ward 3-east_b.1', 'ward 3-east_b.1'],
    ['), 10.0.0.9:7777 (', '10.0.0.97777'],
    ['  two   blanks ', 'two blanks'],
    ['lab\u3164\u202e\n·', 'lab'],
    ['Büro 東京', 'Büro 東京'],
    ['()', 'unnamed'],
  ])('claimed as %j is %j', (raw, name) => {
    expect(cleanRelayName(raw)).toBe(name);
  });

  it('is at most 48 bytes and can’t end an entry of a list', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const name = cleanRelayName(raw.repeat(9));
        expect(utf8FromText(name).length).toBeLessThanOrEqual(48);
        expect(name).not.toBe('');
        expect(name).not.toMatch(/[^\p{L}\p{M}\p{Nd} _.-]|^ | $| {2}/u);
        expect(cleanRelayName(name)).toBe(name);
      }),
      { numRuns: 300 },
    );
  });
});
