// `lanchat wipe`: deletes a profile from this machine for good. Others keep what was said to them.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { readOwner } from '../storage/identity-file.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { StorageError } from '../storage/storage-error.ts';
import { wasProfile, wipeProfile } from '../storage/wipe-profile.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { requireWord } from './delete.ts';
import { refuseEphemeral } from './kept-session.ts';
import { owningProfile } from './owned-profile.ts';

/** Throws UsageError (`no-profile`, `not-confirmed`), StorageError (`locked`, …). */
export async function wipe(context: CommandContext, { yes }: { yes: boolean }): Promise<void> {
  refuseEphemeral(context);
  const folder = profileFolder(context.options.home ?? undefined);
  const shown = safeText(folder);
  if (!wasProfile(folder)) {
    throw new UsageError(
      'no-profile',
      phrase`there is no profile in ${folder}; nothing was deleted`,
    );
  }
  const { relayStays } = await owningProfile(context, folder, async () => {
    if (!yes) await confirm(context, { folder, shown });
    context.signal.throwIfAborted();
    return wipeProfile(folder);
  });
  const { output } = context;
  output.data({ type: 'wiped', path: folder }, safeTemplate`Deleted: the profile in ${shown}.`);
  output.note(
    safeText(
      phrase`Its keys were overwritten first. Flash, snapshots and copies elsewhere may still hold old blocks: only a disk that is encrypted as a whole helps there.`,
    ),
  );
  if (relayStays) {
    output.note(
      safeTemplate`The relay in ${shown} stays with what it holds: it is no part of the profile.`,
    );
  }
}

async function confirm(
  context: CommandContext,
  { folder, shown }: { folder: string; shown: SafeText },
): Promise<void> {
  const name = await nameOf(folder);
  const question = safeTemplate`Identity, people, settings and all that was said in ${shown} will be gone for good.
Type ${name} to go on: `;
  await requireWord(context, question, name.toLowerCase());
}

/** What is to be typed: the profile's name, or where that can't be read a plain word. */
async function nameOf(folder: string): Promise<SafeText> {
  try {
    const owner = await readOwner(folder);
    const name = safeText(owner?.nick ?? '').trim();
    return name === '' ? safeText('wipe') : safeText(name);
  } catch (error) {
    if (error instanceof StorageError) return safeText('wipe');
    throw error;
  }
}
