// `npm run pictures`: plays the story and writes what asha's terminal shows at every size.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PtySession } from '../support/pty.ts';
import { PICTURE_SIZES, pictureFile } from './picture-files.ts';
import type { Scene } from './scenes.ts';
import { screenSvg } from './screen-svg.ts';
import { Stage } from './stage.ts';
import { playStory } from './story.ts';

/** A screen that is told of a new size has painted it when nothing has come for so long. */
const QUIET_MS = 250;

const [program = '', worldScript = '', folder = ''] = process.argv.slice(2);

async function shoot(scene: Scene, terminal: PtySession): Promise<void> {
  for (const size of PICTURE_SIZES) {
    terminal.resize(size.columns, size.rows);
    await terminal.quiet(QUIET_MS);
    const file = pictureFile(scene.name, size);
    writeFileSync(join(folder, file), screenSvg(terminal.grid, scene));
    console.log(`pictures: ${file}`);
  }
  terminal.resize(80, 24);
  await terminal.quiet(QUIET_MS);
}

mkdirSync(folder, { recursive: true });
const stage = new Stage({ program, worldScript: pathToFileURL(worldScript) });
try {
  await playStory(stage, shoot);
} finally {
  await stage.close();
}
