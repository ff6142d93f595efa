// Backups for tests: what is in one, its bytes, and reading them back.
import { writeFileSync } from 'node:fs';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { MessageId, PeerId, RelayId } from '../../src/protocol/ids.ts';
import { writeBackup } from '../../src/storage/backup-file.ts';
import { SealedBackup } from '../../src/storage/backup-reader.ts';
import type { BackupContents, BackupHead, BackupPart } from '../../src/storage/backup-record.ts';
import type { ScryptParameters } from '../../src/storage/passphrase-key.ts';
import type { Pin } from '../../src/storage/pins-file.ts';
import type { PinnedRelay } from '../../src/storage/relays-file.ts';
import type { StoredMessage } from '../../src/storage/stored-message.ts';

export const PASSPHRASE = 'correct horse battery staple';
/** The cheapest that is read: guessing costs nothing here. */
export const CHEAP: ScryptParameters = { N: 2 ** 10, r: 8, p: 1, salt: bytesOf(5, 16) };
export const SEED = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

function bytesOf(number: number, sizeBytes = 32): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** Needs libsodium. */
export function head(change: Partial<BackupHead> = {}): BackupHead {
  return {
    id: identityFromSeed(SEED).id,
    seed: SEED.slice(),
    nick: 'asha',
    cardSeq: 12n,
    bundleSeq: 2n ** 63n,
    createdMs: 1_000,
    settings: {
      ...{ rooms: ['lobby', 'späti'], keepDays: 30, showDelivered: false },
      ...{ sendRead: false, sendTyping: true },
      conversations: [
        { with: '#lobby', sendRead: true },
        { with: '#späti', notifyLevel: 'nothing' },
      ],
      ...{ hidden: true, notify: 'bell', notifyText: true },
      ...{ notifyLevel: 'mentions', quietHours: '22:00-07:00' },
      ...{ collapsed: [], theme: 'auto' as const, pictures: 'off' as const },
      ...{ acceptFiles: 'ask', acceptMaxMb: 25, downloads: '/srv/files', directFiles: true },
    },
    madeMs: 2_000,
    hasHistory: true,
    ...change,
  };
}

export function pin(index: number, change: Partial<Pin> = {}): Pin {
  const bytes = bytesOf(index);
  return {
    ...{ id: PeerId.fromBytes(bytes), ed25519: bytes, x25519: bytes, nick: `nick ${index}` },
    ...{ trust: 'known', firstSeenMs: index, verifiedAtMs: null, verifiedBy: null },
    ...{ contacted: false, acceptedNick: null, petname: null, favourite: false },
    ...{ note: null, ignored: false, blocked: false },
    ...change,
  };
}

export function relay(index: number): PinnedRelay {
  const id = RelayId.fromBytes(bytesOf(index));
  return { id, name: `relay ${index}`, host: '192.0.2.1', port: 7717, lastUsedMs: index };
}

export function message(index: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: MessageId.fromBytes(bytesOf(index, 16)),
    timeMs: 1_700_000_000_000 + index,
    sentTimeMs: null,
    conversation: { room: '#lobby' },
    from: { fingerprint: PeerId.fromBytes(bytesOf(2)), nick: 'bela' },
    text: `words of ${index}`,
    state: null,
    reason: null,
    ...change,
  };
}

export function contents(change: Partial<BackupContents> = {}): BackupContents {
  return {
    head: head(),
    pins: [
      pin(1, { trust: 'verified', verifiedAtMs: 77, verifiedBy: 'code', contacted: true }),
      pin(2, { acceptedNick: 'asha', petname: 'mum', favourite: true }),
      pin(3, { note: 'of ward 3', ignored: true, blocked: true }),
    ],
    relays: [relay(1), relay(2)],
    messages: [
      message(1),
      message(2, { conversation: { peer: pin(1).id }, state: 'delivered', sentTimeMs: 3 }),
    ],
    ...change,
  };
}

export async function bytesOfBackup(
  what: BackupContents = contents(),
  scrypt: ScryptParameters = CHEAP,
): Promise<Uint8Array> {
  const written: Uint8Array[] = [];
  await writeBackup(what, { passphrase: PASSPHRASE, scrypt }, async (bytes) => {
    written.push(bytes);
  });
  return Buffer.concat(written);
}

export interface ReadBackup {
  readonly head: BackupHead;
  readonly parts: readonly BackupPart[];
}

/** All of the backup at `path`; null where the passphrase doesn't open it. */
export async function readBackup(
  path: string,
  passphrase = PASSPHRASE,
): Promise<ReadBackup | null> {
  const sealed = await SealedBackup.open(path);
  try {
    const opened = await sealed.unlock(passphrase);
    if (opened === null) return null;
    const parts: BackupPart[] = [];
    for await (const part of opened.parts()) parts.push(part);
    return { head: opened.head, parts };
  } finally {
    await sealed.close();
  }
}

export async function readBytes(path: string, bytes: Uint8Array): Promise<ReadBackup | null> {
  writeFileSync(path, bytes);
  return readBackup(path);
}
