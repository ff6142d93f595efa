// What happens in the pictures: four people of a school on one morning, seen by asha.
import type { PtySession } from '../support/pty.ts';
import type { FixedPerson } from './fixed-profile.ts';
import { SCENES, type Scene } from './scenes.ts';
import type { Size, Stage } from './stage.ts';

/** Takes the pictures of what asha sees now, one a size. */
export type Shoot = (scene: Scene, terminal: PtySession) => Promise<void>;

/** Of everybody's terminal while no picture is taken. */
export const STORY_SIZE: Size = { columns: 80, rows: 24 };
const [ASHA, BELA, CHEN, DEEPA, OTHER_BELA] = [
  { nick: 'asha', key: 'asha' },
  { nick: 'bela', key: 'bela' },
  { nick: 'chen', key: 'chen 3' },
  { nick: 'deepa', key: 'deepa 2' },
  { nick: 'bela', key: 'another bela 7' },
] satisfies FixedPerson[] as [FixedPerson, FixedPerson, FixedPerson, FixedPerson, FixedPerson];

const TYPING_MS = 400;
const TYPING_SECONDS = 2;
const ENTER = '\r';
const ESCAPE = '\x1b';
const CTRL_T = '\x14';
const CTRL_U = '\x15';
const ALT_UP = '\x1b[1;3A';
const ALT_1 = '\x1b1';

export async function playStory(stage: Stage, shoot: Shoot): Promise<void> {
  stage.at('09:02');
  await stage.startRelay();
  const asha = await open(stage, ASHA);
  await asha.waitForText('Nobody else is here yet');
  await shoot(SCENES.welcome, asha);
  const people: People = {
    asha,
    bela: await open(stage, BELA),
    chen: await open(stage, CHEN),
    deepa: await open(stage, DEEPA),
  };
  await talkInLobby(stage, people);
  await talkPrivately(stage, people, shoot);
  await shoot(SCENES.private, asha);
  await clearLine(people.bela, asha);
  await line(asha, '/verify chen digits', 'Step 3');
  await shoot(SCENES.verify, asha);
  await closeOverlay(asha);
  await talkInWard(stage, people);
  await shoot(SCENES.ward, asha);
  asha.type(ALT_1);
  await asha.waitForText('#lobby>');
  await shoot(SCENES.room, asha);
  await showOverlays(asha, shoot);
  await changeKey(stage, people);
  await shoot(SCENES.keyChanged, asha);
}

interface People {
  readonly asha: PtySession;
  readonly bela: PtySession;
  readonly chen: PtySession;
  readonly deepa: PtySession;
}

async function talkInLobby(stage: Stage, { asha, bela, chen, deepa }: People): Promise<void> {
  for (const terminal of [asha, bela, chen, deepa]) await terminal.waitForText('4 members');
  stage.at('09:03');
  await heard(chen, 'Good morning, everybody. Who has the projector?', [asha, bela, deepa]);
  stage.at('09:04');
  await heard(
    asha,
    'I have it: second floor, next to the *window*',
    [bela, chen, deepa],
    '/reply ',
  );
  await shown(bela, '/react 👍', [asha, chen, deepa], '👍');
  stage.at('09:06');
  await heard(deepa, 'Rounds at six, and the list is on the blue board.', [asha, bela, chen]);
  await shown(chen, '/poll Tea before that? | yes, please | no', [asha, bela], 'yes, please');
  await shown(bela, '/vote 1', [asha, chen], '1 vote');
}

async function talkPrivately(stage: Stage, { asha, bela }: People, shoot: Shoot): Promise<void> {
  stage.at('09:07');
  await line(asha, '/query bela', 'bela>');
  await line(bela, '/query asha', 'asha>');
  await heard(bela, 'Is the exam really on Friday?', [asha]);
  stage.at('09:08');
  await heard(asha, 'Yes, at nine, in the small hall. Bring your own pen.', [bela]);
  await compareWords(asha, bela, shoot);
  stage.at('09:09');
  await heard(bela, 'Then I know it is you. Thank you!', [asha]);
  await heard(asha, 'नमस्ते 🙂 and good luck', [bela]);
  await asha.waitForText('✓✓');
  await typesUntilSeen(stage, bela, asha);
}

async function compareWords(asha: PtySession, bela: PtySession, shoot: Shoot): Promise<void> {
  await line(asha, '/verify bela words', 'Waiting for bela');
  await bela.waitForText('asks to compare');
  await line(bela, '/verify asha words', 'y: yes');
  await asha.waitForText('y: yes');
  await shoot(SCENES.words, asha);
  asha.type('y');
  bela.type('y');
  for (const terminal of [asha, bela]) await terminal.waitForText('is verified');
}

async function talkInWard(stage: Stage, { asha, bela, chen, deepa }: People): Promise<void> {
  stage.at('09:12');
  await line(asha, '/room create ward 3', '+ward 3>');
  await line(asha, '/topic night shift, week 11', 'night shift, week 11');
  asha.type(`/invite bela deepa${ENTER}`);
  for (const terminal of [bela, deepa]) {
    await terminal.waitForText('+ward 3');
    await line(terminal, '/accept', 'You are in +ward 3');
    terminal.type(`${CTRL_T}ward`);
    await terminal.waitForText('ward');
    terminal.type(ENTER);
    await terminal.waitForText('+ward 3>');
  }
  await asha.waitForText('3 members');
  stage.at('09:14');
  await heard(deepa, 'Beds 1 to 4 are mine tonight.', [asha, bela]);
  await heard(bela, 'I take the others.', [asha, deepa]);
  await heard(asha, 'Good. @bela the keys are in the drawer.', [bela, deepa]);
  stage.at('09:15');
  chen.type(`asha, can you bring the projector down at nine?${ENTER}`);
  await asha.waitForText('@1');
  chen.type(`The small hall, not the big one.${ENTER}`);
  await line(deepa, '/msg asha Call me when you are free', 'Call me');
  await asha.waitFor(({ screen }) => screen.some((row) => /deepa.*\(1\)/.test(row)), 'unread');
}

async function showOverlays(asha: PtySession, shoot: Shoot): Promise<void> {
  asha.type(ALT_UP.repeat(4));
  await asha.waitForText('reply');
  await shoot(SCENES.selection, asha);
  asha.type(ESCAPE);
  await gone(asha, 'reply');
  asha.type('/r\t');
  await asha.waitForText('/react');
  await shoot(SCENES.completion, asha);
  asha.type(CTRL_U);
  await asha.waitForText('? for help');
  await line(asha, '/whois bela', 'verified');
  await shoot(SCENES.person, asha);
  await closeOverlay(asha);
  await line(asha, '/trust', 'verified');
  await shoot(SCENES.trust, asha);
  await closeOverlay(asha);
  asha.type(CTRL_T);
  await shoot(SCENES.switcher, asha);
  await closeOverlay(asha);
  await line(asha, '/search projector', 'hold');
  await shoot(SCENES.search, asha);
  await closeOverlay(asha);
  asha.type('?');
  await shoot(SCENES.help, asha);
  await closeOverlay(asha);
}

async function changeKey(stage: Stage, { asha, bela }: People): Promise<void> {
  stage.at('09:20');
  await line(asha, '/query bela', 'bela>');
  await line(bela, '/quit', '');
  await bela.exited;
  await asha.waitForText('not here');
  await open(stage, OTHER_BELA);
  await asha.waitForText('KEY CHANGED');
}

async function open(stage: Stage, person: FixedPerson): Promise<PtySession> {
  const terminal = await stage.open(person, STORY_SIZE);
  await terminal.waitForText('online');
  await terminal.waitForText('You are');
  return terminal;
}

/** Types a line and waits for what it brings about on the same screen. */
async function line(terminal: PtySession, text: string, then: string): Promise<void> {
  terminal.type(text + ENTER);
  await terminal.waitForText(then);
}

/** Somebody says it, after `before`, and all of `to` see it. */
function heard(
  from: PtySession,
  text: string,
  to: readonly PtySession[],
  before = '',
): Promise<void> {
  return shown(from, before + text, to, text.replaceAll('*', ''));
}

async function shown(
  from: PtySession,
  typed: string,
  to: readonly PtySession[],
  then: string,
): Promise<void> {
  from.type(typed + ENTER);
  for (const terminal of to) await terminal.waitForText(then);
}

/** Typing is told once in a while, not for each key; and the clock stands. */
async function typesUntilSeen(stage: Stage, typist: PtySession, by: PtySession): Promise<void> {
  let seconds = 0;
  const timer = setInterval(() => {
    seconds += TYPING_SECONDS;
    stage.at('09:10', seconds);
    typist.type('a');
  }, TYPING_MS);
  try {
    await by.waitForText('typing');
  } finally {
    clearInterval(timer);
  }
}

/** Waits for it: a key right behind Esc would be one with Alt. */
async function closeOverlay(terminal: PtySession): Promise<void> {
  terminal.type(ESCAPE);
  await terminal.waitForText('? for help');
}

async function clearLine(terminal: PtySession, seenBy: PtySession): Promise<void> {
  terminal.type(CTRL_U);
  await gone(seenBy, 'typing');
}

function gone(terminal: PtySession, text: string): Promise<void> {
  return terminal.waitFor(
    ({ screen }) => !screen.some((row) => row.includes(text)),
    `a screen without ${text}`,
  );
}
