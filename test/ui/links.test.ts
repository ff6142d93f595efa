// Links in what others wrote: found, shown as what they lead to, told of where they only look like something else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { filterRow } from '../../src/ui/frame-row.ts';
import { drawsLinks, findLinks } from '../../src/ui/links.ts';
import { entryRows } from '../../src/ui/message-rows.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { PLAIN_PALETTE, paintRow } from '../../src/ui/spans.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { message, testScreen } from '../support/screen-store.ts';

const CELLS = 110;
const WHOLE_LINK = /\x1b\]8;;([^\x1b]+)\x1b\\(.*?)\x1b\]8;;\x1b\\/g;
const OSC8 = /\x1b\]8;;([^\x1b]*)\x1b\\/g;

function found(text: string) {
  return findLinks(safeText(text, { multiline: true, maxLength: 100_000 }));
}

/** All rows of a message that says this, as they go to a terminal that draws links. */
function painted(text: string, cells = CELLS): string[] {
  const { store } = testScreen();
  applyEvent(store, { type: 'message', message: message({ text }) });
  const conversation = store.conversation('#lobby');
  const index = conversation.entries.length - 1;
  return entryRows(store.state, { conversation, index }, cells).map((row) =>
    paintRow(row, { cells, palette: PLAIN_PALETTE, links: true }),
  );
}

function targets(rows: readonly string[]): string[] {
  return rows.flatMap((row) => [...row.matchAll(OSC8)].map(([, target = '']) => target));
}

/** What lanchat says below, without its styles. */
function told(text: string): string[] {
  const rows = painted(text).map((row) =>
    row.replaceAll(/\x1b(?:\[[\d;]*m|\]8;;[^\x1b]*\x1b\\)/g, ''),
  );
  return rows.filter((row) => /^ {3}(?:--|!!) /.test(row));
}

describe('a link', () => {
  it.each([
    ['see https://a.example/x?y=1#z now', 'https://a.example/x?y=1#z'],
    ['HTTP://A.example', 'HTTP://A.example'],
    ['(https://a.example/x).', 'https://a.example/x'],
    ['https://a.example/x_(y), and', 'https://a.example/x_(y)'],
    ['«https://a.example/x»!', 'https://a.example/x»'],
    ['*https://a.example/x*', 'https://a.example/x'],
    ['见https://a.example/路。谢谢', 'https://a.example/路'],
    ['mailto:bela@ward.example,', 'mailto:bela@ward.example'],
    ['on 192.168.1.5:8080.', '192.168.1.5:8080'],
    ['10.0.0.7:8000/admin?x', '10.0.0.7:8000/admin?x'],
    ['[fe80::1]:8080', '[fe80::1]:8080'],
    ['nas.local:5000 or so', 'nas.local:5000'],
    ['localhost:3000/', 'localhost:3000/'],
  ])('is found in %s', (text, link) => {
    expect(found(text).map(({ start, end }) => text.slice(start, end))).toEqual([link]);
  });

  it.each([
    'at 14:30',
    'main.ts:42',
    'version 1.2.3.4',
    '999.1.1.1:80',
    '10.0.0.1:80:90',
    '10.0.0.1:99999',
    'https://',
    'http://[::1',
    'ftp://a.example/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'mailto:*',
    'mailto:a@b.example?attach=/etc/passwd',
    'me@nas.local:5000',
  ])('is none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('is shown as it was written, and leads there', () => {
    expect(targets(painted('https://a.example/x 10.0.0.7:80 mailto:b@a.example'))).toEqual([
      'https://a.example/x',
      '',
      'http://10.0.0.7/',
      '',
      'mailto:b@a.example',
      '',
    ]);
  });

  it('leads to the same place from each of its rows', () => {
    const link = `https://a.example/${'x'.repeat(150)}`;
    expect(targets(painted(link)).filter((target) => target !== '')).toEqual([link, link]);
  });

  it('passes the last wall on its way to the terminal, and only where links are drawn', () => {
    const { store } = testScreen();
    applyEvent(store, { type: 'message', message: message({ text: 'see https://a.example/x' }) });
    for (const links of [true, false]) {
      const screen = inkScreen(store, { links });
      const all = screen.styled().map(filterRow).join('\n');
      screen.close();
      expect(all).toContain('https://a.example/x');
      expect(all.includes('\x1b]8;;https://a.example/x\x1b\\')).toBe(links);
    }
  });
});

describe('a disguised link', () => {
  it.each([
    ['http://bank.example@evil.example/', 'A link here goes to evil.example'],
    ['http://bank.example:80@evil.example', 'A link here goes to evil.example'],
    ['http://@evil.example', 'A link here goes to evil.example'],
    ['http://evil.example\\@bank.example/', 'A link here goes to evil.example'],
    ['http:///evil.example/', 'A link here goes to evil.example'],
    ['http://%65vil.example/', 'A link here goes to evil.example'],
    ['http://ｅvil.example/', 'A link here goes to evil.example'],
    ['http://0x7f.1/', 'A link here goes to 127.0.0.1'],
    ['http://2130706433/', 'A link here goes to 127.0.0.1'],
    ['010.0.0.1:80', 'A link here goes to 8.0.0.1'],
    ['https://pаypal.example/', 'The link to xn--pypal-4ve.example was written with letters of'],
    ['*https://pаypal.example/*', 'The link to xn--pypal-4ve.example was written with letters of'],
    ['`https://pаypal.example/`', 'The link to xn--pypal-4ve.example was written with letters of'],
  ])('%s is told of, and is not followed by a click', (text, words) => {
    expect(told(text)[0]).toContain(`!! ${words}`);
    expect(targets(painted(text))).toEqual([]);
  });

  it('Control: of letters of one alphabet it is told which, and it can be followed', () => {
    const text = 'https://münchen.example/straße';
    const rows = painted(text);
    expect(rows.join('\n')).toContain('https://xn--mnchen-3ya.example/stra%C3%9Fe');
    expect(told(text)[0]).toContain(
      '-- The link to xn--mnchen-3ya.example was written münchen.example',
    );
    expect(targets(rows)[0]).toBe('https://xn--mnchen-3ya.example/stra%C3%9Fe');
    expect(
      told('https://a.example/ 10.0.0.1:80 [::0001]:80 https://xn--pypal-4ve.example'),
    ).toEqual([]);
  });

  it.each(['\u2800', '\u{13441}', '\u{16fe4}', '\u{1d159}'])(
    'fills no row with what only looks blank, so that no words stand on a row of their own: %j',
    (blank) => {
      const words = [54, 1, 1].map((count) => blank.repeat(count)).join('asha');
      const rows = told(`http://а${words}.example/`);
      expect(rows.join('')).toContain('The link to ');
      expect(rows.join('')).not.toContain(blank);
      const shown = painted(`http://а${words}.example/`).join('\n');
      expect(shown).toContain(`asha${encodeURIComponent(blank)}.example`);
      // Control: letters are shown as they are.
      expect(told('http://münchen.example/')[0]).toContain('was written münchen.example');
    },
  );

  it('shows the end of a long host, which says whose it is, in 60 cells', () => {
    const hosts = (link: string) => {
      const { oddity } = found(link)[0] ?? {};
      return [oddity?.host ?? '', oddity?.kind === 'letters' ? oddity.written : ''] as const;
    };
    const [host] = hosts(`http://a@${'bank.'.repeat(30)}evil.example/`);
    expect(cellWidth(host)).toBe(60);
    expect(host).toMatch(/^….*bank\.evil\.example$/);
    const [, written] = hosts(`http://${'路'.repeat(40)}.example/`);
    expect(written).toMatch(/^…路+\.example$/);
    expect(cellWidth(written)).toBeGreaterThan(57);
    expect(cellWidth(written)).toBeLessThanOrEqual(60);
    // Control: what is shorter is shown whole.
    expect(hosts('http://a@[::1]/')).toEqual(['[::1]', '']);
    expect(hosts('http://路.example/')).toEqual(['xn--rt3a.example', '路.example']);
  });

  it('is shown in a quote as it is itself', () => {
    const { store } = testScreen();
    const asked = message({ text: 'at https://pаypal.example/ and *more*' });
    applyEvent(store, { type: 'message', message: asked });
    applyEvent(store, { type: 'message', message: message({ text: 'why?', reply: asked.id }) });
    const conversation = store.conversation('#lobby');
    const index = conversation.entries.length - 1;
    const [quote = []] = entryRows(store.state, { conversation, index }, CELLS);
    expect(quote.map(({ text }) => text).join('')).toBe(
      '  re: ravi: at https://xn--pypal-4ve.example/ and *more*',
    );
  });

  it('shows parts that are written from right to left in ASCII, so that none changes its place', () => {
    const rows = painted('https://a.example/א/b');
    expect(rows.join('\n')).toContain('https://a.example/%D7%90/b');
  });

  it('of which there are many is told of a few times', () => {
    const many = Array.from({ length: 50 }, (_, n) => `http://a@b${n}.example`).join(' ');
    const rows = told(many);
    expect(rows).toHaveLength(4);
    expect(rows.at(-1)).toContain('More links here are not what they look like.');
  });
});

describe('a link made by an escape', () => {
  it.each([
    '\x1b]8;;https://evil.example\x1b\\https://bank.example/\x1b]8;;\x1b\\',
    '\x1b]8;;https://evil.example\x07https://bank.example/\x1b]8;;\x07',
    '\x9d8;;https://evil.example\x9chttps://bank.example/\x9d8;;\x9c',
  ])('%j leads only where it says', (text) => {
    const rows = painted(text);
    for (const target of targets(rows)) expect(['', 'https://bank.example/']).toContain(target);
    expect(targets(rows.map(filterRow))).toEqual(targets(rows));
    // Control: the link that is to be read is one.
    expect(rows.join('')).toContain('https://bank.example/');
  });

  it('whatever was written, a link leads where it says, and nothing drives the terminal', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'https://',
        'a.example',
        '/x',
        '\x1b]8;;',
        '\x1b\\',
        '\x07',
        '@',
        ' ',
        '\u202e',
      ),
      fc.constantFrom(
        '10.0.0.1:80',
        '*',
        '_',
        '`',
        '(',
        ')',
        'א',
        'а',
        '?',
        '\\',
        'xn--',
        'mailto:',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        for (const row of painted(text, 2_000)) {
          const rest = row.replaceAll(/\x1b\[[\d;]*m/g, '').replaceAll(OSC8, '');
          expect(rest).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/);
          expect(filterRow(row)).toBe(row);
          for (const [, target, styled = ''] of row.matchAll(WHOLE_LINK)) {
            const shown = styled.replaceAll(/\x1b\[[\d;]*m/g, '');
            expect(new URL(/^(?:http|mailto)/i.test(shown) ? shown : `http://${shown}`).href).toBe(
              target,
            );
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of 10,000 characters is no link for a terminal, and is shown whole', () => {
    const link = `https://a.example/${'x'.repeat(10_000)}`;
    expect(found(link)).toMatchObject([{ start: 0, end: link.length, target: null, shown: link }]);
  });

  it('takes linear time, whatever was written', () => {
    const units = [
      'https://',
      'https://a',
      'http://а.',
      '10.0.0.1:80',
      'a.local:',
      'a.',
      ')',
      '*',
      '(',
      '[::1]:1',
    ];
    for (const unit of [
      ...units,
      'mailto:',
      'https://א',
      'http://a@',
      'localhost:1 ',
      '10.0.0.1:80 ',
    ]) {
      const text = safeText(unit.repeat(60_000 / unit.length), { maxLength: 60_000 });
      const startMs = performance.now();
      findLinks(text);
      findLinks(safeText(`https://a${text}`));
      expect(performance.now() - startMs, unit).toBeLessThan(1_000);
    }
  });
});

describe('a terminal', () => {
  it.each([
    { TERM: 'xterm-kitty' },
    { TERM: 'foot' },
    { TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' },
    { TERM: 'xterm-256color', VTE_VERSION: '7600' },
    { WT_SESSION: 'x' },
  ])('that is known to draw links gets them: %j', (env) => {
    expect(drawsLinks(env)).toBe(true);
  });

  it.each([
    {},
    { TERM: 'xterm-256color' },
    { TERM: 'linux' },
    { TERM: 'dumb', TERM_PROGRAM: 'vscode' },
    { TERM: 'xterm-256color', VTE_VERSION: '4900' },
    { TERM: 'tmux-256color', TMUX: '/tmp/x', TERM_PROGRAM: 'tmux', VTE_VERSION: '7600' },
    { TERM: 'screen', STY: '1', VTE_VERSION: '7600' },
  ])('of which that is not known gets none: %j', (env) => {
    expect(drawsLinks(env)).toBe(false);
  });
});
