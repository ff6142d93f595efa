// The recording: asha and bela meet, talk, and compare seven words; what both see, side by side.
import type { PtySession } from '../support/pty.ts';
import type { FixedPerson } from './fixed-profile.ts';
import { Recording } from './recording.ts';
import { emptyGrid, sideBySide } from './side-by-side.ts';
import type { Size, Stage } from './stage.ts';

const ASHA: FixedPerson = { nick: 'asha', key: 'asha' };
const BELA: FixedPerson = { nick: 'bela', key: 'bela' };
const SIZE: Size = { columns: 62, rows: 18 };
const BLANK = emptyGrid(SIZE.columns, SIZE.rows);

const ENTER = '\r';
/** A screen has shown all that follows from a key when nothing has come for so long. */
const KEY_QUIET_MS = 30;
const STEP_QUIET_MS = 250;
/** As people type, and look at what came. */
const KEY_MS = 70;
const GLANCE_MS = 1_200;
const READ_MS = 4_000;

export async function recordMeeting(stage: Stage): Promise<Recording> {
  stage.at('09:02');
  await stage.startRelay();
  const table = new Table();
  table.show(null, GLANCE_MS);
  const asha = await table.sit('left', stage, ASHA);
  const bela = await table.sit('right', stage, BELA);
  await table.settled(asha, 'bela joined');
  await table.say(bela, 'Hello! Is anybody here?', asha);
  await table.say(asha, 'Yes, asha, second floor. Who are you?', bela);
  await table.say(bela, 'bela, from the library :tada:', asha);
  await table.type(asha, '/verify bela words');
  await table.settled(asha, 'Waiting for bela');
  await table.settled(bela, 'asks to compare');
  await table.type(bela, '/verify asha words');
  await table.settled(bela, 'y: yes');
  await table.settled(asha, 'y: yes', READ_MS);
  await table.type(asha, 'y', '');
  await table.type(bela, 'y', '');
  await table.settled(asha, 'is verified');
  await table.settled(bela, 'is verified', GLANCE_MS);
  await table.type(bela, '/query asha');
  await table.settled(bela, 'asha>');
  await table.type(bela, 'Now nobody can take your place.');
  await table.settled(asha, '(1)');
  await table.type(asha, '/query bela');
  await table.settled(asha, 'take your place');
  await table.type(asha, 'Nor yours.');
  await table.settled(bela, 'Nor yours.', READ_MS);
  return table.recording;
}

/** Two terminals and what is recorded of them. */
class Table {
  readonly recording = new Recording({
    ...{ columns: 2 * SIZE.columns + 1, rows: SIZE.rows + 1 },
    title: 'lanchat: two people meet, talk, and compare seven words',
  });
  readonly #seats: { left: PtySession | null; right: PtySession | null } = {
    left: null,
    right: null,
  };

  /** Somebody starts lanchat there. */
  async sit(seat: 'left' | 'right', stage: Stage, person: FixedPerson): Promise<PtySession> {
    const terminal = await stage.open(person, SIZE);
    this.#seats[seat] = terminal;
    await terminal.waitForText('You are');
    await this.settled(terminal, 'online', READ_MS / 2);
    return terminal;
  }

  /** Key by key, and Enter. */
  async type(terminal: PtySession, text: string, end = ENTER): Promise<void> {
    for (const key of [...text, end]) {
      terminal.type(key);
      await terminal.quiet(KEY_QUIET_MS);
      this.show(terminal, KEY_MS);
    }
  }

  async say(from: PtySession, text: string, to: PtySession): Promise<void> {
    await this.type(from, text);
    // What follows `:` may be shown as a picture.
    await this.settled(to, text.replace(/:.*/, ''));
  }

  /** Once it shows that; and so long people look at it. */
  async settled(terminal: PtySession, text: string, lookMs = GLANCE_MS): Promise<void> {
    await terminal.waitForText(text);
    await terminal.quiet(STEP_QUIET_MS);
    this.show(terminal, lookMs);
  }

  show(active: PtySession | null, lookMs: number): void {
    const { left, right } = this.#seats;
    const seat = active === null ? null : active === left ? 'left' : 'right';
    const [ours, theirs] = [left?.grid ?? BLANK, right?.grid ?? BLANK];
    const named = { asha: { name: 'asha', grid: ours }, bela: { name: 'bela', grid: theirs } };
    this.recording.show(sideBySide(named.asha, named.bela, seat));
    this.recording.wait(lookMs);
  }
}
