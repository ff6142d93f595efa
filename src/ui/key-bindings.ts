// The one table of keys: what each action is called, which keys it has unless somebody changes them, what it does. Draws nothing.
import { type SafeText, safeTemplate as t } from './safe-text.ts';

/**
 * Where an action holds. A press is looked for in this order: everywhere; in a list or a question that lies over the
 * messages, and on the person or the voice note that it shows, and nowhere else then; as the second of two keys; with a message selected; on an
 * empty line; in the line that is typed, if it changes something there; on the screen. So one key can do one thing in each place.
 */
export type KeyPlace =
  | 'everywhere'
  | 'list'
  | 'person'
  | 'voice'
  | 'selection'
  | 'afterPrefix'
  | 'emptyLine'
  | 'line'
  | 'screen';

export interface KeyAction {
  /** As the file of keys names it: no other action, wherever it holds, has this name. */
  readonly name: string;
  /**
   * `ctrl+n`, `alt+1`, `shift+tab`, `pageup`: modifiers in the order ctrl, alt, shift, names as KeyEvent has them. A
   * character alone, `?`, counts where it would type nothing else: on an empty line, with a message selected, and in a list without one.
   */
  readonly keys: readonly string[];
  readonly help: SafeText;
}

export const KEY_TABLE = {
  everywhere: [
    {
      name: 'interrupt',
      keys: ['ctrl+c'],
      help: t`clears the line, closes what lies over the messages; twice quits`,
    },
    { name: 'suspend', keys: ['ctrl+z'], help: t`to the shell; fg comes back` },
    { name: 'repaint', keys: ['ctrl+l'], help: t`paints the screen anew` },
  ],
  screen: [
    { name: 'send', keys: ['enter'], help: t`sends what is typed` },
    { name: 'newline', keys: ['alt+enter', 'ctrl+j'], help: t`begins a new line` },
    {
      name: 'complete',
      keys: ['tab'],
      help: t`completes /commands and their words, @names, #rooms and :emoji:`,
    },
    { name: 'complete-back', keys: ['shift+tab'], help: t`the one offered before` },
    { name: 'window-1', keys: ['alt+1'], help: t`goes to window 1` },
    { name: 'window-2', keys: ['alt+2'], help: t`goes to window 2` },
    { name: 'window-3', keys: ['alt+3'], help: t`goes to window 3` },
    { name: 'window-4', keys: ['alt+4'], help: t`goes to window 4` },
    { name: 'window-5', keys: ['alt+5'], help: t`goes to window 5` },
    { name: 'window-6', keys: ['alt+6'], help: t`goes to window 6` },
    { name: 'window-7', keys: ['alt+7'], help: t`goes to window 7` },
    { name: 'window-8', keys: ['alt+8'], help: t`goes to window 8` },
    { name: 'window-9', keys: ['alt+9'], help: t`goes to window 9` },
    { name: 'next-window', keys: ['ctrl+n'], help: t`the next window` },
    { name: 'previous-window', keys: ['ctrl+p'], help: t`the window before` },
    {
      name: 'next-unread',
      keys: ['alt+a'],
      help: t`the next window with something unread`,
    },
    {
      name: 'collapse',
      keys: ['alt+c'],
      help: t`collapses this part of the sidebar, or shows it again`,
    },
    { name: 'show-members', keys: ['alt+w'], help: t`who is in this room` },
    { name: 'show-details', keys: ['alt+i'], help: t`all of this room or person` },
    {
      name: 'find-window',
      keys: ['ctrl+t', 'ctrl+k'],
      help: t`finds a window or a person by a few letters`,
    },
    {
      name: 'page-up',
      keys: ['pageup'],
      help: t`a page back, through all that is kept`,
    },
    { name: 'page-down', keys: ['pagedown'], help: t`a page on` },
    {
      name: 'back',
      keys: ['escape'],
      help: t`back to the newest message, or to where a jump began`,
    },
    { name: 'oldest-unread', keys: ['alt+u'], help: t`the oldest unread message here` },
    {
      name: 'select-older',
      keys: ['alt+up', 'ctrl+up'],
      help: t`selects a message, then the one above`,
    },
    { name: 'select-newer', keys: ['alt+down', 'ctrl+down'], help: t`the message below` },
    {
      name: 'prefix',
      keys: ['ctrl+x'],
      help: t`begins two keys: the second says what for`,
    },
    { name: 'up', keys: ['up'], help: t`a row up; above it, what you sent before` },
    { name: 'down', keys: ['down'], help: t`a row down; below it, what you sent later` },
  ],
  selection: [
    { name: 'above', keys: ['up'], help: t`the message above` },
    { name: 'below', keys: ['down'], help: t`the message below` },
    { name: 'reply', keys: ['r'], help: t`answers it` },
    { name: 'edit', keys: ['e'], help: t`changes words of yours` },
    { name: 'delete', keys: ['d'], help: t`deletes it: here, or your own for all` },
    { name: 'delete-here', keys: ['h'], help: t`once asked how to delete it: here only` },
    { name: 'delete-for-all', keys: ['a'], help: t`once asked how to delete it: for all` },
    { name: 'react', keys: ['+'], help: t`reacts with an emoji` },
    { name: 'copy', keys: ['c'], help: t`copies it to the clipboard` },
    { name: 'save', keys: ['s'], help: t`saves its file; without one, its words, with /export` },
    { name: 'view', keys: ['v'], help: t`shows its picture, plays its voice note` },
    {
      name: 'unfold',
      keys: ['enter'],
      help: t`shows all of a long one; plays a voice note; goes to what it answers`,
    },
    { name: 'go-to-quoted', keys: ['g'], help: t`goes to what it answers` },
    { name: 'info', keys: ['i'], help: t`who wrote it, when, and how it stands` },
    { name: 'end-selection', keys: ['escape'], help: t`selects nothing` },
  ],
  afterPrefix: [
    {
      name: 'outside-editor',
      keys: ['ctrl+e'],
      help: t`the draft in your $VISUAL or $EDITOR; it comes back unsent`,
    },
  ],
  emptyLine: [
    { name: 'help', keys: ['?'], help: t`the help` },
    { name: 'leave', keys: ['ctrl+d'], help: t`quits` },
  ],
  line: [
    { name: 'left', keys: ['left', 'ctrl+b'], help: t`a character to the left` },
    { name: 'right', keys: ['right', 'ctrl+f'], help: t`a character to the right` },
    {
      name: 'word-left',
      keys: ['alt+b', 'alt+left', 'ctrl+left'],
      help: t`a word to the left`,
    },
    {
      name: 'word-right',
      keys: ['alt+f', 'alt+right', 'ctrl+right'],
      help: t`a word to the right`,
    },
    { name: 'line-start', keys: ['ctrl+a', 'home'], help: t`to the line's beginning` },
    { name: 'line-end', keys: ['ctrl+e', 'end'], help: t`to the line's end` },
    { name: 'text-start', keys: ['ctrl+home'], help: t`to the text's beginning` },
    { name: 'text-end', keys: ['ctrl+end'], help: t`to the text's end` },
    {
      name: 'delete-left',
      keys: ['backspace', 'ctrl+h'],
      help: t`deletes the character on the left`,
    },
    {
      name: 'delete-right',
      keys: ['delete', 'ctrl+d'],
      help: t`deletes the character on the right`,
    },
    { name: 'cut-to-end', keys: ['ctrl+k'], help: t`cuts to the line's end` },
    { name: 'cut-to-start', keys: ['ctrl+u'], help: t`cuts to the line's beginning` },
    { name: 'cut-back-to-blank', keys: ['ctrl+w'], help: t`cuts back to a blank` },
    {
      name: 'cut-word-left',
      keys: ['alt+backspace', 'ctrl+backspace'],
      help: t`cuts the word on the left`,
    },
    {
      name: 'cut-word-right',
      keys: ['alt+d'],
      help: t`cuts the word on the right`,
    },
    { name: 'paste-cut', keys: ['ctrl+y'], help: t`puts in what was cut last` },
    { name: 'paste-older', keys: ['alt+y'], help: t`puts in what was cut before that, instead` },
    { name: 'undo', keys: ['ctrl+_', 'ctrl+/'], help: t`takes back the last change` },
    { name: 'redo', keys: ['alt+r'], help: t`makes it again` },
  ],
  list: [
    { name: 'list-up', keys: ['up', 'ctrl+p'], help: t`the one above` },
    { name: 'list-down', keys: ['down', 'ctrl+n'], help: t`the one below` },
    { name: 'list-page-up', keys: ['pageup'], help: t`a page up` },
    { name: 'list-page-down', keys: ['pagedown'], help: t`a page down` },
    { name: 'choose', keys: ['enter'], help: t`takes it` },
    { name: 'close', keys: ['escape'], help: t`closes it` },
    {
      name: 'other-view',
      keys: ['tab'],
      help: t`searches here or everywhere; shows the number or the code to scan`,
    },
    {
      name: 'delete-found',
      keys: ['d', 'delete'],
      help: t`twice: deletes the found message`,
    },
    { name: 'stop-file', keys: ['c'], help: t`stops a file that is on its way` },
    { name: 'view-file', keys: ['v'], help: t`shows a picture, plays a voice note` },
    { name: 'yes', keys: ['y'], help: t`they are the same` },
    { name: 'no', keys: ['n'], help: t`they differ` },
  ],
  person: [
    { name: 'message', keys: ['m'], help: t`writes to them` },
    { name: 'compare', keys: ['v'], help: t`compares keys with them; in a list of people too` },
    { name: 'petname', keys: ['p'], help: t`your own name for them` },
    { name: 'note', keys: ['n'], help: t`a note for yourself` },
    { name: 'favourite', keys: ['f'], help: t`lists them first, or as all others` },
    { name: 'ignore', keys: ['i'], help: t`hides what they write, or shows it again` },
    { name: 'block', keys: ['b'], help: t`takes nothing from them, or takes it again` },
  ],
  voice: [
    { name: 'play-pause', keys: ['space'], help: t`plays it, pauses, or goes on` },
    { name: 'seek-back', keys: ['left'], help: t`5 seconds back` },
    { name: 'seek-on', keys: ['right'], help: t`5 seconds on` },
    { name: 'speed', keys: ['s'], help: t`once, one and a half times or twice as fast` },
  ],
} as const satisfies Readonly<Record<KeyPlace, readonly KeyAction[]>>;

/** The actions that hold in a place. */
export type ActionIn<Place extends KeyPlace> = (typeof KEY_TABLE)[Place][number]['name'];

export type KeyActionName = ActionIn<KeyPlace>;

/** As people read about them. */
export const ALL_PLACES: readonly KeyPlace[] = [
  'everywhere',
  'screen',
  'selection',
  'afterPrefix',
  'emptyLine',
  'line',
  'list',
  'person',
  'voice',
];

export interface PlacedAction extends KeyAction {
  readonly name: KeyActionName;
  readonly place: KeyPlace;
}

/** The whole table, place by place. */
export const KEY_ACTIONS: readonly PlacedAction[] = ALL_PLACES.flatMap((place) =>
  KEY_TABLE[place].map((action) => ({ ...action, place })),
);

/** Without a key for each of these nobody could write, choose, close or leave. */
export const NEEDED_ACTIONS: ReadonlySet<KeyActionName> = new Set([
  'interrupt',
  'send',
  'choose',
  'close',
]);

/** What stands above the keys of a place. */
export const PLACE_HEADINGS: Readonly<Record<KeyPlace, SafeText>> = {
  screen: t`Keys`,
  selection: t`Keys with a message selected`,
  afterPrefix: t`Second keys`,
  emptyLine: t`Keys where nothing is typed`,
  everywhere: t`Keys everywhere`,
  line: t`Keys in the line that is typed`,
  list: t`Keys in lists, and in questions over the messages`,
  person: t`Keys in the details of a person`,
  voice: t`Keys of a voice note`,
};
