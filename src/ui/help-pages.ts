// What /help says: an overview, a topic, or one command, made from the tables so that it can't fall behind them. Pure.
import { type BoundKeys, keyHelp, shownKeys } from './bound-keys.ts';
import { COMMANDS, type CommandName, findCommand, type SlashCommand } from './commands.ts';
import { TOPICS, type TopicName } from './help-topics.ts';
import { ALL_PLACES, KEY_ACTIONS, type KeyActionName, PLACE_HEADINGS } from './key-bindings.ts';
import { nearest } from './nearest.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { SETTINGS, settingHelp } from './settings.ts';

export type Definition = readonly [term: SafeText, meaning: SafeText];

export interface HelpBlock {
  readonly heading: SafeText | null;
  readonly says: readonly SafeText[];
  readonly list: readonly Definition[];
}

export interface HelpPage {
  readonly title: SafeText;
  readonly blocks: readonly HelpBlock[];
}

/** Where the help is read. */
export interface HelpScene {
  /** As the person has them; null: there are none, as lines are typed. */
  readonly keys: BoundKeys | null;
  /** What can't be done there. */
  readonly hides: (command: CommandName) => boolean;
}

export const ON_SCREEN = { hides: () => false } as const satisfies Partial<HelpScene>;

/** Those that one can't do without. */
const FIRST_KEYS: readonly KeyActionName[] = [
  ...(['send', 'newline', 'complete', 'find-window', 'window-1', 'next-window'] as const),
  ...(['previous-window', 'next-unread', 'page-up', 'back', 'up', 'interrupt'] as const),
];

const MARKS: HelpBlock = {
  heading: t`Marks beside messages`,
  says: [],
  list: [
    [t`…`, t`pending: still on this machine`],
    [t`>`, t`relayed: the relay has it, and keeps it for whoever is away`],
    [t`✓`, t`delivered: their lanchat has opened it`],
    [t`✓✓`, t`read: their lanchat says that they saw it`],
    [t`✗`, t`failed, with the reason below`],
    [t`@`, t`somebody named you`],
    [t`✎`, t`a draft of yours waits there`],
    [t`-- !!`, t`lanchat's own words; nobody else can write there`],
  ],
};

/** `asked`: what stands behind /help; a topic comes before a command of its name, which `/name` means. Never throws. */
export function helpPage(asked: string, scene: HelpScene): HelpPage {
  const name = asked.trim().toLowerCase();
  if (name === '') return { title: t`Help`, blocks: overview(scene) };
  const topic = TOPICS.find((each) => each.name === name || each.aliases.includes(name));
  if (topic !== undefined) return topicPage(topic, scene);
  const command = findCommand(name.replace(/^\//u, ''));
  if (command !== null) return commandPage(command, scene);
  const [meant, shown] = [nearestName(name), safeText(asked.trim(), { maxLength: 40 })];
  const says =
    meant === null
      ? t`There is no help on "${shown}".`
      : t`There is no help on "${shown}"; did you mean /help ${safeText(meant)}?`;
  return { title: t`Help`, blocks: [{ heading: null, says: [says], list: [] }, topicBlock()] };
}

type Topic = (typeof TOPICS)[number];

function nearestName(name: string): string | null {
  const names = [...TOPICS, ...COMMANDS].flatMap((each) => [each.name, ...each.aliases]);
  return nearest(name.replace(/^\//u, ''), names);
}

function overview(scene: HelpScene): readonly HelpBlock[] {
  const { keys } = scene;
  return [
    topicBlock(),
    ...(keys === null ? [] : [firstKeys(keys), MARKS]),
    { heading: t`Commands`, says: [t`//text sends a slash.`], list: commandList(scene) },
  ];
}

function topicBlock(): HelpBlock {
  const list = TOPICS.map(({ name, about }): Definition => [t`/help ${safeText(name)}`, about]);
  return { heading: t`Topics`, says: [], list };
}

function firstKeys({ keysOf }: BoundKeys): HelpBlock {
  const list = FIRST_KEYS.flatMap((name): Definition[] => {
    const keys = shownKeys(keysOf, name);
    const action = KEY_ACTIONS.find((each) => each.name === name);
    if (keys === null || action === undefined) return [];
    if (name === 'window-1') return [[t`${keys} … 9`, t`goes to a window by its number`]];
    return [[keys, action.help]];
  });
  return { heading: t`Keys`, says: [], list };
}

function topicPage({ name, about, ...topic }: Topic, scene: HelpScene): HelpPage {
  const says = scene.keys === null ? (topic.plainSays ?? topic.says) : topic.says;
  const list = commandList(scene, name);
  const commands = list.length === 0 ? [] : [{ heading: t`Commands`, says: [], list }];
  return {
    title: t`Help on ${safeText(name)}: ${about}`,
    blocks: [{ heading: null, says, list: [] }, ...extras(name, scene), ...commands],
  };
}

/** What a topic has besides commands. */
function extras(topic: TopicName, { keys }: HelpScene): readonly HelpBlock[] {
  if (topic === 'talking') return keys === null ? [] : [MARKS];
  if (topic === 'settings') {
    const list = SETTINGS.map((each): Definition => [safeText(each.name), settingHelp(each)]);
    return [{ heading: t`Settings`, says: [], list }];
  }
  return topic === 'keys' && keys !== null ? allKeys(keys) : [];
}

function allKeys({ keysOf, file }: BoundKeys): readonly HelpBlock[] {
  const where = file === null ? [] : [t`Your file of keys: ${file}`];
  const blocks = ALL_PLACES.map((place) => ({
    ...{ heading: PLACE_HEADINGS[place], says: [] },
    list: keyHelp(keysOf, place),
  }));
  return [
    { heading: null, says: where, list: [] },
    ...blocks.filter(({ list }) => list.length > 0),
  ];
}

function commandList(scene: HelpScene, topic: TopicName | null = null): readonly Definition[] {
  return COMMANDS.filter(
    (each) => !scene.hides(each.name) && (topic === null || each.topic === topic),
  ).map((command): Definition => [commandTerm(command), helpThere(command, scene)]);
}

function helpThere({ help, plainHelp }: SlashCommand, { keys }: HelpScene): SafeText {
  return keys === null ? (plainHelp ?? help) : help;
}

/** `/join, /j #room`. */
function commandTerm({ name, aliases, args }: SlashCommand): SafeText {
  const names = [name, ...aliases].map((each) => `/${each}`).join(', ');
  return args === '' ? safeText(names) : t`${safeText(names)} ${args}`;
}

function commandPage(command: SlashCommand, scene: HelpScene): HelpPage {
  const { example, topic } = command;
  const says = [
    t`${helpThere(command, scene)}.`,
    ...(scene.hides(command.name) ? [t`It needs the screen.`] : []),
    t`For example: ${example}`,
    t`More of this kind: /help ${safeText(topic)}`,
  ];
  return { title: commandTerm(command), blocks: [{ heading: null, says, list: [] }] };
}

/** As lines that are appended: no redrawing, no columns. */
export function helpLines({ title, blocks }: HelpPage): readonly SafeText[] {
  const body = blocks.flatMap(({ heading, says, list }) => [
    ...(heading === null ? [] : [t`${heading}:`]),
    ...says.map((text) => t`  ${text}`),
    ...list.map(([term, meaning]) => t`  ${term}: ${meaning}`),
  ]);
  return [title, ...body];
}
