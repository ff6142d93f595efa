// `lanchat backup`: the profile in one sealed file, to be restored on another machine. Needs no relay.
import { resolve, sep } from 'node:path';
import { openProfile, type Profile } from '../client/profile.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { writeBackup } from '../storage/backup-file.ts';
import type { BackupContents, BackupCounts } from '../storage/backup-record.ts';
import { requireProfile } from '../storage/identity-file.ts';
import { isDisappearing } from '../storage/message-changes.ts';
import { freshParameters } from '../storage/passphrase-key.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import type { StoredMessage } from '../storage/profile-store.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { messageCount, personCount } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { refuseEphemeral } from './kept-session.ts';
import { OutputFile } from './output-file.ts';
import { owningProfile } from './owned-profile.ts';
import { newPassphrase, passphrasePrompt } from './passphrase.ts';
import { untilAborted } from './session.ts';

export interface BackupRequest {
  readonly file: string;
  readonly withHistory: boolean;
  readonly force: boolean;
}

/** Throws UsageError, CommandError `file-exists`, StorageError; the file is there whole, or not at all. */
export async function backup(context: CommandContext, request: BackupRequest): Promise<void> {
  refuseEphemeral(context);
  const folder = profileFolder(context.options.home ?? undefined);
  await requireProfile(folder);
  refuseInside(folder, request.file);
  const file = await OutputFile.create(request.file, request);
  try {
    const { counts, damaged } = await owningProfile(context, folder, () =>
      writeProfile(context, folder, { ...request, file }),
    );
    await file.publish();
    tell(context, { request, counts, damaged });
  } finally {
    await file.discard();
  }
}

/** There, --force could replace the profile's own files, and whoever loses the folder loses both. */
function refuseInside(folder: string, file: string): void {
  if (!resolve(file).startsWith(folder + sep)) return;
  const message = phrase`${file} would be in the profile's own folder, and lost with it; choose a place elsewhere`;
  throw new UsageError('bad-file', message);
}

interface Written {
  readonly counts: BackupCounts;
  /** Messages and other rows that don't open any more. */
  readonly damaged: number;
}

async function writeProfile(
  context: CommandContext,
  folder: string,
  { file, withHistory }: { file: OutputFile; withHistory: boolean },
): Promise<Written> {
  const profile = await openProfile(folder, {
    passphrase: passphrasePrompt(context),
    // Nothing is changed here, so nothing is saved.
    onFault: () => {},
  });
  try {
    const asked = newPassphrase(context, safeText(phrase`Passphrase for the backup`));
    const passphrase = await untilAborted(asked, context.signal);
    const scrypt = freshParameters();
    const contents = contentsOf(profile, withHistory);
    const counts = await writeBackup(contents, { passphrase, scrypt }, (bytes) => {
      context.signal.throwIfAborted();
      return file.write(bytes);
    });
    return { counts, damaged: profile.store.damaged };
  } finally {
    await profile.close();
  }
}

function contentsOf(profile: Profile, hasHistory: boolean): BackupContents {
  const { sealedSeed: _own, ...identity } = profile.identity.current;
  const { seed, settings, pins, relays, store } = profile;
  const madeMs = Date.now();
  return {
    head: { ...identity, seed, settings: settings.current, madeMs, hasHistory },
    pins: pins.all(),
    relays: relays.all(),
    messages: hasHistory ? lasting(store.everything()) : [],
  };
}

/** A backup keeps nothing that is to disappear: nobody would take it out of the file. */
function* lasting(messages: Iterable<StoredMessage>): IterableIterator<StoredMessage> {
  for (const message of messages) if (!isDisappearing(message)) yield message;
}

function tell(
  { output }: CommandContext,
  { request, counts, damaged }: Written & { readonly request: BackupRequest },
): void {
  const { file, withHistory } = request;
  output.data(
    { type: 'backup', file, messages: counts.messages },
    safeTemplate`${safeText(file)}: identity, settings, ${personCount(counts.pins)}${history(withHistory, counts)}.`,
  );
  if (withHistory && damaged > 0) {
    output.note(safeTemplate`Damaged, so not in it: ${damaged} of its messages.`);
  }
  output.note(
    safeText(phrase`Only its passphrase opens it, and nobody can find that again: keep both.`),
  );
}

function history(withHistory: boolean, { messages }: BackupCounts): SafeText {
  return withHistory
    ? safeTemplate` and ${messageCount(messages)}`
    : safeText(phrase`; no messages (--with-history)`);
}
