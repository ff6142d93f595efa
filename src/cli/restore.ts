// `lanchat restore`: a fresh profile from a backup: the same fingerprint, people, settings and history.
import type { MessageState } from '../core/events.ts';
import { wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import type { OpenedBackup } from '../storage/backup-reader.ts';
import { SealedBackup } from '../storage/backup-reader.ts';
import type { BackupPart } from '../storage/backup-record.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { RestoringProfile, requireFresh } from '../storage/restoring-profile.ts';
import type { StoredMessage } from '../storage/stored-message.ts';
import { cleanNickname, fingerprintWords } from '../ui/people.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { messageCount } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { refuseEphemeral } from './kept-session.ts';
import { owningProfile } from './owned-profile.ts';
import { givenPassphrase } from './passphrase.ts';
import { untilAborted } from './session.ts';

/** Throws UsageError (`not-fresh`, `no-file`, …), CommandError `wrong-passphrase`, StorageError: then nothing was restored. */
export async function restore(context: CommandContext, path: string): Promise<void> {
  refuseEphemeral(context);
  const folder = profileFolder(context.options.home ?? undefined);
  // Before a passphrase is asked for nothing.
  requireFresh(folder);
  const backup = await SealedBackup.open(path);
  try {
    const opened = await unlock(context, { backup, path });
    try {
      const messages = await owningProfile(context, folder, () => rebuild(context, folder, opened));
      tell(context, { folder, opened, messages });
    } finally {
      wipe(opened.head.seed);
    }
  } finally {
    await backup.close();
  }
}

async function unlock(
  context: CommandContext,
  { backup, path }: { backup: SealedBackup; path: string },
): Promise<OpenedBackup> {
  const asked = givenPassphrase(context, safeText(phrase`Passphrase of the backup`));
  const passphrase = await untilAborted(asked, context.signal);
  const opened = await backup.unlock(passphrase);
  if (opened !== null) return opened;
  throw new CommandError(
    'wrong-passphrase',
    phrase`that passphrase doesn't open ${path} (or its beginning is damaged); nothing was restored, try again`,
  );
}

/** Returns how many messages there were. */
async function rebuild(
  { signal }: CommandContext,
  folder: string,
  opened: OpenedBackup,
): Promise<number> {
  const profile = await RestoringProfile.begin(folder, opened.head);
  let messages = 0;
  try {
    for await (const part of opened.parts()) {
      signal.throwIfAborted();
      profile.add(withoutHopes(part));
      if (part.type === 'messages') messages += part.messages.length;
    }
    await profile.finish();
    return messages;
  } finally {
    await profile.abandon();
  }
}

const PENDING: MessageState = 'pending';
const FAILED: MessageState = 'failed';

/** No backup has an outbox: what waited in it will never go out from here, and must not look as if it would. */
function withoutHopes(part: BackupPart): BackupPart {
  if (part.type !== 'messages') return part;
  return { type: 'messages', messages: part.messages.map(settled) };
}

function settled(message: StoredMessage): StoredMessage {
  return message.state === PENDING ? { ...message, state: FAILED, reason: null } : message;
}

function tell(
  { output }: CommandContext,
  { folder, opened, messages }: { folder: string; opened: OpenedBackup; messages: number },
): void {
  const { id, nick, hasHistory } = opened.head;
  output.data(
    { type: 'restored', nick, fingerprint: id, messages },
    safeTemplate`${cleanNickname(nick)}\n${fingerprintWords(id)}\nRestored with ${messageCount(messages)}.`,
  );
  if (!hasHistory) output.note(safeText(phrase`Its backup was made without --with-history.`));
  output.note(
    safeTemplate`Use it on one machine at a time: where two use it, the relay knows the newer login only.`,
  );
  output.note(
    safeTemplate`${safeText(folder)} opens without a passphrase; lanchat passphrase sets one.`,
  );
}
