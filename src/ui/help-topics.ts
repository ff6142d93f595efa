// The topics of the help and what each says in a few sentences. Knows no commands, no keys and no screen.
import { type SafeText, safeTemplate as t } from './safe-text.ts';

export interface HelpTopic {
  readonly name: string;
  /** What people type for it as well. */
  readonly aliases: readonly string[];
  readonly about: SafeText;
  readonly says: readonly SafeText[];
  /** In place of `says` where lines are typed and there are no keys. */
  readonly plainSays?: readonly SafeText[];
}

const TABLE = [
  {
    name: 'talking',
    aliases: ['messages', 'writing', 'talk'],
    about: t`writing, answering, changing and reacting`,
    says: [
      t`What you type goes to the window you are in, once you press Enter. A paste of several lines is put in and never sent by itself.`,
      t`@name TEXT writes to one person and #room TEXT to a room, from wherever you are; @name,@name TEXT to several people at once. //text sends a slash.`,
      t`A command that goes by a message takes the newest that fits; ^2 is the second newest.`,
    ],
    plainSays: [
      t`A line that you type goes to the conversation you are in, once you press Enter.`,
      t`@name TEXT writes to one person and #room TEXT to a room, from wherever you are; @name,@name TEXT to several people at once. //text sends a slash.`,
      t`A command that goes by a message takes the newest that fits; ^2 is the second newest.`,
    ],
  },
  {
    name: 'rooms',
    aliases: ['groups'],
    about: t`public rooms, private rooms, groups`,
    says: [
      t`#rooms are public: whoever is here can join them, and whoever comes first makes them.`,
      t`+rooms are private: nobody comes in but who was asked by its owner and said yes, and nobody else reads what is said there.`,
      t`A group is just these people, made by writing to them: @name,@name TEXT.`,
    ],
  },
  {
    name: 'people',
    aliases: ['contacts'],
    about: t`who is here, what you call them, and having peace from them`,
    says: [
      t`A person is their key. Two people of one name are told apart by its first digits: name·4f2a.`,
      t`Somebody who is away gets what you write when they come back, within 7 days.`,
    ],
  },
  {
    name: 'trust',
    aliases: ['encryption', 'verifying', 'security'],
    about: t`whether somebody is who they say, and keys that change`,
    says: [
      t`All you write is encrypted to the key of who gets it. Comparing tells whether that key is theirs, and not of somebody in between.`,
      t`verified: you have compared it. unverified: nobody has. KEY CHANGED: a known name came with another key. Where you had compared, nothing you write can be read with the new key until /verify or /trust.`,
    ],
  },
  {
    name: 'files',
    aliases: ['pictures', 'attachments', 'downloads'],
    about: t`sending files and taking them`,
    says: [
      t`/file PATH sends one; a file dragged onto the window does as well, once you confirm it. What you send is encrypted to who gets it, as your words are.`,
      t`Nothing that others send is taken before you want it, but what /set accept-files lets come by itself. It lands in the folder that /set downloads names.`,
    ],
    plainSays: [
      t`/file PATH sends one. What you send is encrypted to who gets it, as your words are.`,
      t`Nothing that others send is taken before you want it, but what /set accept-files lets come by itself. It lands in the folder that /set downloads names.`,
    ],
  },
  {
    name: 'keys',
    aliases: ['keyboard', 'bindings', 'shortcuts'],
    about: t`every key, and how to change it`,
    says: [
      t`lanchat keys --write makes a file of all keys in your profile's folder. Change it there; /keys reload reads it anew.`,
    ],
    plainSays: [t`The screen has keys; here there are lines. lanchat keys lists them all.`],
  },
  {
    name: 'settings',
    aliases: ['options', 'setting'],
    about: t`what can be set`,
    says: [
      t`/set lists them with their values, /set NAME tells of one, /set NAME VALUE changes it, and /set NAME default puts it back.`,
    ],
  },
  {
    name: 'history',
    aliases: ['kept'],
    about: t`what is kept: reading back, finding, deleting, writing out`,
    says: [
      t`What was said is kept on this disk, sealed; lanchat passphrase asks for a passphrase at every start from then on.`,
      t`What you delete goes from this machine only; /unsend asks the others to delete theirs.`,
    ],
  },
  {
    name: 'relay',
    aliases: ['network', 'connection', 'host'],
    about: t`the machine in between`,
    says: [
      t`A relay passes messages on and keeps them for who is away. It is found by itself and can't read them, but it sees who is here and when.`,
      t`lanchat doctor says why nothing is found.`,
    ],
  },
  {
    name: 'screen',
    aliases: ['windows', 'window', 'leaving'],
    about: t`windows, this help, leaving`,
    says: [t`Every room and every private conversation has a window with a number.`],
    plainSays: [t`Every room and every private conversation has a number: /where lists them.`],
  },
] as const satisfies readonly HelpTopic[];

export type TopicName = (typeof TABLE)[number]['name'];

export const TOPICS: readonly (HelpTopic & { readonly name: TopicName })[] = TABLE;
