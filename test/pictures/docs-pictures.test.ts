import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PICTURE_SIZES, pictureFile } from './picture-files.ts';
import { SCENES } from './scenes.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/pictures/', root);
const MAX_BYTES = 60 * 1_024;
const expected = Object.values(SCENES).flatMap(({ name }) =>
  PICTURE_SIZES.map((size) => pictureFile(name, size)),
);

describe('docs/pictures', () => {
  it('holds every scene at every size, and no picture that is made no more', () => {
    const pictures = readdirSync(folder).filter((name) => name.endsWith('.svg'));
    expect(pictures.toSorted()).toEqual(expected.toSorted());
  });

  it.each(expected)('%s is small, and brings in nothing from elsewhere', (name) => {
    const picture = readFileSync(new URL(name, folder), 'utf8');
    expect(statSync(new URL(name, folder)).size).toBeLessThan(MAX_BYTES);
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    expect(picture).toMatch(/<title id="t">[^<]+<\/title><desc id="d">[^<]+<\/desc>/);
    expect(picture).toContain('prefers-color-scheme:dark');
    expect(picture).not.toMatch(/<script|<foreignObject|<image|<a |href|url\(|@import|@font-face/i);
    expect(picture).not.toMatch(/ on[a-z]+=/i);
  });

  it('is where the README’s pictures are, each with words for who can’t see it', () => {
    const readme = readFileSync(new URL('README.md', root), 'utf8');
    const shown = [...readme.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)];
    expect(shown.length).toBeGreaterThan(0);
    for (const [, words = '', path = ''] of shown) {
      expect(words.length, path).toBeGreaterThan(20);
      expect(existsSync(new URL(path, root)), path).toBe(true);
    }
  });
});
