// Runs the screen on a terminal until the person leaves: wires keys, store, session and frames together.
import { type Instance, render } from 'ink';
import type { ClientEvent, Session } from '../client/api.ts';
import type { RelayAddress } from '../client/open-session.ts';
import { applyEvent, applySnapshot } from './apply-event.ts';
import { SEARCH_PATIENCE_MS } from './banner-rows.ts';
import { copiedWords } from './clipboard.ts';
import { DraftEditor, type Edited, type EditorWish } from './draft-editor.ts';
import { DraftKeeper } from './draft-keeper.ts';
import { DrawingGuard } from './drawing-guard.tsx';
import type { Exported, ExportWish } from './export-wish.ts';
import { type Moment, scrollArea } from './frame.ts';
import { FrameSink, inkOutput } from './frame-sink.ts';
import { HistoryReader } from './history-reader.ts';
import { type HostedRelay, Hosting } from './hosting.ts';
import type { KeyFile } from './key-file.ts';
import { KeyDecoder } from './keys.ts';
import { takeKeys } from './keys-tasks.ts';
import { LineQueue } from './line-queue.ts';
import { drawsLinks } from './links.ts';
import type { ScreenFiles } from './local-files.ts';
import { chosenWay, Notifier, wayWords, windowTitle } from './notify.ts';
import { type LoadPicture, PictureViewer } from './picture-viewer.ts';
import { applyPreferences } from './preference-tasks.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { scheduleTimeout } from './schedule.ts';
import { INK_OPTIONS, Screen } from './screen.tsx';
import { ScreenKeys } from './screen-keys.ts';
import { ScreenStore } from './store.ts';
import type { ScreenActions } from './talk.ts';
import { type HostProcess, Terminal, type TerminalInput, type TerminalOutput } from './terminal.ts';
import type { ThemeFile } from './theme-file.ts';
import { Theming } from './theming.ts';
import { askTakenName, welcome } from './welcome.ts';
import { WidthProbe } from './width-probe.ts';

/** What bin/skeleton.js has put on the terminal already. */
export interface ShownFrame {
  /** Its plain rows. */
  readonly screen: readonly string[];
  readonly columns: number;
  readonly rows: number;
  /** Whoever calls it owns the terminal from then on, its modes and its restoration. */
  release(): void;
}

export interface ScreenOptions {
  readonly stdin: TerminalInput & NodeJS.ReadStream;
  readonly stdout: TerminalOutput;
  readonly host: HostProcess;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: SafeText;
  readonly skeleton: ShownFrame | null;
  /** Called after the first paint. What `warn` is given stands on the screen. */
  readonly openSession: (warn: (text: SafeText) => void) => Promise<Session>;
  readonly hostRelay: () => Promise<HostedRelay>;
  readonly parseRelay: (text: string) => RelayAddress;
  /** Runs the person's editor at the terminal. Never throws. */
  readonly editText: (wish: EditorWish) => Promise<Edited>;
  readonly exportTo: (session: Session, wish: ExportWish) => Promise<Exported>;
  /** The person's file of keys. Throws StorageError. */
  readonly readKeys: () => Promise<KeyFile>;
  /** The program that took the text for the clipboard, or null where none is there, or none did. */
  readonly copyByProgram: (text: string) => Promise<string | null>;
  readonly files: ScreenFiles;
  /** The person's file of colours. Throws StorageError. */
  readonly readTheme: () => Promise<ThemeFile>;
  /** Reads a picture of the disk and decodes it. */
  readonly loadPicture: LoadPicture;
  /** This machine's address on the network, or null where there is none. */
  readonly lanAddress: () => string | null;
  /** `#room`, `@nick` or a fingerprint to begin with. */
  readonly target: string | null;
  /** A profile made in this run: ask for a name where the login's is no name. */
  readonly firstRun: boolean;
}

export interface ScreenEnd {
  /** The signal that ended it, or null: the person left, or the terminal is gone. */
  readonly signal: NodeJS.Signals | null;
  /** A relay hosted here that runs on. */
  readonly relayLeft: boolean;
}

/**
 * Paints first, then opens the session; what is typed meanwhile is kept. Resolves when the person has
 * left, with the terminal restored and everything closed. Rejects with the session's error where it
 * can't be opened, the terminal restored as well.
 */
export async function openScreen(options: ScreenOptions): Promise<ScreenEnd> {
  const app = new ScreenApp(options);
  try {
    return await app.run();
  } finally {
    await app.close();
  }
}

/** Owns terminal, sink, decoder, lines, store, Ink, timers, history's reader, drafts, session and a relay started here. */
class ScreenApp {
  readonly #options: ScreenOptions;
  readonly #store: ScreenStore;
  readonly #terminal: Terminal;
  readonly #sink: FrameSink;
  readonly #decoder: KeyDecoder;
  readonly #theming: Theming;
  readonly #pictures: PictureViewer;
  readonly #widths = new WidthProbe(() => this.#store.notifyNow());
  readonly #notifier = new Notifier(() => performance.now());
  /** Commands wait for it: a line sent while keys are being made goes out when they are. */
  readonly #session: Promise<Session>;
  readonly #lines: LineQueue;
  readonly #history: HistoryReader;
  readonly #drafts: DraftKeeper;
  readonly #hosting: Hosting;
  readonly #editor: DraftEditor;
  readonly #actions: ScreenActions;
  #openedSession: Session | null = null;
  #provideSession: (session: Promise<Session>) => void = () => {};
  #unsubscribe: () => void = () => {};
  #ink: Instance | null = null;
  #ticker: NodeJS.Timeout | null = null;
  #title: SafeText = t``;
  #closed = false;
  /** A name that is taken here is asked about once, in the run that made the profile. */
  #mayAskName: boolean;
  /** Resolves to the signal that ended the screen, or null. */
  readonly #ended: Promise<NodeJS.Signals | null>;
  #end: (signal: NodeJS.Signals | null) => void = () => {};
  /** Rejects where drawing fails. */
  readonly #drawing: Promise<never>;
  #failDrawing: (fault: unknown) => void = () => {};

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#mayAskName = options.firstRun;
    this.#session = new Promise((resolve) => {
      this.#provideSession = resolve;
    });
    // Whoever asks for something hears of a session that can't be opened; so does `run`.
    this.#session.catch(() => {});
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#drawing = new Promise((_, reject) => {
      this.#failDrawing = reject;
    });
    this.#drawing.catch(() => {});
    this.#terminal = this.#makeTerminal();
    const { size } = this.#terminal;
    const { version, skeleton, hostRelay, env, readTheme, loadPicture } = options;
    const schedule = scheduleTimeout;
    const { paths } = options.files;
    this.#store = new ScreenStore({ now: Date.now, schedule, size, version, paths });
    this.#theming = new Theming({ store: this.#store, env, readTheme });
    this.#pictures = new PictureViewer({ store: this.#store, env, load: loadPicture });
    this.#sink = new FrameSink({
      ...size,
      output: this.#terminal.frames,
      ...(skeleton === null ? {} : { screen: skeleton.screen }),
    });
    const store = this.#store;
    const ask: Session['request'] = async (command) => (await this.#session).request(command);
    this.#lines = new LineQueue(schedule, this.#session);
    this.#history = new HistoryReader({ store, ask, schedule });
    this.#drafts = new DraftKeeper({ store, ask, schedule });
    this.#hosting = new Hosting({ store, ask, hostRelay });
    const { editText } = options;
    this.#editor = new DraftEditor({ store, terminal: this.#terminal, editText });
    this.#actions = this.#makeActions(ask);
    const keys = this.#makeKeys();
    this.#decoder = new KeyDecoder({
      onKey: (event) => {
        this.#notifier.pressed();
        if (!this.#editor.isRunning) keys.take(event);
      },
      onReply: (reply) => {
        this.#theming.hear(reply);
        this.#pictures.hear(reply);
      },
      onReport: (sequence) => this.#pictures.hear(sequence),
      onCursorReport: (cell) => this.#widths.answered(cell),
    });
  }

  #makeTerminal(): Terminal {
    const { stdin, stdout, host } = this.#options;
    return new Terminal({
      ...{ stdin, stdout, host },
      onInput: (bytes) => this.#decoder.push(bytes),
      onResize: (size) => {
        this.#store.setSize(size);
        this.#sink.resize(size);
      },
      onResume: () => {
        // Whoever had the terminal may have set a title of its own.
        this.#title = t``;
        this.#sink.repaint();
        this.#store.notifyNow();
      },
      onEnd: (signal) => void this.#leave(signal, null),
    });
  }

  #makeActions(ask: Session['request']): ScreenActions {
    const { parseRelay, readKeys, exportTo, files } = this.#options;
    return {
      ...{
        store: this.#store,
        ask,
        lines: this.#lines,
        history: this.#history,
        parseRelay,
        readKeys,
        files,
      },
      area: () => scrollArea(this.#store.state, this.#moment()),
      copy: (text) => this.#copy(text),
      theming: this.#theming,
      pictures: this.#pictures,
      exportTo: async (wish) => exportTo(await this.#session, wish),
      host: () => void this.#hosting.start(),
      dependents: () => this.#hosting.others(),
      quit: ({ stopRelay }) => void this.#leave(null, stopRelay),
      testNotice: () => this.#testNotice(),
    };
  }

  #makeKeys(): ScreenKeys {
    return new ScreenKeys({
      ...this.#actions,
      moment: this.#moment,
      suspend: () => this.#terminal.suspend(),
      editDraft: () => this.#editor.start(),
      repaint: () => this.#sink.repaint(),
    });
  }

  async run(): Promise<ScreenEnd> {
    this.#paint();
    // The first frame has been handed to the terminal before anything heavy is loaded.
    await new Promise((resolve) => setImmediate(resolve));
    this.#widths.ask(this.#sink);
    this.#pictures.ask(this.#sink);
    const opened = this.#open();
    const signal = await Promise.race([this.#drawing, this.#ended, opened.then(() => this.#ended)]);
    return { signal, relayLeft: this.#hosting.isLeft };
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#ticker !== null) clearTimeout(this.#ticker);
    this.#unsubscribe();
    this.#ink?.unmount();
    this.#decoder.close();
    this.#lines.close();
    this.#pictures.close();
    // Whoever records or plays ends with what is shown of it.
    this.#store.setOverlay(null);
    this.#store.close();
    this.#terminal.close();
    this.#sink.close();
    await this.#editor.close();
    // Before the session: what was seen, and what was typed, is still to be written.
    await this.#history.close();
    await this.#drafts.close();
    await this.#hosting.close();
    await this.#openedSession?.close();
  }

  #paint(): void {
    const { skeleton, stdin, env } = this.#options;
    skeleton?.release();
    this.#terminal.enter({ adopt: skeleton !== null });
    this.#terminal.ask(this.#theming.query());
    this.#ink = render(
      <DrawingGuard onFault={this.#failDrawing}>
        <Screen
          store={this.#store}
          links={drawsLinks(env)}
          moment={this.#moment}
          setCursor={(cursor) => this.#sink.setCursor(cursor)}
          setPicture={(picture) => this.#sink.setPicture(picture)}
        />
      </DrawingGuard>,
      {
        ...INK_OPTIONS,
        stdout: inkOutput(this.#sink),
        stdin,
      },
    );
    this.#store.subscribe(() => this.#afterChange());
  }

  async #open(): Promise<void> {
    const opening = this.#options.openSession((text) => this.#store.note(text, 'warning'));
    this.#provideSession(opening);
    await takeKeys(this.#actions);
    const session = await opening;
    // Left before the keys were made: nobody is there to use it.
    if (this.#closed) return session.close();
    this.#openedSession = session;
    // Events first, the snapshot second: nothing falls between them.
    const early: ClientEvent[] = [];
    let take = (event: ClientEvent): void => {
      early.push(event);
    };
    this.#unsubscribe = session.subscribe((event) => take(event));
    await applyPreferences(this.#actions);
    applySnapshot(this.#store, await session.request({ do: 'snapshot' }));
    take = (event) => this.#take(event);
    for (const event of early) this.#take(event);
    void this.#history.start();
    void this.#drafts.start();
    const { target, firstRun } = this.#options;
    await welcome(this.#actions, { target, firstRun });
  }

  #take(event: ClientEvent): void {
    const attention = applyEvent(this.#store, event);
    if (event.type === 'settings') void this.#theming.use(event.settings.theme);
    if (event.type === 'ready' && this.#mayAskName) {
      this.#mayAskName = false;
      askTakenName(this.#store);
    }
    if (attention === null) return;
    const { state } = this.#store;
    const way = chosenWay(state.preferences, this.#options.env);
    const notice = this.#notifier.notice(attention, { state, wall: new Date() });
    if (way !== null && notice !== null) this.#terminal.notify(way.style, notice);
  }

  #testNotice(): SafeText {
    const { state } = this.#store;
    const way = chosenWay(state.preferences, this.#options.env);
    if (way !== null) this.#terminal.notify(way.style, t`lanchat: a trial`);
    return wayWords(way, state, new Date());
  }

  readonly #moment = (): Moment => {
    const { state } = this.#store;
    const now = this.#store.now();
    const retryInMs = state.link?.retryInMs ?? null;
    return {
      searchedMs: state.searchingSinceMs === null ? 0 : now - state.searchingSinceMs,
      lostMs: state.lostSinceMs === null ? null : Math.max(0, now - state.lostSinceMs),
      countdownMs: retryInMs === null ? null : Math.max(0, retryInMs - (now - state.linkSinceMs)),
      lanAddress: this.#options.lanAddress,
    };
  };

  #afterChange(): void {
    this.#history.look();
    this.#drafts.look();
    this.#pictures.look();
    const title = windowTitle(this.#store.state);
    if (title !== this.#title) this.#terminal.setTitle(title);
    this.#title = title;
    this.#ticker ??= this.#nextTick();
  }

  // Only what changes by itself needs a timer: a countdown, and the patience with a search.
  #nextTick(): NodeJS.Timeout | null {
    const { lostMs, searchedMs } = this.#moment();
    const searching =
      this.#store.state.searchingSinceMs !== null && searchedMs < SEARCH_PATIENCE_MS;
    if (!searching && lostMs === null) return null;
    const delayMs = searching ? SEARCH_PATIENCE_MS - searchedMs : 1_000;
    return setTimeout(() => {
      this.#ticker = null;
      this.#store.notifyNow();
    }, delayMs);
  }

  /** The terminal doesn't say whether it took it; a program of this machine does. */
  async #copy(text: SafeText): Promise<SafeText> {
    const isWhole = this.#terminal.copy(text);
    return copiedWords(isWhole, await this.#options.copyByProgram(text));
  }

  async #leave(signal: NodeJS.Signals | null, stopRelay: boolean | null): Promise<void> {
    await this.#hosting.leave(stopRelay);
    this.#end(signal);
  }
}
