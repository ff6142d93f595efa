// Third-party notices: the licence of every package that the bundles contain or that goes along, for whoever gets them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tool.mjs';

// What may be handed on in a bundle under MIT as long as its notice goes along.
const acceptable = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
]);
const rule = '-'.repeat(79);

/**
 * The notices of everything in an esbuild metafile's outputs, and of the packages named. Throws when a
 * package has a licence that isn't expected, or no text of it.
 * @param {import('esbuild').Metafile} metafile
 * @param {readonly string[]} packages
 * @returns {string}
 */
export function thirdPartyNotices(metafile, packages) {
  const folders = [...packageFolders(metafile), ...packages.map((name) => `node_modules/${name}`)];
  const notices = folders.sort().map(notice);
  const intro = 'lanchat contains the following packages, each under its own licence.';
  return `${[intro, ...new Set(notices)].join(`\n\n${rule}\n`)}\n`;
}

function packageFolders({ outputs }) {
  const folders = Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).flatMap((input) => {
      // Greedy, so that a nested package is itself and not the one around it.
      const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
      return found === null ? [] : [found[0]];
    }),
  );
  return [...new Set(folders)];
}

function notice(folder) {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  if (!acceptable.has(license)) {
    throw new Error(
      `${name} ${version} has the licence ${license}, which isn't among the expected`,
    );
  }
  const texts = readdirSync(path)
    .filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i.test(file))
    .sort()
    .map((file) => readFileSync(join(path, file), 'utf8'));
  const substitute = join(root, 'scripts/licences', `${name.replace('/', '__')}.txt`);
  if (texts.length === 0 && existsSync(substitute)) texts.push(readFileSync(substitute, 'utf8'));
  if (texts.length === 0) {
    throw new Error(`${name} ${version} comes without a licence text: put it into ${substitute}`);
  }
  const text = texts.map((part) => part.replaceAll('\r\n', '\n').trim()).join('\n\n');
  return `${name} ${version} (${license})\n\n${text}`;
}
