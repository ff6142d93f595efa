// A round of kills while files are on their way: waves of files and texts, struck until enough have died, and whole again. Seeded.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  ClientEvent,
  Destination,
  FileTransfer,
  StoredMessage,
} from '../../src/client/api.ts';
import type { MessageId } from '../../src/protocol/ids.ts';
import { numbersFrom, randomFrom } from '../support/seeded.ts';
import { hashOf, judgeFolder } from './file-verdict.ts';
import { FileWorld, type FileWorldOptions } from './file-world.ts';
import { NAMES, type Name } from './letters.ts';
import { MEMBERS, type MemberName } from './world.ts';

/** The last one is more than the relay keeps for one person. */
const SIZES = [0, 1, 65_537, 3_000_000, 7_000_000, 30_000_000];
const KILLS_A_WAVE = 4;
/** How long a strike waits for what it is to follow. */
const PATIENCE_MS = 400;
const DELAYS_MS = [0, 2, 8, 30, 150];
const LOOK_AGAIN_MS = 300;
const NEWEST = 100;
const VICTIMS: readonly (readonly MemberName[])[] = [
  ...[['relay'], ['asha'], ['asha'], ['bo'], ['bo'], ['bo']],
  ...[
    ['asha', 'bo'],
    ['relay', 'bo'],
  ],
] as const;

export interface FileRoundOptions extends Pick<FileWorldOptions, 'scripts' | 'fault' | 'folder'> {
  readonly seed: number;
  readonly settlingMs: number;
}

export interface FileRoundResult {
  readonly kills: number;
  /** Kills that came while a file was on its way. */
  readonly loadedKills: number;
  /** Files that have landed. */
  readonly files: number;
}

interface Sent {
  readonly messages: readonly StoredMessage[];
  readonly transfers: ReadonlyMap<MessageId, FileTransfer>;
}

export class FileRound {
  readonly world: FileWorld;
  readonly #options: FileRoundOptions;
  readonly #pick: (bound: number) => number;
  readonly #moving = new Set<MessageId>();
  readonly #hashes = new Map<string, string>();
  /** Paths that asha is yet to send. */
  #toSend: string[] = [];
  #isSending = false;
  #toldTexts: string[] = [];
  #kills = 0;
  #loadedKills = 0;
  #files = 0;

  constructor(options: FileRoundOptions) {
    this.#options = options;
    this.#pick = numbersFrom(options.seed);
    this.world = new FileWorld({
      ...options,
      onOpen: (name) => void this.#opened(name),
      onEvent: (name, event) => this.#heard(name, event),
    });
    mkdirSync(this.#given);
    mkdirSync(this.#got);
  }

  /** Throws an Error that says what did not hold. */
  async run(kills: number, goesOn: () => boolean): Promise<FileRoundResult> {
    const { world } = this;
    const { settlingMs } = this.#options;
    world.start('relay');
    await world.chronicle.until(() => world.isListening, settlingMs);
    for (const name of NAMES) world.start(name);
    await this.#untilTogether();
    for (let wave = 1; this.#kills < kills && goesOn(); wave++) {
      const names = this.#give(wave);
      for (let kill = 0; kill < KILLS_A_WAVE; kill++) {
        void this.#say(`wave ${wave}, text ${kill}`);
        await this.#strike();
      }
      await this.#settle(new Set(names));
    }
    return { kills: this.#kills, loadedKills: this.#loadedKills, files: this.#files };
  }

  get #given(): string {
    return join(this.#options.folder, 'given');
  }

  get #got(): string {
    return join(this.#options.folder, 'got');
  }

  #peer(name: Name): Destination {
    const { id } = this.world.people[name];
    if (id === null) throw new Error(`${name} was never there`);
    return { peer: id };
  }

  /** Files that asha sends whenever she is there. */
  #give(wave: number): string[] {
    const random = randomFrom(this.#pick(2 ** 31));
    const names = SIZES.map((_, index) => `wave-${wave}-${index}.bin`);
    for (const [index, size] of SIZES.entries()) {
      const name = names[index] ?? '';
      // Of one block, changed in each place: a seeded stream of so much takes seconds.
      const bytes = Buffer.alloc(size, random(4_099));
      this.#hashes.set(name, hashOf(bytes));
      writeFileSync(join(this.#given, name), bytes);
      this.#toSend.push(join(this.#given, name));
    }
    void this.#send();
    return names;
  }

  /** One after the other; what she is killed over is sent, or is not. */
  async #send(): Promise<void> {
    const { asha, bo } = this.world.people;
    if (this.#isSending || bo.id === null) return;
    this.#isSending = true;
    while (asha.isRunning && this.#toSend.length > 0) {
      const [path = ''] = this.#toSend.splice(0, 1);
      const to = this.#peer('bo');
      await asha.ask({ do: 'send-file', to, path, text: '' });
    }
    this.#isSending = false;
  }

  async #say(text: string): Promise<void> {
    await this.world.people.asha.ask({ do: 'send', to: this.#peer('bo'), text });
  }

  async #opened(name: Name): Promise<void> {
    const person = this.world.people[name];
    if (name === 'asha') {
      await this.#send();
      return;
    }
    await person.ask({ do: 'set', change: { downloads: this.#got } });
  }

  #heard(name: Name, event: ClientEvent): void {
    const { bo } = this.world.people;
    if (event.type === 'file') {
      const { id, state } = event.transfer;
      if (id === null) return;
      if (state !== 'moving') this.#moving.delete(id);
      else {
        this.#moving.add(id);
        this.world.chronicle.happened('shown');
      }
    } else if (event.type === 'message') {
      const { id, file, text } = event.message;
      if (name === 'bo' && file !== undefined) void bo.ask({ do: 'get-file', id });
      // On disk by then.
      if (name === 'asha' && text !== '') this.#toldTexts.push(text);
    }
  }

  /** Kills somebody some moments after something has moved, and starts them again. */
  async #strike(): Promise<void> {
    const { world } = this;
    const count = world.chronicle.count('shown') + 1 + this.#pick(8);
    await world.chronicle.until(() => world.chronicle.count('shown') >= count, PATIENCE_MS);
    await delay(this.#pick(1 + this.#one(DELAYS_MS)));
    const victims = this.#one(VICTIMS).filter((member) => world.isRunning(member));
    this.#kills += victims.length;
    if (this.#moving.size > 0) this.#loadedKills += victims.length;
    await Promise.all(victims.map((member) => world.kill(member)));
    this.#moving.clear();
    if (this.#pick(3) === 0) await delay(this.#pick(500));
    for (const member of victims) world.start(member);
  }

  async #untilTogether(): Promise<void> {
    const { world } = this;
    for (const member of MEMBERS) if (!world.isRunning(member)) world.start(member);
    if (await world.chronicle.until(() => world.isComplete, this.#options.settlingMs)) return;
    throw new Error('nobody was killed any more, and not everybody came back');
  }

  /** Nobody is killed until all that was sent has landed; then it is looked at what did. */
  async #settle(names: ReadonlySet<string>): Promise<void> {
    await this.#untilTogether();
    const deadline = performance.now() + this.#options.settlingMs;
    for (let why = await this.#unsettled(names); why !== null; why = await this.#unsettled(names)) {
      if (performance.now() > deadline)
        throw new Error(`nobody was killed any more, and yet ${why}`);
      const { reports } = this.world.chronicle;
      await this.world.chronicle.until(
        () => this.world.chronicle.reports > reports + 20,
        LOOK_AGAIN_MS,
      );
    }
    const { messages } = await this.#of('asha');
    const sent = messages.flatMap(({ file }) => (file === undefined ? [] : [file.name]));
    const expected = sent.filter((name) => names.has(name));
    if (new Set(expected).size !== expected.length) throw new Error('a file was sent twice');
    judgeFolder(this.#got, new Map(expected.map((name) => [name, this.#hashes.get(name) ?? ''])));
    this.#files += expected.length;
    for (const name of expected) rmSync(join(this.#got, name));
    for (const name of names) rmSync(join(this.#given, name));
  }

  /** Why not all has come, or null. What bo was killed over asking for is asked for again. */
  async #unsettled(names: ReadonlySet<string>): Promise<string | null> {
    if (this.#isSending || this.#toSend.length > 0) return 'not all is sent';
    const [asha, bo] = [await this.#of('asha'), await this.#of('bo')];
    const texts = bo.messages.map(({ text }) => text).filter((text) => text !== '');
    if (new Set(texts).size !== texts.length) throw new Error('a text was shown twice');
    const missing = this.#toldTexts.find((text) => !texts.includes(text));
    if (missing !== undefined) return `${missing} did not come`;
    this.#toldTexts = [];
    const came = new Set(bo.messages.map(({ id }) => id));
    let why: string | null = null;
    for (const { id, file } of asha.messages) {
      if (file === undefined || !names.has(file.name)) continue;
      if (!came.has(id)) return `${file.name} was not told of`;
      const there = bo.transfers.get(id)?.state ?? 'not known';
      if (there === 'offered' || there === 'not known')
        await this.world.people.bo.ask({ do: 'get-file', id });
      if (there === 'failed' || there === 'cancelled')
        throw new Error(`${file.name} ${there}: ${bo.transfers.get(id)?.reason}`);
      if (there !== 'done') why = `${file.name} is ${there} at bo`;
      const here = asha.transfers.get(id)?.state;
      if (here !== 'done') why ??= `${file.name} is ${here} at asha`;
    }
    return why;
  }

  async #of(name: Name): Promise<Sent> {
    const person = this.world.people[name];
    const conversation = this.#peer(name === 'asha' ? 'bo' : 'asha');
    const page = await person.ask({ do: 'history', conversation, before: null, limit: NEWEST });
    const list = await person.ask({ do: 'files', conversation: null, limit: NEWEST });
    if (page === null || list === null || typeof page === 'string' || typeof list === 'string')
      throw new Error(`${name} does not say what they have`);
    const transfers = new Map<MessageId, FileTransfer>();
    for (const { transfer } of list.files)
      if (transfer.id !== null) transfers.set(transfer.id, transfer);
    return { messages: page.messages, transfers };
  }

  #one<T>(choices: readonly T[]): T {
    const choice = choices[this.#pick(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to choose from');
    return choice;
  }
}
