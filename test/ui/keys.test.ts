import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyEvent } from '../../src/ui/key-sequences.ts';
import { KeyDecoder } from '../../src/ui/keys.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function decoder(): { keys: KeyDecoder; events: KeyEvent[] } {
  const events: KeyEvent[] = [];
  return { keys: new KeyDecoder({ onKey: (event) => events.push(event) }), events };
}

/** Events in short: `text`, `<ctrl+a>`, `{paste}`. */
function short(events: readonly KeyEvent[]): string {
  return events
    .map((event) => {
      if (event.kind === 'text') return event.text;
      if (event.kind === 'paste') return `{${event.text}}`;
      if (event.kind !== 'key') return `<${event.kind}>`;
      const { ctrl, alt, shift, name } = event;
      return `<${ctrl ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${shift ? 'shift+' : ''}${name}>`;
    })
    .join('');
}

function decode(input: string | Uint8Array): string {
  const { keys, events } = decoder();
  keys.push(typeof input === 'string' ? new TextEncoder().encode(input) : input);
  vi.runAllTimers();
  return short(events);
}

describe('KeyDecoder', () => {
  it.each([
    ['text and Enter in one chunk', 'hi\r', 'hi<enter>'],
    ['DEL as Backspace', '\x7f', '<backspace>'],
    ['BS as Backspace', '\b', '<backspace>'],
    ['the Delete key', '\x1b[3~', '<delete>'],
    [
      'Ctrl letters',
      '\x01\x05\x0b\x15\x17\x19\x03\x1a',
      '<ctrl+a><ctrl+e><ctrl+k><ctrl+u><ctrl+w><ctrl+y><ctrl+c><ctrl+z>',
    ],
    ['Ctrl+J apart from Enter', '\n', '<ctrl+j>'],
    ['Alt+Enter', '\x1b\r', '<alt+enter>'],
    ['Alt+Backspace', '\x1b\x7f', '<alt+backspace>'],
    ['Alt letters and digits', '\x1bb\x1bF\x1b1', '<alt+b><alt+shift+f><alt+1>'],
    ['Alt beyond ASCII', '\x1bé\x1b🙂', '<alt+é><alt+🙂>'],
    ['Tab and Shift+Tab', '\t\x1b[Z', '<tab><shift+tab>'],
    ['arrows', '\x1b[A\x1b[B\x1b[C\x1b[D', '<up><down><right><left>'],
    ['application arrows', '\x1bOA\x1bOD\x1bOH', '<up><left><home>'],
    ['arrows with modifiers', '\x1b[1;5C\x1b[1;3D\x1b[1;2A', '<ctrl+right><alt+left><shift+up>'],
    ['an arrow after a meta ESC', '\x1b\x1b[A', '<alt+up>'],
    [
      'paging',
      '\x1b[5~\x1b[6~\x1b[1~\x1b[4~\x1b[H\x1b[F',
      '<pageup><pagedown><home><end><home><end>',
    ],
    ['function keys', '\x1bOP\x1b[15~\x1b[[A\x1b[24;2~', '<f1><f5><f1><shift+f12>'],
    ['focus', '\x1b[I\x1b[O', '<focus><blur>'],
    ['a lone Esc', '\x1b', '<escape>'],
    ['two Esc', '\x1b\x1b', '<escape><escape>'],
    ['Alt+[ and Alt+O and Alt+]', '\x1b[', '<alt+[>'],
    ['Alt+]', '\x1b]', '<alt+]>'],
    ['a paste', '\x1b[200~one\r\ntwo\rthree\x1b[201~x', '{one\ntwo\nthree}x'],
    ['a paste with Enter and keys in it', '\x1b[200~a\r\x1b[A\x03\x1b[201~', '{a\n\x1b[A\x03}'],
    ['an empty paste', '\x1b[200~\x1b[201~x', 'x'],
    [
      'kitty keys',
      '\x1b[13;2u\x1b[27u\x1b[9u\x1b[127u\x1b[99;5u',
      '<shift+enter><escape><tab><backspace><ctrl+c>',
    ],
    ['kitty text', '\x1b[97u\x1b[97;2u\x1b[97:65;2u\x1b[233u\x1b[32u\x1b[0;;229u', 'aAAé '],
    ['kitty text in its own field', '\x1b[97;;229u', 'å'],
    ['kitty releases', '\x1b[97;1:3u\x1b[1;1:3A', ''],
    ['kitty keypad', '\x1b[57400u\x1b[57414u', '1<enter>'],
    ['kitty codes that are no characters', '\x1b[1114112u\x1b[55296u\x1b[57358u\x1b[155u', ''],
    ['modifyOtherKeys', '\x1b[27;5;13~\x1b[27;2;13~', '<ctrl+enter><shift+enter>'],
    ['device attributes', 'a\x1b[?62;4c\x1b[>41;367;0cb', 'ab'],
    ['cursor position reports', 'a\x1b[12;40R\x1b[?12;40Rb', 'ab'],
    ['mode reports', 'a\x1b[?2026;2$y\x1b[?1ub', 'ab'],
    ['OSC replies', 'a\x1b]11;rgb:0000/0000/0000\x1b\\b\x1b]10;x\x07c', 'abc'],
    ['DCS and APC replies', 'a\x1bP1+r544e=78\x1b\\b\x1b_Gi=1;OK\x1b\\c', 'abc'],
    ['mouse reports', 'a\x1b[<0;10;10Mb', 'ab'],
    ['unknown sequences', 'a\x1b[99xb\x1b[9999~c', 'abc'],
    ['a broken CSI, whose breaker stays', '\x1b[1;\rx', '<enter>x'],
    ['a reply cut off by Ctrl+C', '\x1b]11;rgb:\x03x', '<ctrl+c>x'],
    ['C1 controls', 'a\u009bb\u0085', 'ab'],
  ])('reads %s', (_, input, expected) => {
    expect(decode(input)).toBe(expected);
  });

  it('gives the same events however the bytes are cut', () => {
    const inputs = fc.array(
      fc.constantFrom(
        'hi',
        '\r',
        'नमस्ते',
        '👩‍👩‍👧‍👦',
        '\x1b[A',
        '\x1b[1;5C',
        '\x1bOP',
        '\x1bb',
        '\x1b\r',
        '\x7f',
        '\x03',
        '\x1b[97;5u',
        '\x1b[200~a\r\nb\x1b[201~',
        '\x1b[200~\x1b[20\x1b[201~',
        '\x1b]11;rgb:0/0/0\x1b\\',
        '\x1b[?62c',
        '\x1b[I',
        '\x1b\x1b[A',
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        inputs,
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }),
        (parts, cuts) => {
          const bytes = new TextEncoder().encode(parts.join(''));
          const whole = decode(bytes);
          const { keys, events } = decoder();
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            keys.push(bytes.subarray(at, at + cut));
            at += cut;
          }
          vi.runAllTimers();
          expect(short(events)).toBe(whole);
        },
      ),
    );
  });

  it('keeps UTF-8 whole that is cut between chunks', () => {
    const { keys, events } = decoder();
    for (const byte of new TextEncoder().encode('न🙂')) keys.push(Uint8Array.of(byte));
    expect(short(events)).toBe('न🙂');
  });

  it('waits for the rest of a sequence before it calls ESC a key', () => {
    const { keys, events } = decoder();
    keys.push(Uint8Array.of(0x1b));
    vi.advanceTimersByTime(49);
    expect(events).toEqual([]);
    keys.push(new TextEncoder().encode('[A'));
    vi.runAllTimers();
    expect(short(events)).toBe('<up>');
  });

  it('hands on whole replies of the terminal, also cut by a slow line, and never as text', () => {
    const events: KeyEvent[] = [];
    const replies: string[] = [];
    const keys = new KeyDecoder({
      onKey: (event) => events.push(event),
      onReply: (reply) => replies.push(reply),
    });
    keys.push(new TextEncoder().encode('a\x1b]11;rgb:ffff/'));
    vi.advanceTimersByTime(900);
    keys.push(new TextEncoder().encode('ffff/ffff\x1b'));
    vi.advanceTimersByTime(900);
    keys.push(new TextEncoder().encode('\\b\x1b]11;?\x07'));
    expect(replies).toEqual(['\x1b]11;rgb:ffff/ffff/ffff\x1b\\', '\x1b]11;?\x07']);
    keys.push(new TextEncoder().encode('\x1b]11;never\r'));
    vi.runAllTimers();
    expect(short(events)).toBe('ab<enter>');
    expect(replies).toHaveLength(2);
  });

  it('uses the timer that it is given', () => {
    const events: KeyEvent[] = [];
    const due: (() => void)[] = [];
    const keys = new KeyDecoder({
      onKey: (event) => events.push(event),
      escapeTimeoutMs: 7,
      schedule: (run, delayMs) => {
        expect(delayMs).toBe(7);
        due.push(run);
        return () => {};
      },
    });
    keys.push(Uint8Array.of(0x1b));
    for (const run of due) run();
    expect(short(events)).toBe('<escape>');
  });

  it('hands on what came of a paste that falls silent, and hears of no key until Esc or Ctrl+C alone', () => {
    for (const [ending, key] of [
      ['\x03', '<ctrl+c>'],
      ['\x1b', '<escape>'],
      ['\x1b\x1b', '<escape>'],
    ] as const) {
      const { keys, events } = decoder();
      const push = (text: string) => {
        keys.push(new TextEncoder().encode(text));
        vi.runAllTimers();
      };
      push('\x1b[200~lost');
      for (const typed of ['a\x03b', '\r', '\x1b[A', '\x03x']) push(typed);
      expect(short(events)).toBe('{lost}{a\x03b}{\n}{\x1b[A}{\x03x}');
      expect(events.map((event) => event.kind === 'paste' && event.late === true)).toEqual([
        ...[false, true, true, true, true],
      ]);
      push(ending);
      push('hi\r');
      expect(short(events.slice(5))).toBe(`${key}hi<enter>`);
    }
  });

  it('takes the end of a paste that comes late, also cut, and the next paste is a whole one', () => {
    const { keys, events } = decoder();
    for (const part of ['\x1b[200~a\x1b', '\r\x1b[2', '01~b\r', '\x1b[200~c\x1b[201~d']) {
      keys.push(new TextEncoder().encode(part));
      vi.runAllTimers();
    }
    expect(short(events)).toBe('{a}{\x1b\n}b<enter>{c}d');
    expect(events.at(-2)).toEqual({ kind: 'paste', text: 'c' });
  });

  it('bounds a paste and drops the rest of it', () => {
    const { keys, events } = decoder();
    keys.push(new TextEncoder().encode('\x1b[200~'));
    for (let chunk = 0; chunk < 10; chunk += 1)
      keys.push(new TextEncoder().encode('x'.repeat(100_000)));
    keys.push(new TextEncoder().encode('\x1b[201~ok'));
    expect(events.map((event) => ('text' in event ? event.text.length : 0))).toEqual([262_144, 2]);
  });

  it('gives up endless sequences and still hears Enter', () => {
    for (const bomb of [
      `\x1b[${'1'.repeat(10_000)}`,
      `\x1b]${'x'.repeat(10_000)}`,
      '\x1b'.repeat(5_000),
    ])
      expect(decode(`${bomb}\r`)).toMatch(/enter>$/);
  });

  it('emits neither controls in text nor lone surrogates, whatever arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const { keys, events } = decoder();
        for (const chunk of chunks) keys.push(chunk);
        vi.runAllTimers();
        for (const event of events) {
          if (event.kind === 'text') expect(event.text).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
          if ('text' in event) expect(event.text).not.toMatch(/\p{Cs}/u);
        }
      }),
    );
  });

  it('leaves no timer behind', () => {
    const { keys } = decoder();
    keys.push(Uint8Array.of(0x1b));
    keys.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
