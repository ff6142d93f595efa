// Brings people, relays and settings that an earlier version kept in the clear under the seal. Uses none of them.
import { pinsFormat } from './pins-file.ts';
import { RecordSeal } from './record-seal.ts';
import { relaysFormat } from './relays-file.ts';
import { sealClearRecord } from './sealed-record.ts';
import { settingsFormat } from './settings-file.ts';

/**
 * One file after the other; done again after a kill, it ends what it began. `dataKey`: 32 bytes, the caller's, in the
 * vault already. For the folder's owner. Durable on return; throws StorageError, and what can't be read is left as it is.
 */
export async function sealClearRecords(folder: string, dataKey: Uint8Array): Promise<void> {
  const seal = new RecordSeal(dataKey);
  try {
    await sealClearRecord(folder, 'pins', { format: pinsFormat, seal });
    await sealClearRecord(folder, 'relays', { format: relaysFormat, seal });
    await sealClearRecord(folder, 'settings', { format: settingsFormat, seal });
  } finally {
    seal.close();
  }
}
