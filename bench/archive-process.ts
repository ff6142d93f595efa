// A profile with a long past, in a process of its own: fills it, opens it, turns its pages, searches it.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { MessagePage } from '../src/client/api.ts';
import { type OpenSession, openSession } from '../src/client/open-session.ts';
import { openProfile } from '../src/client/profile.ts';
import { FOLDER_ENTRIES, openPrivateFolder } from '../src/storage/profile-folder.ts';
import type { HistoryWrite } from '../src/storage/profile-store.ts';
import { ARCHIVE_ROOMS, archiveMessages } from './archive.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  /** Answers with the milliseconds that it took, and the bytes of the database. */
  v.object({ do: v.literal('fill'), home: v.string(), messages: v.number() }),
  v.object({ do: v.literal('open'), home: v.string() }),
  /** Answers with the milliseconds that it took, the messages that came, and the milliseconds of CPU. */
  v.object({ do: v.literal('page'), room: v.number(), limit: v.number() }),
  /** The same. */
  v.object({ do: v.literal('search'), query: v.string(), limit: v.number() }),
  v.object({ do: v.literal('close') }),
]);

/** Rows of one transaction: what a client that catches up commits at once. */
const BATCH_ROWS = 2_000;
const noPassphrase = () => Promise.reject(new Error('this profile has none'));

let session: OpenSession | null = null;

async function fill(home: string, messages: number): Promise<readonly number[]> {
  const startMs = performance.now();
  await openPrivateFolder(home);
  const fault = (error: unknown) => {
    throw error;
  };
  const profile = await openProfile(home, { passphrase: noPassphrase, onFault: fault });
  profile.settings.update({ rooms: ARCHIVE_ROOMS });
  let history: HistoryWrite[] = [];
  const write = () => {
    profile.store.commit({ state: [], history });
    history = [];
  };
  for (const message of archiveMessages(messages)) {
    history.push({ type: 'message', message });
    if (history.length === BATCH_ROWS) write();
  }
  write();
  // Nobody has unread a year.
  for (const room of ARCHIVE_ROOMS) profile.store.markRead({ room: `#${room}` });
  await profile.close();
  return [performance.now() - startMs, statSync(join(home, FOLDER_ENTRIES.history)).size];
}

function open(home: string): Promise<OpenSession> {
  return openSession({
    ...{ home, nick: null, relay: null, exclusive: true, rooms: 'leave-alone' },
    ...{ ephemeral: false, offline: true, passphrase: noPassphrase },
  });
}

function opened(): OpenSession {
  if (session === null) throw new Error('no profile is open');
  return session;
}

/** Milliseconds, messages, milliseconds of CPU. */
async function timed(ask: () => Promise<MessagePage>): Promise<readonly number[]> {
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  const { messages } = await ask();
  const { user, system } = process.cpuUsage(cpu);
  return [performance.now() - startMs, messages.length, (user + system) / 1_000];
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'fill':
      return fill(asked.home, asked.messages);
    case 'open':
      session = await open(asked.home);
      return [];
    case 'page': {
      const conversation = { room: `#${ARCHIVE_ROOMS[asked.room]}` };
      const { limit } = asked;
      return timed(() => opened().request({ do: 'history', conversation, before: null, limit }));
    }
    case 'search': {
      const { query, limit } = asked;
      return timed(() => opened().request({ do: 'search', query, conversation: null, limit }));
    }
    case 'close':
      await opened().close();
      session = null;
      return [];
    default:
      return asked satisfies never;
  }
});
