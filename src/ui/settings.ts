// The one table of settings: names, meanings and values, for `lanchat set` and /set. Asks nobody.

import type { ConversationSettings, Preferences } from '../client/api.ts';
import { NOTIFY_LEVELS } from '../client/conversation-settings.ts';
import {
  ACCEPT_FILES,
  ACCEPT_MB_TAKES,
  DEFAULT_PREFERENCES,
  isAcceptMb,
  isDownloads,
  isKeepDays,
  KEEP_DAYS_TAKES,
  NOTIFY_WAYS,
  PICTURE_WAYS,
  SIDEBAR_GROUPS,
  THEME_NAMES,
  USUAL_LEVELS,
} from '../client/preferences.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { nearest } from './nearest.ts';
import { parseQuietHours } from './quiet-hours.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

type Value = Preferences[keyof Preferences];

export interface Setting {
  readonly name: string;
  readonly meaning: SafeText;
  readonly of: (preferences: Preferences) => Value;
  /** Null where the text is no value of it. */
  readonly parse: (text: string) => Partial<Preferences> | null;
  /** Completes "NAME takes …". */
  readonly takes: string;
  /** The words among what it takes, for Tab. */
  readonly choices: readonly string[];
  /** What one conversation can have otherwise; null: it is for all of them. */
  readonly own: keyof ConversationSettings | null;
  /** Where a conversation takes other values than all of them. */
  readonly parseOwn?: (text: string) => Partial<ConversationSettings> | null;
  readonly takesOwn?: string;
  readonly choicesOwn?: readonly string[];
}

const YES = ['on', 'yes', 'true'];
const NO = ['off', 'no', 'false'];
/** Puts a setting back, or makes it in one conversation as everywhere. */
const DEFAULT = 'default';
const ON_OR_OFF = phrase`on or off`;
const NONE = 'none';

export const SETTINGS: readonly Setting[] = [
  {
    name: 'accept-files',
    meaning: t`whose files are taken without asking, where they are small enough; contacts: whom you wrote to, noted or verified`,
    of: ({ acceptFiles }) => acceptFiles,
    parse: (text) => {
      const acceptFiles = ACCEPT_FILES.find((name) => name === text.toLowerCase());
      return acceptFiles === undefined ? null : { acceptFiles };
    },
    takes: ACCEPT_FILES.join(', '),
    choices: ACCEPT_FILES,
    own: null,
  },
  {
    name: 'accept-mb',
    meaning: t`how many megabytes a file may have to be taken without asking`,
    of: ({ acceptMaxMb }) => acceptMaxMb,
    parse: (text) => {
      const acceptMaxMb = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return isAcceptMb(acceptMaxMb) ? { acceptMaxMb } : null;
    },
    takes: ACCEPT_MB_TAKES,
    choices: [],
    own: null,
  },
  {
    name: 'downloads',
    meaning: t`the folder in which files land; none: the system's own for downloads`,
    of: ({ downloads }) => (downloads === '' ? NONE : downloads),
    parse: (text) => {
      if (text === NONE) return { downloads: '' };
      return isDownloads(text) ? { downloads: text } : null;
    },
    takes: phrase`an absolute path, or none`,
    choices: [NONE],
    own: null,
  },
  {
    name: 'direct-files',
    meaning: t`whether files may go straight from machine to machine, where the other wants it too; each then knows the other's address`,
    of: ({ directFiles }) => directFiles,
    parse: (text) => {
      const directFiles = switchOf(text);
      return directFiles === null ? null : { directFiles };
    },
    takes: ON_OR_OFF,
    choices: ['on', 'off'],
    own: null,
  },
  {
    name: 'keep-days',
    meaning: t`days that messages are kept here; 0: for good`,
    of: ({ keepDays }) => keepDays,
    parse: (text) => {
      const keepDays = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return isKeepDays(keepDays) ? { keepDays } : null;
    },
    takes: KEEP_DAYS_TAKES,
    choices: [],
    own: null,
  },
  {
    name: 'show-delivered',
    meaning: t`whether others see that their messages were delivered here`,
    of: ({ showDelivered }) => showDelivered,
    parse: (text) => {
      const showDelivered = switchOf(text);
      return showDelivered === null ? null : { showDelivered };
    },
    takes: ON_OR_OFF,
    choices: ['on', 'off'],
    own: null,
  },
  {
    name: 'send-read',
    meaning: t`whether others see that you have read their messages`,
    of: ({ sendRead }) => sendRead,
    parse: (text) => {
      const sendRead = switchOf(text);
      return sendRead === null ? null : { sendRead };
    },
    takes: ON_OR_OFF,
    choices: ['on', 'off'],
    own: 'sendRead',
  },
  {
    name: 'send-typing',
    meaning: t`whether others see that you are typing to them`,
    of: ({ sendTyping }) => sendTyping,
    parse: (text) => {
      const sendTyping = switchOf(text);
      return sendTyping === null ? null : { sendTyping };
    },
    takes: ON_OR_OFF,
    choices: ['on', 'off'],
    own: 'sendTyping',
  },
  {
    name: 'hidden',
    meaning: t`whether you look away to everybody; what they write comes all the same`,
    of: ({ hidden }) => hidden,
    parse: (text) => {
      const hidden = switchOf(text);
      return hidden === null ? null : { hidden };
    },
    takes: ON_OR_OFF,
    choices: ['on', 'off'],
    own: null,
  },
  {
    name: 'theme',
    meaning: t`the colours of the screen; own: of the file "theme" in the profile's folder`,
    of: ({ theme }) => theme,
    parse: (text) => {
      const theme = THEME_NAMES.find((name) => name === text.toLowerCase());
      return theme === undefined ? null : { theme };
    },
    takes: THEME_NAMES.join(', '),
    choices: THEME_NAMES,
    own: null,
  },
  {
    name: 'pictures',
    meaning: t`how the screen draws pictures; auto: as the terminal says that it can, off: in words`,
    of: ({ pictures }) => pictures,
    parse: (text) => {
      const pictures = PICTURE_WAYS.find((way) => way === text.toLowerCase());
      return pictures === undefined ? null : { pictures };
    },
    takes: PICTURE_WAYS.join(', '),
    choices: PICTURE_WAYS,
    own: null,
  },
  {
    name: 'collapsed',
    meaning: t`parts of the sidebar that show their head alone; /collapse does it`,
    of: ({ collapsed }) => collapsed,
    parse: (text) => {
      const words = text.toLowerCase() === NONE ? [] : text.toLowerCase().split(/[\s,]+/);
      const collapsed = SIDEBAR_GROUPS.filter((group) => words.includes(group));
      return collapsed.length === new Set(words).size ? { collapsed } : null;
    },
    takes: phrase`${NONE}, or of ${SIDEBAR_GROUPS.join(', ')} one or more`,
    choices: [NONE, ...SIDEBAR_GROUPS],
    own: null,
  },
  {
    name: 'notify',
    meaning: t`how you are told while you look elsewhere: off, bell, or as the terminal can`,
    of: ({ notify }) => notify,
    parse: (text) => {
      const notify = NOTIFY_WAYS.find((way) => way === text.toLowerCase());
      return notify === undefined ? null : { notify };
    },
    takes: phrase`off, bell or terminal`,
    choices: NOTIFY_WAYS,
    own: null,
  },
  {
    name: 'notify-text',
    meaning: t`whether what was said is shown then, and not only who said it`,
    of: ({ notifyText }) => notifyText,
    parse: (text) => {
      const notifyText = switchOf(text);
      return notifyText === null ? null : { notifyText };
    },
    takes: ON_OR_OFF,
    choices: ['on', 'off'],
    own: null,
  },
  {
    name: 'notify-level',
    meaning: t`what you are told of; usual: all that is private, and what names you in rooms`,
    of: ({ notifyLevel }) => notifyLevel,
    parse: (text) => {
      const notifyLevel = USUAL_LEVELS.find((level) => level === text.toLowerCase());
      return notifyLevel === undefined ? null : { notifyLevel };
    },
    takes: phrase`usual, all or mentions`,
    choices: USUAL_LEVELS,
    own: 'notifyLevel',
    parseOwn: (text) => {
      const notifyLevel = NOTIFY_LEVELS.find((level) => level === text.toLowerCase());
      return notifyLevel === undefined ? null : { notifyLevel };
    },
    takesOwn: phrase`all, mentions, nothing`,
    choicesOwn: NOTIFY_LEVELS,
  },
  {
    name: 'quiet-hours',
    meaning: t`when nothing is told, by this machine's clock`,
    of: ({ quietHours }) => quietHours,
    parse: (text) => {
      const quietHours = parseQuietHours(text);
      return quietHours === null ? null : { quietHours };
    },
    takes: phrase`hours such as 22:00-07:00, or off`,
    choices: ['off'],
    own: null,
  },
];

function switchOf(text: string): boolean | null {
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  return NO.includes(word) ? false : null;
}

/** Throws UsageError `unknown-setting`. */
export function settingOf(name: string): Setting {
  const setting = SETTINGS.find((each) => each.name === name);
  if (setting !== undefined) return setting;
  const names = SETTINGS.map((each) => each.name);
  const meant = nearest(name, names);
  const hint =
    meant === null ? phrase`there are ${names.join(', ')}` : phrase`did you mean "${meant}"?`;
  throw new UsageError('unknown-setting', phrase`there is no setting "${name}"; ${hint}`);
}

/** What is to change so that the setting has this value; `default`: its usual one. Throws UsageError `bad-setting`. */
export function changeOf(setting: Setting, value: string): Partial<Preferences> {
  const isUsual = value.toLowerCase() === DEFAULT;
  const change = setting.parse(isUsual ? shown(setting.of(DEFAULT_PREFERENCES)) : value);
  if (change !== null) return change;
  throw new UsageError('bad-setting', phrase`${setting.name} takes ${setting.takes}`);
}

/** As `changeOf`, for one conversation; `default` makes it as everywhere. */
export function ownChangeOf(setting: Setting, value: string): Partial<ConversationSettings> {
  const own = requireOwn(setting);
  if (value.toLowerCase() === DEFAULT) return { [own]: null };
  const wanted = ownValueOf(setting, value);
  if (wanted !== undefined) return { [own]: wanted };
  const takes = setting.takesOwn ?? phrase`on, off`;
  throw new UsageError('bad-setting', phrase`${setting.name} takes ${takes} or default there`);
}

function ownValueOf({ parse, parseOwn }: Setting, value: string) {
  return Object.values((parseOwn ?? parse)(value) ?? {})[0];
}

/** Throws UsageError `bad-setting`. */
export function requireOwn({ name, own }: Setting): keyof ConversationSettings {
  if (own !== null) return own;
  throw new UsageError('bad-setting', phrase`${name} is the same for all conversations`);
}

/** `send-read  off  in @bela: whether …`. */
export function ownSettingLine(
  setting: Setting,
  settings: ConversationSettings,
  place: SafeText,
): SafeText {
  const now = settings[requireOwn(setting)];
  const value = now === null ? t`as everywhere` : shown(now);
  return t`${safeText(setting.name)}  ${value}  in ${place}: ${setting.meaning}`;
}

/** Of one setting: its value now, and the one it has unless somebody sets it. */
export function valuesOf(
  setting: Setting,
  preferences: Preferences,
): { readonly now: Value; readonly usual: Value } {
  return { now: setting.of(preferences), usual: setting.of(DEFAULT_PREFERENCES) };
}

/** `keep-days  30  (default 0): days that …`. */
export function settingLine(setting: Setting, preferences: Preferences): SafeText {
  const { now, usual } = valuesOf(setting, preferences);
  const name = safeText(setting.name);
  return t`${name}  ${shown(now)}  (default ${shown(usual)}): ${setting.meaning}`;
}

/** What Tab offers as its value: its words, and the one that puts it back. */
export function choicesOf({ choices }: Setting): readonly string[] {
  return [...choices, DEFAULT];
}

/** What Tab offers that only a conversation can have. */
export function ownChoicesOf({ choices, choicesOwn = [] }: Setting): readonly string[] {
  return choicesOwn.filter((choice) => !choices.includes(choice));
}

/** Whether one conversation can have that value. */
export function fitsHere(setting: Setting, value: string): boolean {
  if (setting.own === null) return false;
  return value.toLowerCase() === DEFAULT || ownValueOf(setting, value) !== undefined;
}

/** The setting as it is, and how to change it: a line each. */
export function settingLesson(setting: Setting, preferences: Preferences): readonly SafeText[] {
  const name = safeText(setting.name);
  const lines = [
    settingLine(setting, preferences),
    t`/set ${name} VALUE changes it; VALUE is ${safeText(setting.takes)}, or default, which puts it back`,
  ];
  if (setting.own === null) return lines;
  if (setting.takesOwn === undefined) {
    return [
      ...lines,
      t`/set ${name} VALUE here: in this conversation alone; /set ${name} default here: as everywhere again`,
    ];
  }
  const takes = safeText(setting.takesOwn);
  return [
    ...lines,
    t`/set ${name} VALUE here: in this conversation alone, where VALUE is ${takes}; /set ${name} default here: as everywhere again`,
  ];
}

/** `days that …; takes …; usually 0`. */
export function settingHelp(setting: Setting): SafeText {
  const { usual } = valuesOf(setting, DEFAULT_PREFERENCES);
  return t`${setting.meaning}; takes ${safeText(setting.takes)}; usually ${shown(usual)}`;
}

function shown(value: Value): SafeText {
  if (typeof value === 'boolean') return value ? t`on` : t`off`;
  if (typeof value === 'object') return value.length === 0 ? t`none` : safeText(value.join(','));
  return safeText(String(value));
}
