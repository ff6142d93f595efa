// The program's words in the language of who reads them.
import { afterEach, expect, it } from 'vitest';
import {
  keyOf,
  languageOf,
  phrase,
  readCatalogue,
  setCatalogue,
} from '../../src/language/translate.ts';

afterEach(() => setCatalogue(null));

function joined(nick: string): string {
  return phrase`${nick} joined`;
}

function counted(count: number, nick: string): string {
  return phrase`${nick} has ${count} messages`;
}

it('says what the code has where no other language is chosen', () => {
  expect(joined('asha')).toBe('asha joined');
});

it('says it in the chosen language, its parts in the order of that one', () => {
  setCatalogue({ language: 'es', messages: { '{0} joined': 'llegó {0}' } });
  expect(joined('asha')).toBe('llegó asha');
  setCatalogue(null);
  expect(joined('asha')).toBe('asha joined');
});

it('says in English what a catalogue lacks', () => {
  setCatalogue({ language: 'es', messages: {} });
  expect(joined('asha')).toBe('asha joined');
});

it('takes a part as it is, though it looks like a place', () => {
  setCatalogue({ language: 'es', messages: { '{0} joined': 'llegó {0}' } });
  expect(joined('{0} $& $1')).toBe('llegó {0} $& $1');
});

it('counts as the language does', () => {
  const forms = {
    by: 1,
    zero: 'صفر',
    one: 'واحدة',
    two: 'اثنتان',
    few: '{1} رسائل',
    many: '{1} رسالة',
    other: '{1}',
  };
  setCatalogue({ language: 'ar', messages: { '{0} has {1} messages': forms } });
  const said = [0, 1, 2, 5, 11, 100].map((count) => counted(count, 'asha'));
  expect(said).toEqual(['صفر', 'واحدة', 'اثنتان', '5 رسائل', '11 رسالة', '100']);
});

it('numbers the places of a template', () => {
  expect(keyOf(['', ' has ', ' messages'])).toBe('{0} has {1} messages');
});

it.each([
  [{ LANG: 'hi_IN.UTF-8' }, 'hi'],
  [{ LANG: 'es' }, 'es'],
  [{ LANG: 'de_DE.UTF-8', LC_MESSAGES: 'ar_EG.UTF-8' }, 'ar'],
  [{ LANG: 'es_MX', LC_ALL: 'C.UTF-8' }, null],
  [{ LANG: 'es_MX', LC_ALL: '' }, 'es'],
  [{ LC_ALL: 'es_MX', LANCHAT_LANGUAGE: 'hi' }, 'hi'],
  [{ LANG: 'ca@valencia' }, 'ca'],
  [{ LANG: 'POSIX' }, null],
  [{ LANG: '../../etc/passwd' }, null],
  [{}, null],
])('takes the language from %o: %s', (env, language) => {
  expect(languageOf(env)).toBe(language);
});

it('goes on in English where there is no catalogue of a language', () => {
  expect(readCatalogue('xx')).toBeNull();
  expect(readCatalogue('en')).toBeNull();
  expect(readCatalogue(null)).toBeNull();
});
