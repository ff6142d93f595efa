// A person who is killed: HOME NAME PORT FAULT. Writes when told to, and says everything that it is told itself.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClientEvent, Destination } from '../../src/client/api.ts';
import { openSession } from '../../src/client/open-session.ts';
import { openProfile } from '../../src/client/profile.ts';
import { realSurroundings } from '../../src/client/relay-link.ts';
import { LanchatError } from '../../src/protocol/errors.ts';
import { FIRST_ROOM } from '../../src/protocol/nickname.ts';
import { FOLDER_ENTRIES } from '../../src/storage/profile-folder.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';
import { breakStore, flipBits } from './broken-store.ts';
import { NAMES, PLACES, type Place } from './letters.ts';
import { reportLine } from './report-line.ts';
import type { Kept, PersonOrder, PersonReport } from './reports.ts';
import { Writer } from './writer.ts';

const PAGE_MESSAGES = 500;
const [home = '', nick = '', port = '', fault = 'none'] = process.argv.slice(2);
const name = NAMES.find((each) => each === nick) ?? NAMES[0];

function report(line: PersonReport): void {
  reportLine(line);
}

/** Opens what the process before has left, as the session will, and reads all of it. */
async function isWhole(): Promise<boolean> {
  if (!existsSync(join(home, FOLDER_ENTRIES.history))) return true;
  const { passphrase } = SESSION_DEFAULTS;
  const profile = await openProfile(home, { passphrase, onFault: () => undefined });
  const { ok } = profile.store.check();
  await profile.close();
  return ok;
}

/** Changes of the link say nothing that is checked. */
function isTold(event: ClientEvent): boolean {
  return event.type !== 'link' && event.type !== 'self';
}

if (fault === 'flips-bits') flipBits(join(home, FOLDER_ENTRIES.history));
const whole = await isWhole();
breakStore(fault);
const session = await openSession({
  ...SESSION_DEFAULTS,
  ...{ home, nick: name, exclusive: true },
  relay: { host: '127.0.0.1', port: Number(port), fingerprint: null },
  surroundings: { ...realSurroundings, browse: () => ({ hints: () => [], close() {} }) },
});
let writers: Writer[] = [];
session.subscribe((event) => {
  if (isTold(event)) report({ type: 'event', event });
  for (const writer of writers) writer.take(event);
});
const { self } = await session.request({ do: 'snapshot' });
report({ type: 'open', id: self.fingerprint, isWhole: whole });

function newWriter(place: Place, { peer, next }: Extract<PersonOrder, { do: 'write' }>): Writer {
  const to = place === 'room' ? { room: FIRST_ROOM } : { peer };
  const onTrying = (number: number) => report({ type: 'trying', place, number });
  return new Writer({ session, from: name, place, to, onTrying }, next[place]);
}

async function keptIn(conversation: Destination): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (let more = true; more; ) {
    const before = kept[0]?.id ?? null;
    const request = { do: 'history', conversation, before, limit: PAGE_MESSAGES } as const;
    const page = await session.request(request);
    const earlier = page.messages.map(({ id, text, from: { fingerprint }, state }) => {
      return { id, text, isOwn: fingerprint === self.fingerprint, state };
    });
    kept.unshift(...earlier);
    more = page.more && earlier.length > 0;
  }
  return kept;
}

/** Others may be asked meanwhile. */
function ask({ number, command }: Extract<PersonOrder, { do: 'ask' }>): void {
  session.request(command).then(
    (reply) => report({ type: 'answer', number, reply }),
    (error: unknown) => {
      if (!(error instanceof LanchatError)) throw error;
      report({ type: 'answer', number, error: error.code });
    },
  );
}

async function obey(order: PersonOrder): Promise<void> {
  switch (order.do) {
    case 'write':
      for (const writer of writers) writer.rest();
      writers = PLACES.map((place) => newWriter(place, order));
      for (const writer of writers) writer.begin();
      return;
    case 'rest':
      for (const writer of writers) writer.rest();
      return;
    case 'read': {
      const [direct, room] = [
        await keptIn({ peer: order.peer }),
        await keptIn({ room: FIRST_ROOM }),
      ];
      report({ type: 'history', history: { private: direct, room } });
      return;
    }
    case 'ask':
      ask(order);
      return;
    case 'retry':
      await session.request({ do: 'retry' });
      return;
    default:
      order satisfies never;
  }
}

for await (const line of createInterface({ input: process.stdin })) await obey(JSON.parse(line));
// Whoever started it is gone.
process.exit();
