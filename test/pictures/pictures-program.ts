// `npm run pictures`: plays the story and writes what asha's terminal shows at every size, and the recording.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PtySession } from '../support/pty.ts';
import { recordMeeting } from './meeting.ts';
import { PICTURE_SIZES, pictureFile, RECORDING_FILE } from './picture-files.ts';
import type { Scene } from './scenes.ts';
import { screenSvg } from './screen-svg.ts';
import { type Size, Stage } from './stage.ts';
import { playStory, STORY_SIZE } from './story.ts';

/** A screen that is told of a new size has painted it when nothing has come for so long. */
const QUIET_MS = 250;

/** So that each can be given as a light theme has it. */
const ALL_COLOURS = { COLORTERM: 'truecolor' };
/** So that who plays it back sees it in the colours of their own terminal. */
const SIXTEEN_COLOURS = { TERM: 'xterm' };

const [program = '', worldScript = '', folder = ''] = process.argv.slice(2);

async function shoot(scene: Scene, terminal: PtySession): Promise<void> {
  for (const size of PICTURE_SIZES) {
    await resize(terminal, size);
    const file = pictureFile(scene.name, size);
    writeFileSync(join(folder, file), screenSvg(terminal.grid, scene));
    console.log(`pictures: ${file}`);
  }
  await resize(terminal, STORY_SIZE);
}

/** To another size than before: it answers with a whole frame. */
async function resize(terminal: PtySession, { columns, rows }: Size): Promise<void> {
  const before = terminal.bytesWritten;
  terminal.resize(columns, rows);
  await terminal.waitFor(({ bytesWritten }) => bytesWritten > before, 'a frame of the new size');
  await terminal.quiet(QUIET_MS);
}

/** Does it on a stage of its own. */
async function on<T>(
  colours: Readonly<Record<string, string>>,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const stage = new Stage({ program, worldScript: pathToFileURL(worldScript), colours });
  try {
    return await play(stage);
  } finally {
    await stage.close();
  }
}

mkdirSync(folder, { recursive: true });
await on(ALL_COLOURS, (stage) => playStory(stage, shoot));
const recording = await on(SIXTEEN_COLOURS, recordMeeting);
writeFileSync(join(folder, RECORDING_FILE), recording.toString());
console.log(`pictures: ${RECORDING_FILE}`);
