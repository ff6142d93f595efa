// `lanchat demo`: a relay and three people on this machine, through real sockets, and what the relay saw.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Destination, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import type { PeerId } from '../protocol/ids.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import { type Relay, startRelay } from '../relay/relay.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { Capture } from './demo-capture.ts';
import { hearsAnnouncement } from './demo-discovery.ts';
import { heading, messageRows } from './demo-report.ts';
import { CommandError } from './errors.ts';
import { findPlaintext } from './plaintext-detector.ts';
import { untilAborted, watch } from './session.ts';

/** Somebody says something to somebody, or to a room. */
export interface DemoLine {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

export interface DemoScript {
  readonly people: readonly string[];
  readonly lines: readonly DemoLine[];
}

const SCRIPT: DemoScript = {
  people: ['asha', 'bela', 'chen'],
  lines: [
    { from: 'asha', to: 'bela', text: 'Is the exam really on Friday?' },
    { from: 'bela', to: 'asha', text: 'Yes, at nine, in the small hall. Bring your own pen.' },
    { from: 'chen', to: FIRST_ROOM, text: 'Good morning, everybody. Who has the projector?' },
    { from: 'asha', to: FIRST_ROOM, text: 'I have it, second floor, next to the window.' },
  ],
};

/** No step takes a tenth of it on the slowest machine this was tried on. */
const STEP_TIMEOUT_MS = 10_000;

/** Throws CommandError `plaintext-seen` where the relay saw a piece of what was written: exit 2. */
export function demo(context: CommandContext): Promise<void> {
  return runDemo(context, SCRIPT);
}

/** The demo with other people and words, for tests. */
export async function runDemo(context: CommandContext, script: DemoScript): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-demo-'));
  const stage = new Stage(context, folder);
  try {
    await untilAborted(stage.play(script), context.signal);
  } finally {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Owns the demo's relay and sessions. */
class Stage {
  readonly #context: CommandContext;
  readonly #folder: string;
  readonly #capture = new Capture();
  readonly #people = new Map<string, Session>();
  readonly #ids = new Map<string, PeerId>();
  #relay: Relay | null = null;
  #step = 0;

  constructor(context: CommandContext, folder: string) {
    this.#context = context;
    this.#folder = folder;
  }

  async play(script: DemoScript): Promise<void> {
    const startedMs = performance.now();
    const relay = await this.#startRelay();
    await this.#find(relay);
    await this.#gather(script.people, relay);
    this.#context.output.human(
      safeText(''),
      ...heading(phrase`What people see`, phrase`What the relay saw of it, after TLS`),
    );
    for (const line of script.lines) await this.#speak(line);
    await this.#compareKeys(script.people);
    this.#judge(script.lines, performance.now() - startedMs);
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#people.values(), (session) => session.close()));
    await this.#relay?.close();
  }

  async #startRelay(): Promise<Relay> {
    const startedMs = performance.now();
    const relay = await startRelay({
      seed: randomBytes(32),
      port: 0,
      host: '127.0.0.1',
      onEvent: () => {},
      onBytes: (direction, connection, chunk) => this.#capture.take(direction, connection, chunk),
    });
    this.#relay = relay;
    const ms = elapsed(startedMs);
    this.#report(
      { name: 'relay', port: relay.port, fingerprint: relay.relayId, ms },
      phrase`A relay listens on 127.0.0.1:${relay.port} (${ms} ms).`,
    );
    return relay;
  }

  async #find(relay: Relay): Promise<void> {
    const startedMs = performance.now();
    const heard = await hearsAnnouncement(relay);
    const ms = elapsed(startedMs);
    this.#report(
      { name: 'discovery', by: heard ? 'mdns' : 'address', ms },
      heard
        ? phrase`It was found by mDNS (${ms} ms).`
        : phrase`mDNS was silent on loopback here (${ms} ms), so it is used by its address.`,
    );
  }

  async #gather(names: readonly string[], relay: Relay): Promise<void> {
    const startedMs = performance.now();
    await Promise.all(names.map((name) => this.#enter(name, relay)));
    for (const session of this.#people.values()) {
      await until(session, async () => {
        const { rooms } = await session.request({ do: 'snapshot' });
        return rooms.some(
          (room) => room.name === FIRST_ROOM && room.members.length === names.length,
        );
      });
    }
    const ms = elapsed(startedMs);
    this.#report(
      { name: 'people', people: names, room: FIRST_ROOM, ms },
      phrase`${names.join(', ')} made their keys, logged in and met in ${FIRST_ROOM} (${ms} ms).`,
    );
  }

  async #enter(name: string, relay: Relay): Promise<void> {
    const { port, relayId } = relay;
    const session = await this.#context.openSession({
      home: join(this.#folder, String(this.#people.size), encodeURIComponent(name)),
      nick: name,
      relay: { host: '127.0.0.1', port, fingerprint: relayId },
      rooms: 'join',
      ...{ exclusive: true, ephemeral: false, offline: false },
      passphrase: () => Promise.reject(new Error('a fresh profile has no passphrase')),
    });
    this.#people.set(name, session);
    const { self } = await session.request({ do: 'snapshot' });
    this.#ids.set(name, self.fingerprint);
    await session.request({ do: 'join', room: FIRST_ROOM });
  }

  async #speak({ from, to, text }: DemoLine): Promise<void> {
    const isRoom = to.startsWith('#');
    const readBy = isRoom ? [...this.#people.keys()].filter((name) => name !== from) : [to];
    this.#capture.mark();
    const startedMs = performance.now();
    const read = readBy.map((name) => this.#reads(name, { from, text }));
    const destination: Destination = isRoom ? { room: to } : { peer: this.#id(to) };
    await Promise.all([
      this.#session(from).request({ do: 'send', to: destination, text }),
      ...read,
    ]);
    const elapsedMs = performance.now() - startedMs;
    const frame = isRoom ? 'FANOUT' : 'SEND';
    const bytes = this.#capture.firstSince(frame);
    if (bytes === null) throw new Error('the message did not pass through the relay');
    const seen = { from, to, text, readBy, elapsedMs, frame, bytes } as const;
    const { output } = this.#context;
    output.human(...messageRows(seen));
    this.#record({
      name: 'message',
      ...{ from, to, text, readBy, ms: elapsed(startedMs) },
      relaySaw: { frame, bytes: bytes.length, hex: Buffer.from(bytes).toString('hex') },
    });
  }

  async #reads(name: string, { from, text }: { from: string; text: string }): Promise<void> {
    const sender = this.#id(from);
    const { result } = watch(this.#session(name), STEP_TIMEOUT_MS, (event) =>
      event.type === 'message' &&
      event.message.from.fingerprint === sender &&
      event.message.text === text
        ? true
        : undefined,
    );
    if ((await result) === null) throw late(phrase`${name} has not read what ${from} wrote`);
  }

  async #compareKeys([first, second]: readonly string[]): Promise<void> {
    if (first === undefined || second === undefined) return;
    const numbers = await Promise.all([
      this.#session(first).request({ do: 'safety-number', peer: this.#id(second) }),
      this.#session(second).request({ do: 'safety-number', peer: this.#id(first) }),
    ]);
    const [{ digits }, other] = numbers;
    if (digits !== other.digits) throw new Error('the safety numbers differ');
    this.#report(
      { name: 'safety-number', people: [first, second], digits },
      phrase`${first} and ${second} would compare this number, the same on both screens:\n  ${digits}`,
    );
  }

  #judge(lines: readonly DemoLine[], tookMs: number): void {
    const texts = lines.map((line) => line.text);
    const leaked = this.#capture.streams().some((bytes) => findPlaintext(bytes, texts) !== null);
    const { sizeBytes } = this.#capture;
    this.#record({
      name: 'verdict',
      ...{ plaintext: leaked, texts: texts.length, bytes: sizeBytes, ms: Math.round(tookMs) },
    });
    if (leaked) {
      throw new CommandError(
        'plaintext-seen',
        phrase`the relay saw a piece of what was written among ${sizeBytes} bytes: this is a bug in lanchat`,
      );
    }
    this.#context.output.human(
      safeText(''),
      safeTemplate`None of the ${texts.length} texts stands in the ${sizeBytes} bytes that the relay saw, as UTF-8, UTF-16,`,
      safeTemplate`hex or base64. It saw who was connected, their names and rooms' topics, sizes and times.`,
      safeTemplate`All of it took ${safeText((tookMs / 1000).toFixed(1))} s. Now for real: lanchat`,
    );
  }

  #report(step: { readonly name: string; readonly [field: string]: unknown }, line: string): void {
    this.#context.output.human(safeText(line, { multiline: true }));
    this.#record(step);
  }

  #record(step: { readonly name: string; readonly [field: string]: unknown }): void {
    this.#step += 1;
    if (this.#context.output.options.json) {
      this.#context.output.json({ type: 'step', n: this.#step, ...step });
    }
  }

  #session(name: string): Session {
    const session = this.#people.get(name);
    if (session === undefined) throw new Error(`nobody in the demo is called ${name}`);
    return session;
  }

  #id(name: string): PeerId {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`nobody in the demo is called ${name}`);
    return id;
  }
}

/** Asks anew after every event until the answer is yes. */
async function until(session: Session, isSo: () => Promise<boolean>): Promise<void> {
  let changed = () => {};
  const unsubscribe = session.subscribe(() => changed());
  const deadlineMs = performance.now() + STEP_TIMEOUT_MS;
  try {
    while (performance.now() < deadlineMs) {
      const news = new Promise<void>((resolve) => {
        changed = resolve;
      });
      if (await isSo()) return;
      const timer = setTimeout(() => changed(), STEP_TIMEOUT_MS);
      await news;
      clearTimeout(timer);
    }
  } finally {
    unsubscribe();
  }
  throw late('the people of the demo have not met');
}

function late(what: string): CommandError {
  return new CommandError(
    'timeout',
    phrase`${what} within ${STEP_TIMEOUT_MS / 1000} s; try lanchat doctor`,
  );
}

function elapsed(sinceMs: number): number {
  return Math.round(performance.now() - sinceMs);
}
