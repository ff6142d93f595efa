// The slash commands about files, part of the one table in commands.ts. Draws nothing.
import type { SlashCommand } from './commands.ts';
import { cancel, file, paste, save } from './file-sending.ts';
import { view } from './file-viewing.ts';
import { files } from './files-list.ts';
import { safeTemplate as t } from './safe-text.ts';
import { voice } from './voice-sending.ts';

export type FileCommandName = 'file' | 'files' | 'save' | 'cancel' | 'paste' | 'view' | 'voice';

export const FILE_TABLE: readonly SlashCommand[] = [
  {
    name: 'file',
    aliases: [],
    args: t`PATH [TEXT]`,
    help: t`send a file, and what you say of it; a name with blanks stands in quotes`,
    example: t`/file ~/Pictures/ward.png this morning`,
    topic: 'files',
    completes: 'path',
    runs: 'at-once',
    run: file,
  },
  {
    name: 'files',
    aliases: [],
    args: t`[all]`,
    help: t`the files of this conversation, or of all, and how each stands`,
    example: t`/files`,
    topic: 'files',
    completes: 'none',
    runs: 'at-once',
    run: files,
  },
  {
    name: 'save',
    aliases: [],
    args: t`[FOLDER]`,
    help: t`take the file of the message selected, or the newest here`,
    plainHelp: t`take the newest file here that has not been taken, or /save N what /files lists as N`,
    example: t`/save ~/Pictures`,
    topic: 'files',
    completes: 'folder',
    runs: 'in-order',
    run: save,
  },
  {
    name: 'cancel',
    aliases: [],
    args: t``,
    help: t`stop the file of the message selected, or the newest that is on its way here`,
    plainHelp: t`stop the newest file that is on its way here, or /cancel N what /files lists as N`,
    example: t`/cancel`,
    topic: 'files',
    completes: 'none',
    runs: 'in-order',
    run: cancel,
  },
  {
    name: 'paste',
    aliases: [],
    args: t`[TEXT]`,
    help: t`send the picture that is on the clipboard, once you have confirmed it`,
    example: t`/paste the rash today`,
    topic: 'files',
    completes: 'none',
    runs: 'at-once',
    run: paste,
  },
  {
    name: 'view',
    aliases: [],
    args: t`[FILE]`,
    help: t`look at the picture of the message selected, or play its voice note; else the newest here, or a picture on your disk`,
    plainHelp: t`play a voice note, or say of a picture what it is: /view N what /files lists as N, or /view FILE; /view stop ends playing`,
    example: t`/view ~/photo.jpg`,
    topic: 'files',
    completes: 'path',
    runs: 'at-once',
    run: view,
  },
  {
    name: 'voice',
    aliases: [],
    args: t`[TEXT]`,
    help: t`record a voice note, hear it again, and send it to where you are`,
    plainHelp: t`record a voice note for where you are: Enter ends and sends it, /voice stop throws it away`,
    example: t`/voice`,
    topic: 'files',
    completes: 'none',
    runs: 'at-once',
    run: voice,
  },
];
