/** A store on a clock that a test moves, and the actions of a screen over a fake session. */

import { localFiles, screenFiles } from '../../src/cli/local-files.ts';
import { parseRelayAddress } from '../../src/cli/options.ts';
import { TemporaryFiles } from '../../src/cli/temporary-files.ts';
import type { Message, Who } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { MessageId } from '../../src/protocol/ids.ts';
import { applyEvent, applySnapshot } from '../../src/ui/apply-event.ts';
import type { ExportWish } from '../../src/ui/export-wish.ts';
import { scrollArea } from '../../src/ui/frame.ts';
import { HistoryReader } from '../../src/ui/history-reader.ts';
import { readKeyFile } from '../../src/ui/key-file.ts';
import { LineQueue } from '../../src/ui/line-queue.ts';
import { type LoadPicture, PictureViewer } from '../../src/ui/picture-viewer.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { ScreenStore } from '../../src/ui/store.ts';
import type { QuitWish, ScreenActions } from '../../src/ui/talk.ts';
import { readThemeFile } from '../../src/ui/theme-file.ts';
import { Theming } from '../../src/ui/theming.ts';
import { FakeSession, peerId } from './fake-session.ts';
import { stillMoment } from './ink-screen.tsx';

export class TestClock {
  nowMs = Date.parse('2026-01-31T09:15:00Z');
  #waiting: { readonly atMs: number; readonly run: () => void }[] = [];

  readonly now = (): number => this.nowMs;

  readonly schedule = (run: () => void, delayMs: number): (() => void) => {
    const entry = { atMs: this.nowMs + delayMs, run };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  };

  advance(ms: number): void {
    this.nowMs += ms;
    const due = this.#waiting.filter(({ atMs }) => atMs <= this.nowMs);
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > this.nowMs);
    for (const { run } of due) run();
  }
}

export interface TestScreen {
  readonly clock: TestClock;
  readonly store: ScreenStore;
  readonly session: FakeSession;
  readonly actions: ScreenActions;
  readonly wishes: QuitWish[];
  readonly exports: ExportWish[];
  readonly copied: string[];
  hosted: number;
  /** People beside us on a relay hosted here. */
  dependents: number;
  /** What reads and decodes a picture. */
  loadPicture: LoadPicture;
}

/**
 * A screen of 80×24 whose session has said its snapshot, and whose events it hears. Nothing of history is
 * read before `actions.history.start()`.
 */
export function testScreen(session = new FakeSession()): TestScreen {
  const clock = new TestClock();
  const store = new ScreenStore({
    now: clock.now,
    schedule: clock.schedule,
    size: { columns: 80, rows: 24 },
    version: safeText('1.2.3'),
    paths: localFiles({ platform: process.platform, env: {} }).paths,
  });
  applySnapshot(store, session.snapshot);
  session.subscribe((event) => applyEvent(store, event));
  const ask = session.request.bind(session);
  const history = new HistoryReader({ store, ask, schedule: clock.schedule });
  store.subscribe(() => history.look());
  const theming = new Theming({
    store,
    env: { NO_COLOR: '1' },
    readTheme: async () => ({ ...readThemeFile(''), path: null, isThere: false }),
  });
  const pictures = new PictureViewer({
    store,
    env: { TERM: 'xterm-256color', COLORTERM: 'truecolor' },
    load: (source, wish) => screen.loadPicture(source, wish),
  });
  store.subscribe(() => pictures.look());
  const wishes: QuitWish[] = [];
  const exports: ExportWish[] = [];
  const screen: TestScreen = {
    clock,
    store,
    session,
    wishes,
    exports,
    copied: [],
    hosted: 0,
    dependents: 0,
    loadPicture: async () => {
      throw new UsageError('no-picture', 'no picture is there');
    },
    actions: {
      store,
      lines: new LineQueue(clock.schedule, Promise.resolve()),
      ask,
      history,
      area: () => scrollArea(store.state, stillMoment),
      copy: async (text) => {
        screen.copied.push(text);
        return safeText('Copied by a test.');
      },
      // A clipboard of nobody's desktop.
      files: screenFiles({ platform: process.platform, env: {} }, new TemporaryFiles(null)),
      parseRelay: parseRelayAddress,
      readKeys: async () => ({ ...readKeyFile(''), path: null }),
      exportTo: async (wish) => {
        exports.push(wish);
        return { file: `/there/${wish.file}`, messages: 2 };
      },
      theming,
      pictures,
      host: () => {
        screen.hosted += 1;
      },
      quit: (wish) => wishes.push(wish),
      dependents: async () => screen.dependents,
      testNotice: () => safeText('a trial'),
    },
  };
  return screen;
}

let made = 0;

/** A message of somebody else's in #lobby, unless said otherwise. */
export function message(change: Partial<Message> = {}): Message {
  made += 1;
  const id = MessageId.parse(made.toString(16).padStart(32, '0'));
  if (id === null) throw new Error('not an id');
  const from: Who = { nick: 'ravi', fingerprint: peerId('b'), trust: 'known' };
  return {
    id,
    time: '2026-01-31T09:15:00Z',
    sentTime: null,
    room: '#lobby',
    peer: null,
    from,
    text: 'hello',
    state: null,
    ...change,
  };
}

/** The lines of a conversation, without what only the screen needs. */
export function lines(store: ScreenStore, key: string): string[] {
  return store.conversation(key).entries.map((entry) => {
    switch (entry.kind) {
      case 'message':
        return entry.look?.shape.kind === 'change' ? `-- ${entry.look.shape.words}` : entry.text;
      case 'notice':
        return `${entry.tone === 'plain' ? '--' : '!!'} ${entry.text}`;
      case 'announcement':
        return `operator: ${entry.text}`;
      case 'presence':
        return `joined ${entry.joined.join(',')} left ${entry.left.join(',')}`;
      case 'key-changed':
        return entry.changes
          .map(({ was, now }) => `key changed ${entry.nick} ${was.slice(0, 4)} ${now.slice(0, 4)}`)
          .concat(entry.more === 0 ? [] : [`and ${entry.more} more`])
          .join(', ');
      case 'gap':
        return `gap ${entry.nick} ${entry.missing}`;
      default:
        return entry satisfies never;
    }
  });
}
