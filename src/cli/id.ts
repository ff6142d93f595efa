// `lanchat id`: who this profile is. Reads the identity's file and loads no crypto where there is one.
import { encodeVerificationQr } from '../crypto/verification-qr.ts';
import { PeerId } from '../protocol/ids.ts';
import { readIdentity } from '../storage/identity-file.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { cleanNickname, fingerprintWords } from '../ui/people.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { qrLines } from './qr.ts';

/** The second half of a verification QR where it is shown to nobody in particular. */
const NOBODY = PeerId.fromBytes(new Uint8Array(PeerId.sizeBytes));

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
  const stored = ephemeral ? null : await readIdentity(profileFolder(home ?? undefined));
  if (stored !== null) {
    // It is only shown here; whoever signs reads it anew.
    if ('seed' in stored) stored.seed.fill(0);
    if (nick === null || nick === stored.nick) return { nick: stored.nick, fingerprint: stored.id };
  }
  // A new identity, or a new name to be remembered: that is for the profile's owner.
  // Only a fresh profile needs one; what it loads costs more than the rest of this command.
  const { withSession } = await import('./session.ts');
  const snapshot = await withSession(context, 'offline', (session) =>
    session.request({ do: 'snapshot' }),
  );
  return snapshot.self;
}
