// `lanchat id`: who this profile is. Reads the identity's file and loads no crypto where there is one.
import { encodeVerificationQr } from '../crypto/verification-qr.ts';
import { PeerId } from '../protocol/ids.ts';
import { readOwner } from '../storage/identity-file.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { cleanNickname, fingerprintWords } from '../ui/people.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { qrLines } from './qr.ts';

/** The second half of a verification QR where it is shown to nobody in particular. */
const NOBODY = PeerId.fromBytes(new Uint8Array(PeerId.sizeBytes));

/** Makes a profile where there is none, and takes --nick on. Throws StorageError. */
export async function id(context: CommandContext): Promise<void> {
  const { nick, fingerprint } = await self(context);
  const { output } = context;
  output.data(
    { type: 'id', nick, fingerprint },
    safeTemplate`${cleanNickname(nick)}\n${fingerprintWords(fingerprint)}`,
  );
  if (output.options.json) return;
  output.human(safeText(''), ...qrLines(encodeVerificationQr({ own: fingerprint, seen: NOBODY })));
}

async function self(context: CommandContext): Promise<{ nick: string; fingerprint: PeerId }> {
  const { home, nick, ephemeral } = context.options;
  const owner = ephemeral ? null : await readOwner(profileFolder(home ?? undefined));
  if (owner !== null && (nick === null || nick === owner.nick)) {
    return { nick: owner.nick, fingerprint: owner.id };
  }
  // A new identity, or a new name to be remembered: that is for the profile's owner.
  // Only a fresh profile needs one; what it loads costs more than the rest of this command.
  const { withSession } = await import('./session.ts');
  const snapshot = await withSession(context, 'offline', (session) =>
    session.request({ do: 'snapshot' }),
  );
  return snapshot.self;
}
