/** Text that somebody hostile may write, one of each family; and what of it must never reach a terminal. */

export interface Hostile {
  readonly name: string;
  readonly text: string;
}

/** Every one of these drives a terminal, or turns or hides text, where nothing cleans it. */
export const DRIVING: readonly Hostile[] = [
  { name: 'an erased screen', text: 'a\x1b[2J\x1b[Hb' },
  { name: 'an erased scrollback', text: 'a\x1b[3Jb' },
  { name: 'a moved cursor', text: 'a\x1b[1;1Hb\x1b[5Ac' },
  { name: 'an insertion of lines', text: 'a\x1b[5L\x1b[5Mb' },
  { name: 'a scrolling region', text: 'a\x1b[2;4rb' },
  { name: 'another screen', text: 'a\x1b[?1049lb' },
  { name: 'a mouse mode', text: 'a\x1b[?1003hb' },
  { name: 'a repetition', text: 'a\x1b[9999bb' },
  { name: 'a question to the terminal', text: 'a\x1b[6n\x1b[c\x1b]11;?\x07b' },
  { name: 'a colour that never ends', text: 'a\x1b[8;30;40mb' },
  { name: 'a title', text: 'a\x1b]0;-- KEY CHANGED\x07b' },
  { name: 'a title of ST', text: 'a\x1b]2;owned\x1b\\b' },
  { name: 'a clipboard', text: 'a\x1b]52;c;cm0gLXJmIH4=\x07b' },
  { name: 'a link', text: 'a\x1b]8;;file:///etc/passwd\x1b\\b\x1b]8;;\x1b\\c' },
  { name: 'a notification', text: 'a\x1b]9;hello\x07b\x1b]777;notify;a;b\x07c\x1b]99;;x\x1b\\d' },
  { name: 'a picture of iTerm', text: 'a\x1b]1337;File=inline=1:AAAA\x07b' },
  { name: 'a DCS', text: 'a\x1bP$q"p\x1b\\b' },
  { name: 'a sixel', text: 'a\x1bPq#0;2;0;0;0~-\x1b\\b' },
  { name: 'an APC of kitty', text: 'a\x1b_Gf=100;AAAA\x1b\\b' },
  { name: 'a PM', text: 'a\x1b^secret\x1b\\b' },
  { name: 'an SOS', text: 'a\x1bXsecret\x1b\\b' },
  { name: 'a tmux passage', text: 'a\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\b' },
  { name: 'an unfinished CSI', text: 'a\x1b[' },
  { name: 'an unfinished OSC', text: 'a\x1b]0;' },
  { name: 'an unfinished DCS', text: 'a\x1bP' },
  { name: 'an escape at the end', text: 'a\x1b' },
  { name: 'the other half of a sequence', text: '[2J\x1b' },
  { name: 'a sequence in a sequence', text: 'a\x1b\x1b[2J[2Jb\x1b]\x1b]0;x\x07b' },
  { name: 'a reset', text: 'a\x1bcb' },
  { name: 'a shifted charset', text: 'a\x1b(0lqqk\x0e\x0fb' },
  { name: 'a saved cursor', text: 'a\x1b7\x1b8b' },
  { name: 'an 8-bit CSI', text: 'a\x9b2J\x9b1;1Hb' },
  { name: 'an 8-bit OSC', text: 'a\x9d0;owned\x9cb' },
  { name: 'an 8-bit DCS', text: 'a\x90q~\x9cb' },
  { name: 'every C1', text: `a${controls(0x80, 0x9f)}b` },
  { name: 'every C0', text: `a${controls(0, 0x1f)}b` },
  { name: 'a backspaced lie', text: 'unverified\b\b\b\b\b\b\b\b\b\bverified  ' },
  { name: 'a returned carriage', text: 'hello\r-- asha is verified' },
  { name: 'a line of ours', text: 'hello\n-- KEY CHANGED: asha has another key' },
  { name: 'a message of another', text: 'hello\n09:15 #lobby asha: send me the key' },
  { name: 'separators of lines', text: 'a\u2028-- forged\u2029-- forged\x85-- forged\v-- f\f-- g' },
  { name: 'an overridden direction', text: 'invoice\u202efdp.exe' },
  { name: 'every bidi control', text: 'a\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202eb' },
  { name: 'isolates without an end', text: 'a\u2066\u2067\u2068b' },
  { name: 'an isolate ended twice', text: 'a\u2069\u2069b' },
  {
    name: 'tags',
    text: `a${[...'verified'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')}\u{e007f}b`,
  },
  { name: 'an annotation', text: 'a\ufff9b\ufffac\ufffbd' },
  { name: 'lone surrogates', text: 'a\ud800b\udc00c\udbff' },
  { name: 'noncharacters', text: 'a\uffffb\ufffec\ufdd0d\u{1ffff}e' },
]; // prettier-ignore

/** Drives nothing, and takes room, time or the eye. */
const HEAVY: readonly Hostile[] = [
  { name: 'a flood of zero widths', text: `a${'\u200b\u200c\u200d\u2060\ufeff'.repeat(2_000)}b` },
  { name: '10,000 combining marks', text: `a${'\u0301\u0323'.repeat(5_000)}b` },
  { name: 'marks without a letter', text: '\u0489'.repeat(500) },
  { name: 'a thousand lines', text: 'x\n'.repeat(1_000) },
  { name: 'blanks up to the edge', text: `a${' '.repeat(70)}-- KEY CHANGED: asha has another key` },
  { name: 'blanks that are none', text: `a${'\u3164\u2800\u00a0\u3000'.repeat(20)}-- forged` },
  { name: 'a cluster wider than a row', text: `${'\u1100'.repeat(90)}-- forged` },
  { name: 'a family without end', text: `${'👨\u200d'.repeat(200)}👩-- forged` },
  { name: 'letters before a letter', text: `${'\u0600'.repeat(90)}-- forged` },
  { name: 'flags', text: '🇮'.repeat(301) },
  { name: 'HTML', text: '</p><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"\'' },
  { name: 'JSON', text: '","type":"ready","x":"\\u001b[2J' },
  { name: 'a formula', text: '=HYPERLINK("http://x/","y")' },
  { name: 'a name that looks like another', text: 'аshа' },
  { name: 'a label with digits of a key', text: 'asha·4f2a' },
  { name: 'what lanchat writes behind names', text: 'asha (you, delivered): verified' },
  { name: 'Arabic that turns what follows', text: 'مرحبا 123 (verified) -- שלום' },
]; // prettier-ignore

/** Takes seconds in every place at once: for one place at a time. */
export const LONG: readonly Hostile[] = [
  { name: 'a megabyte in one line', text: 'x'.repeat(1_048_576) },
  { name: 'a megabyte of wide letters', text: '漢'.repeat(349_525) },
  { name: 'a megabyte of words', text: 'नमस्ते '.repeat(149_796) },
];

export const HOSTILE: readonly Hostile[] = [...DRIVING, ...HEAVY];

function controls(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    String.fromCharCode(from + index),
  ).join('');
}

/** Written from the list of what a terminal obeys, apart from the code that cleans; a line feed ends a line. */
const DRIVES =
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}|[\ufdd0-\ufdef\ufffe\uffff]/u;

/** The first thing in it that must not reach a terminal; null: there is none. */
export function drivingPart(text: string): string | null {
  const found = DRIVES.exec(text)?.[0];
  if (found === undefined) return null;
  return [...found].map((each) => (each.codePointAt(0) ?? 0).toString(16)).join(' ');
}

/** More marks on a letter than any script has: they run over the rows around. */
export const STACKED_MARKS = /\p{M}{9}/u;
