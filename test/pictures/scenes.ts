// What the pictures are called and what is on them, for whoever can't see them.
import type { PictureText } from './screen-svg.ts';

export interface Scene extends PictureText {
  /** Of its files: `NAME-80x24.svg`. */
  readonly name: string;
}

export const SCENES = {
  welcome: {
    name: 'welcome',
    title: 'lanchat, the first start',
    description: 'Nobody else is here yet; the screen shows what to type on another machine.',
  },
  room: {
    name: 'room',
    title: 'A public room in lanchat',
    description:
      'Four people talk in #lobby: an answer with what it answers, a reaction, a poll, a line above what is new, and a message that names asha.',
  },
  private: {
    name: 'private',
    title: 'A private conversation in lanchat',
    description: 'asha and bela have compared seven words; messages show that they were read.',
  },
  verify: {
    name: 'verify',
    title: 'Comparing keys in lanchat',
    description: 'Sixty digits and a QR code that chen must see too, with what to do with them.',
  },
  words: {
    name: 'words',
    title: 'Comparing seven words in lanchat',
    description:
      'Seven words with their numbers, which bela must see too, and keys for yes and no.',
  },
  person: {
    name: 'person',
    title: 'All of a person in lanchat',
    description: 'The key of bela, how and when it was compared, and keys for what can be done.',
  },
  trust: {
    name: 'trust',
    title: 'What everybody’s key is worth in lanchat',
    description: 'Three people: one is verified, two are not.',
  },
  selection: {
    name: 'selection',
    title: 'A selected message in lanchat',
    description: 'One message is marked; below it stand the keys that act on it.',
  },
  completion: {
    name: 'completion',
    title: 'Completion in lanchat',
    description: 'After /r and Tab: the commands that begin so, with what each does.',
  },
  ward: {
    name: 'private-room',
    title: 'A private room in lanchat',
    description:
      'Three people in the private room ward 3, its topic above, and beside it what is unread elsewhere.',
  },
  switcher: {
    name: 'switcher',
    title: 'Going to a conversation in lanchat',
    description: 'A list of rooms and people, narrowed by typing.',
  },
  search: {
    name: 'search',
    title: 'Searching in lanchat',
    description: 'Messages that hold the word projector.',
  },
  help: {
    name: 'help',
    title: 'Help in lanchat',
    description: 'Keys and commands.',
  },
  keyChanged: {
    name: 'key-changed',
    title: 'A changed key in lanchat',
    description:
      'Somebody comes under the name of bela with another key: both fingerprints, and what to do.',
  },
} satisfies Readonly<Record<string, Scene>>;
