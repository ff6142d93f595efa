// `lanchat passphrase`: sets, changes or removes what opens this profile. Owns the profile meanwhile.
import { openProfile, type Profile } from '../client/profile.ts';
import { phrase } from '../language/translate.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { isVaultLocked } from '../storage/vault.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { refuseEphemeral } from './kept-session.ts';
import { owningProfile } from './owned-profile.ts';
import { newPassphrase, passphrasePrompt } from './passphrase.ts';

const BEFORE = [
  safeText(
    phrase`A passphrase protects, while lanchat is not open, what is on this disk: your keys, people, rooms, relays, settings and all that was said. Your name and fingerprint stay readable.`,
  ),
  safeText(phrase`Nobody can recover a forgotten one: identity and history are then lost.`),
];
const AFTER_THE_FIRST = [
  safeText(
    phrase`The key lay on this disk without a passphrase before: flash, snapshots and copies of the folder may still hold it so.`,
  ),
];
const AFTER_ANOTHER = [
  safeText(
    phrase`Older copies of the folder, and what flash keeps of it, still open with the passphrase of before.`,
  ),
];

/**
 * Without a terminal the present passphrase and the new one are lines of stdin. Throws StorageError (`locked`
 * where another process has the profile open), CommandError `wrong-passphrase`, UsageError (`bad-passphrase`, `ephemeral`).
 */
export async function passphrase(
  context: CommandContext,
  { remove }: { remove: boolean },
): Promise<void> {
  refuseEphemeral(context);
  const folder = profileFolder(context.options.home ?? undefined);
  await owningProfile(context, folder, async () => {
    const profile = await openProfile(folder, {
      passphrase: passphrasePrompt(context, { stdin: true }),
      onFault: ({ message }) => context.output.note(safeText(`lanchat: ${message}`)),
    });
    try {
      const wasLocked = await isVaultLocked(folder);
      await (remove ? takeAway : put)(context, profile, wasLocked);
    } finally {
      await profile.close();
    }
  });
}

async function put(context: CommandContext, profile: Profile, wasLocked: boolean): Promise<void> {
  const { output } = context;
  for (const line of BEFORE) output.note(line);
  await profile.setPassphrase(await newPassphrase(context, safeTemplate`New passphrase`));
  const done = wasLocked
    ? safeTemplate`Passphrase changed.`
    : safeText(phrase`Passphrase set. lanchat asks for it whenever it opens this profile.`);
  output.data({ type: 'passphrase', set: true }, done);
  for (const line of wasLocked ? AFTER_ANOTHER : AFTER_THE_FIRST) output.note(line);
}

async function takeAway(
  { output }: CommandContext,
  profile: Profile,
  wasLocked: boolean,
): Promise<void> {
  if (wasLocked) await profile.setPassphrase(null);
  const done = wasLocked
    ? safeText(
        phrase`Passphrase removed. Whoever can read this folder can now become you and read what was said.`,
      )
    : safeText(phrase`There was no passphrase.`);
  output.data({ type: 'passphrase', set: false }, done);
}
