// A process of its own with a profile's history: one that is killed while it writes, one whose disk is full.
import { rmSync } from 'node:fs';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import {
  batchOf,
  DATA_KEY,
  messageId,
  said,
  sent,
  textsOf,
  value,
  WITH_ASHA,
} from './histories.ts';

function print(result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** The batch that is committed after `done` others; also killable-history.test.ts knows it. */
function batchAfter(done: number) {
  const number = done + 1;
  const messages = Array.from({ length: 1 + (number % 5) }, (_, index) =>
    (index === 0 ? sent : said)(8 * number + index, {
      text: `${number}/${index} ${'x'.repeat(((number * 37) % 11) * 500)}`,
    }),
  );
  const { state, history } = batchOf(messages, [
    { place: 'done', value: value(number & 0xff, (number >> 8) & 0xff) },
    { place: `batch/${number % 7}`, value: new Uint8Array((number * 31) % 900) },
    { place: `batch/${(number + 3) % 7}`, value: null },
  ]);
  const id = messageId(8 * done);
  const before = { type: 'state', id, state: 'delivered', reason: null } as const;
  return { state, history: [...history, before] };
}

function doneIn(store: ProfileStore): number {
  const [low = 0, high = 0] = store.state().find(({ place }) => place === 'done')?.value ?? [];
  return low | (high << 8);
}

/** Goes on where the last one was killed; says what has been committed, and only then. */
async function write(folder: string): Promise<void> {
  const store = await ProfileStore.open(folder, DATA_KEY);
  for (let done = doneIn(store); ; done++) {
    print({ done });
    store.commit(batchAfter(done));
    // Deletes as people do, which moves the WAL into the database.
    if (done % 10 === 9) store.deleteMessage(messageId(8 * (done - 5) + 1));
    await new Promise(setImmediate);
  }
}

/** Commits until the disk is full, looks at what is there, then makes room and goes on. */
async function fillDisk(folder: string, ballast: string): Promise<void> {
  const store = await ProfileStore.open(folder, DATA_KEY);
  let committed = 0;
  const commit = () => {
    const text = `${committed} ${'x'.repeat(9_000)}`;
    const place = { place: 'committed', value: value(committed + 1) };
    store.commit(batchOf([said(committed, { text })], [place]));
    committed++;
  };
  try {
    for (;;) commit();
  } catch (error) {
    printError(error);
  }
  const look = () => ({
    committed,
    said: textsOf(store.everything()).map((text) => Number(text.split(' ')[0])),
    counted: store.state()[0]?.value[0],
    unread: store.conversations()[0]?.unread,
    ok: store.check().ok,
  });
  print(look());
  try {
    print({ deleted: store.deleteConversation(WITH_ASHA) });
  } catch (error) {
    printError(error);
  }
  rmSync(ballast);
  for (let more = 0; more < 3; more++) commit();
  print(look());
  store.close();
}

function printError(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
  print({ code: error.code, message: error.message });
}

const [, , action, folder = '', ballast = ''] = process.argv;
try {
  switch (action) {
    case 'write':
      await write(folder);
      break;
    case 'fill-disk':
      await fillDisk(folder, ballast);
      break;
    case 'open':
      (await ProfileStore.open(folder, DATA_KEY)).close();
      print({ opened: true });
      break;
    default:
      throw new Error(`unknown action ${action}`);
  }
} catch (error) {
  printError(error);
}
