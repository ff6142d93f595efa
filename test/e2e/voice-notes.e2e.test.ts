// A voice note from one screen to another: recorded, sent, taken and played by the built program, and nothing of it left behind.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { samplesOf } from '../../src/media/pcm.ts';
import { Lan } from '../support/cli.ts';
import { correlation } from '../support/likeness.ts';
import { PtySession } from '../support/pty.ts';
import { loudspeaker, microphone, rawSound, STAYS_OPEN } from '../support/sound.ts';
import { speech } from '../support/speech.ts';

const executable = fileURLToPath(new URL('../../bin/lanchat.js', import.meta.url));
const SELECT_OLDER = '\x1b[1;3A';
const SPOKEN = speech(2);

let lan: Lan;
const screens: PtySession[] = [];

beforeEach(async () => {
  lan = new Lan();
  await lan.startRelay();
});
afterEach(async () => {
  await Promise.all(screens.splice(0).map((screen) => screen.close()));
  await lan.close();
});

async function screenOf(name: string, env: Record<string, string>): Promise<PtySession> {
  const { address } = lan.relay;
  const screen = new PtySession({
    file: process.execPath,
    args: [executable, '--home', lan.path(name), '--nick', name, '--relay', address],
    ...{ columns: 100, rows: 24, env: { HOME: lan.folder, ...env } },
  });
  screens.push(screen);
  await screen.waitForText('end-to-end encrypted');
  return screen;
}

function spooled(name: string): readonly string[] {
  return readdirSync(lan.path(`${name}/spool`));
}

describe('a voice note', () => {
  it('is recorded at one screen, and taken and played at another', async () => {
    writeFileSync(lan.path('spoken.raw'), rawSound(SPOKEN));
    const heard = lan.path('heard.raw');
    const bela = await screenOf('bela', { LANCHAT_PLAYER: loudspeaker(heard) });
    const recorder = microphone(lan.path('spoken.raw'), STAYS_OPEN);
    const asha = await screenOf('asha', { LANCHAT_RECORDER: recorder });
    await asha.waitForText('bela');
    asha.type('/query bela\r');
    await asha.waitForText('bela>');
    asha.type('/voice\r');
    await asha.waitForText('0:02 of at most 5:00');
    const [unsent = ''] = spooled('asha');
    expect(unsent).toMatch(new RegExp(`^${asha.pid}-[0-9a-f]+$`));
    asha.type('\r');
    await asha.waitForText('0:02, not playing');
    asha.type('\r');
    await asha.waitForText('voice note · 0:02');
    await bela.waitForText('asha');
    bela.type('/query asha\r');
    await bela.waitForText('voice note · 0:02');
    bela.type(SELECT_OLDER);
    await bela.waitForText('r reply');
    bela.type('v');
    await bela.waitForText('saved as voice note');
    expect(existsSync(heard)).toBe(false);
    await asha.waitForText('bela has it');
    bela.type('v');
    await bela.waitForText('playing 0:0');
    await bela.waitForText('0:02, not playing');
    const said = samplesOf(readFileSync(heard));
    expect(correlation(said.subarray(0, SPOKEN.length), SPOKEN)).toBeGreaterThan(0.85);
    // Control: it was there, under its process's name, until it had arrived.
    await expect.poll(() => spooled('asha')).toEqual([]);
    asha.type(SELECT_OLDER);
    await asha.waitForText('r reply');
    asha.type('v');
    await asha.waitForText('Your voice note is gone here');
  });

  it('leaves nothing where it was discarded, or the screen was closed meanwhile', async () => {
    writeFileSync(lan.path('spoken.raw'), rawSound(SPOKEN));
    const recorder = microphone(lan.path('spoken.raw'), STAYS_OPEN);
    const asha = await screenOf('asha', { LANCHAT_RECORDER: recorder });
    asha.type('/voice\r');
    await asha.waitForText('0:02 of at most 5:00');
    asha.type('\x1b');
    await asha.waitForText('The voice note was discarded.');
    await expect.poll(() => spooled('asha')).toEqual([]);
    asha.type('/voice\r');
    await asha.waitForText('0:02 of at most 5:00');
    expect(spooled('asha')).toHaveLength(1);
    process.kill(asha.pid, 'SIGTERM');
    await asha.exited;
    expect(spooled('asha')).toEqual([]);
  });
});

describe('a voice note in plain lines', () => {
  function plainOf(name: string, env: NodeJS.ProcessEnv) {
    const args = ['--home', lan.path(name), '--nick', name, '--relay', lan.relay.address];
    return lan.run(['--screen-reader', ...args], env);
  }

  it('is recorded until Enter, and played by its number in the list', async () => {
    writeFileSync(lan.path('spoken.raw'), rawSound(SPOKEN));
    const heard = lan.path('heard.raw');
    const bela = plainOf('bela', { LANCHAT_PLAYER: loudspeaker(heard) });
    await bela.printed('ready: relay');
    const recorder = microphone(lan.path('spoken.raw'), '');
    const asha = plainOf('asha', { LANCHAT_RECORDER: recorder });
    await asha.printed('ready: relay');
    asha.type('/query bela\n');
    asha.type('/voice stop\n');
    await asha.printed('No voice note is being recorded.');
    asha.type('/voice\n');
    await asha.printed('Enter ends it and sends it');
    // The recorder has spoken, and ends: all of it is there.
    await asha.printed('The recording ended by itself');
    asha.type('\n');
    await asha.printed('A voice note of 0:02 goes out.');
    bela.type('/query asha\n');
    await bela.printed('[voice note] 0:02');
    bela.type('/view 1\n');
    await bela.printed('Asked for the voice note; /view 1 plays it once it is here.');
    await asha.printed('has arrived');
    bela.type('/view 1\n');
    await bela.printed('Playing a voice note of 0:02; /view stop ends it.');
    await bela.printed('The voice note has ended.');
    const said = samplesOf(readFileSync(heard));
    expect(correlation(said.subarray(0, SPOKEN.length), SPOKEN)).toBeGreaterThan(0.85);
    asha.type('/voice\n');
    await expect.poll(() => spooled('asha').length).toBe(1);
    asha.endInput();
    expect((await asha.ended).status).toBe(0);
    expect(spooled('asha')).toEqual([]);
    bela.endInput();
    expect((await bela.ended).status).toBe(0);
  });
});
