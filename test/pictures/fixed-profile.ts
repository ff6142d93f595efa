// A profile whose keys are the same in every run, so that pictures show the same fingerprints. For pictures alone:
// everybody can know the keys.
import { createHash } from 'node:crypto';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready, wipe } from '../../src/crypto/sodium.ts';
import { FIRST_ROOM_NAME } from '../../src/protocol/nickname.ts';
import { Pins } from '../../src/storage/pins-file.ts';
import { openPrivateFolder } from '../../src/storage/profile-folder.ts';
import { openProfileKeys } from '../../src/storage/profile-keys.ts';
import { RecordSeal } from '../../src/storage/record-seal.ts';
import { SettingsFile } from '../../src/storage/settings-file.ts';

export interface FixedPerson {
  readonly nick: string;
  /** Another one, another key; chosen so that people on a picture differ in colour. */
  readonly key: string;
}

/** Makes it in `folder`, which holds none yet. */
export async function makeFixedProfile(folder: string, { nick, key }: FixedPerson): Promise<void> {
  await ready();
  await openPrivateFolder(folder);
  const keys = await openProfileKeys(folder, {
    passphrase: () => Promise.reject(new Error('it has none')),
    newIdentity: async (dataKey) => {
      await writeFirstFiles(folder, dataKey);
      const seed = new Uint8Array(createHash('sha256').update(`picture ${key}`).digest());
      const { id } = identityFromSeed(seed);
      return { id, seed, nick, cardSeq: 0n, bundleSeq: 0n, createdMs: 0 };
    },
  });
  wipe(keys.seed);
  wipe(keys.dataKey);
}

async function writeFirstFiles(folder: string, dataKey: Uint8Array): Promise<void> {
  const onFault = (error: unknown) => {
    throw error;
  };
  const seal = new RecordSeal(dataKey);
  try {
    const settings = await SettingsFile.open(folder, { seal, onFault });
    const pins = await Pins.open(folder, { seal, onFault });
    settings.update({ rooms: [FIRST_ROOM_NAME] });
    pins.create();
    await Promise.all([settings.close(), pins.close()]);
  } finally {
    seal.close();
  }
}
