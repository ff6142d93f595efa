// The whole screen over a session that a test plays: what is typed as `emit {…}` comes back as that event.

import { editText } from '../../src/cli/editor.ts';
import { screenFiles } from '../../src/cli/local-files.ts';
import { parseRelayAddress } from '../../src/cli/options.ts';
import { loadPicture } from '../../src/cli/pictures.ts';
import { TemporaryFiles } from '../../src/cli/temporary-files.ts';
import type {
  ClientEvent,
  Command,
  Message,
  Person,
  Preferences,
  Room,
  Snapshot,
} from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { MessageId, type PeerId } from '../../src/protocol/ids.ts';
import { cleanNick } from '../../src/protocol/nickname.ts';
import { readKeyFile } from '../../src/ui/key-file.ts';
import { openScreen } from '../../src/ui/open-screen.tsx';
import { safeText } from '../../src/ui/safe-text.ts';
import { readThemeFile } from '../../src/ui/theme-file.ts';
import { FakeSession, onlineLink, peerId, person } from './fake-session.ts';
import { KeptHistory, stored } from './kept-history.ts';

/** From the environment, as JSON: what the session begins with and what follows at once. */
interface Scene {
  readonly people?: readonly Person[];
  readonly rooms?: readonly Room[];
  readonly snapshot?: Partial<Snapshot>;
  readonly events?: readonly ClientEvent[];
  /** Messages of a long history, made here: too many for an environment. */
  readonly history?: number;
  /** Messages of #lobby that were there before the session began. */
  readonly past?: number;
  readonly firstRun?: boolean;
  readonly target?: string;
  readonly fault?: string;
  /** What stands in the file of keys. */
  readonly keys?: string;
  /** What stands in the file of colours. */
  readonly theme?: string;
  /** What is drawn for somebody who is alone throws. */
  readonly drawingFault?: string;
  /** Opens the session only at SIGUSR2: what is typed before must wait. */
  readonly slow?: boolean;
}

const scene: Scene = JSON.parse(process.env.SCENE ?? '{}');
const self = { nick: 'asha', fingerprint: peerId('a') };
const people = scene.people ?? [person('ravi', 'b'), person('meera', 'c', { trust: 'verified' })];
const members = [self.fingerprint, ...people.map(({ fingerprint }) => fingerprint)];
const session = new FakeSession();
session.snapshot = {
  self,
  link: onlineLink,
  ready: true,
  people,
  rooms: scene.rooms ?? [{ name: '#lobby', kind: 'public', members }],
  ephemeral: false,
  storageProblem: null,
  ...scene.snapshot,
};

const past = await KeptHistory.open(
  Array.from({ length: scene.past ?? 0 }, (_, index) =>
    stored(index + 1, { from: pastAuthor(index) }),
  ),
);
past.serve(session);
session.subscribe((event) => {
  if (event.type !== 'message') return;
  const { from } = event.message;
  // History takes names as the core has cleaned them.
  past.add({ ...event.message, from: { ...from, nick: cleanNick(from.nick) }, reason: null });
});

function pastAuthor(index: number) {
  return people[Math.floor(index / 3) % people.length] ?? person('ravi', 'b');
}

/** Above those of the past. */
let sent = 1_000_000;

function nextId(): MessageId {
  sent += 1;
  const id = MessageId.parse(sent.toString(16).padStart(32, '0'));
  if (id === null) throw new Error('not an id');
  return id;
}

function answerSend(command: Extract<Command, { do: 'send' }>) {
  const id = nextId();
  if (command.text.startsWith('emit ')) {
    session.emit(JSON.parse(command.text.slice(5)));
    return { id };
  }
  const to = command.to;
  const message: Message = {
    id,
    time: new Date().toISOString(),
    sentTime: null,
    room: 'room' in to ? to.room : null,
    peer: 'peer' in to ? to.peer : null,
    from: { ...self, trust: 'verified' },
    text: command.text,
    state: 'pending',
  };
  session.emit({ type: 'message', message });
  session.emit({ type: 'receipt', id, state: 'relayed', reason: null });
  if ('peer' in to) session.emit({ type: 'receipt', id, state: 'delivered', reason: null });
  return { id };
}

function find(query: string): readonly Person[] {
  const name = query.replace(/^@/, '').toLowerCase();
  return people.filter(
    (candidate) =>
      candidate.nick.toLowerCase() === name ||
      (name.length >= 8 && candidate.fingerprint.startsWith(name)),
  );
}

function personOf(peer: PeerId): Person {
  const found = people.find(({ fingerprint }) => fingerprint === peer);
  if (found === undefined) throw new UsageError('unknown-person', 'nobody has that key');
  return found;
}

let preferences: Preferences = DEFAULT_PREFERENCES;
const digits = '012345678901234567890123456789012345678901234567890123456789';
session.answer({
  send: answerSend,
  'find-person': ({ query }) => ({ matches: find(query) }),
  join: ({ room }) => {
    session.emit({ type: 'room', room: { name: room, kind: 'public', members } });
    return { room };
  },
  leave: ({ room }) => {
    session.emit({ type: 'room-left', room });
    return { room };
  },
  nick: ({ nick }) => {
    if (!/^\p{L}/u.test(nick)) throw new UsageError('bad-nick', 'a name begins with a letter');
    session.emit({ type: 'self', nick, fingerprint: self.fingerprint });
    return { nick };
  },
  'safety-number': ({ peer }) => ({ digits, qr: digits, person: personOf(peer) }),
  verify: ({ peer, digits: typed }) => {
    if (typed !== null && typed !== digits) {
      throw new UsageError('digits-differ', 'the number differs: this is not their key');
    }
    return { person: { ...personOf(peer), trust: 'verified', keyChangedFrom: [] } };
  },
  trust: ({ peer }) => ({ person: { ...personOf(peer), keyChangedFrom: [] } }),
  settings: () => preferences,
  set: ({ change }) => {
    preferences = { ...preferences, ...change };
    return preferences;
  },
  prepare: () => ({}),
  typing: () => ({}),
  retry: () => ({}),
  'choose-relay': ({ host, port, fingerprint }) => {
    const link = { ...onlineLink, relay: `${host}:${port}`, fingerprint };
    session.emit({ type: 'link', link });
    return {};
  },
});

function history(count: number): void {
  for (let index = 0; index < count; index += 1) {
    session.emit({
      type: 'message',
      message: {
        id: nextId(),
        time: new Date(Date.now() - (count - index) * 1_000).toISOString(),
        sentTime: null,
        room: '#lobby',
        peer: null,
        from: pastAuthor(index),
        text: `message ${index} of a long history that somebody might scroll through one day`,
        state: null,
      },
    });
  }
}

const end = await openScreen({
  stdin: process.stdin,
  stdout: process.stdout,
  host: process,
  env: process.env,
  version: safeText('1.2.3'),
  skeleton: null,
  openSession: async () => {
    if (scene.fault !== undefined) throw new UsageError('locked', scene.fault);
    if (scene.slow === true) {
      // A signal alone doesn't keep a process alive; the terminal does.
      await new Promise((resolve) => process.once('SIGUSR2', resolve));
    }
    setImmediate(() => {
      history(scene.history ?? 0);
      for (const event of scene.events ?? []) session.emit(event);
    });
    return session;
  },
  hostRelay: async () => ({
    address: { host: '127.0.0.1', port: 7717, fingerprint: 'ab'.repeat(32) },
    ended: new Promise(() => {}),
    people: async () => people.map(({ fingerprint }) => fingerprint),
    stop: async () => {},
    leave: () => {},
  }),
  parseRelay: parseRelayAddress,
  loadPicture,
  readKeys: async () => ({ ...readKeyFile(scene.keys ?? ''), path: safeText('/home/asha/keys') }),
  copyByProgram: async () => null,
  files: screenFiles(process, new TemporaryFiles(null)),
  editText,
  readTheme: async () => ({
    ...readThemeFile(scene.theme ?? ''),
    path: safeText('/home/asha/theme'),
    isThere: scene.theme !== undefined,
  }),
  exportTo: async (_session, { file }) => ({ file, messages: past.messages.length }),
  lanAddress: () => {
    if (scene.drawingFault !== undefined) throw new Error(scene.drawingFault);
    return '192.168.1.5';
  },
  target: scene.target ?? null,
  firstRun: scene.firstRun ?? false,
}).catch((error: unknown) => {
  process.stdout.write(`failed: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
});
process.stdout.write(`left, signal ${end.signal}, closed ${session.closed}\n`, () =>
  process.exit(0),
);
