/** `lanchat rpc` as built, and the example bots on it, against a real relay on loopback. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonLine, Lan, type Program } from '../support/cli.ts';

const lan = new Lan();
beforeAll(async () => {
  await lan.startRelay();
});
afterAll(() => lan.close());

function call(
  program: Program,
  id: number,
  method: string,
  params: object = {},
): Promise<JsonLine> {
  program.type(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  return program.line((line) => line.id === id);
}

/** A bot of examples/, once it listens. */
async function startBot(
  script: string,
  nick: string,
  ...more: readonly string[]
): Promise<Program> {
  const bot = lan.runNode([
    `examples/${script}.mjs`,
    ...['--home', lan.path(nick), '--nick', nick, '--relay', lan.relay.address, ...more],
  ]);
  await bot.printed('ready on');
  return bot;
}

/** Somebody at `lanchat rpc` who listens, and what they are told. */
class Person {
  readonly program: Program;
  readonly #home: string;
  #lastId = 0;
  #read = 0;

  constructor(name: string) {
    this.#home = name;
    this.program = lan.as(name, 'rpc');
  }

  async ask(method: string, params: object = {}): Promise<unknown> {
    this.#lastId += 1;
    const { result, error } = await call(this.program, this.#lastId, method, params);
    if (error !== undefined) throw new Error(`${this.#home}: ${JSON.stringify(error)}`);
    return result;
  }

  async send(to: string, text: string): Promise<void> {
    await this.ask('send', { to, text });
  }

  /** The next text that arrives. */
  async hears(): Promise<string> {
    const texts = () =>
      this.program.lines.flatMap(({ method, params }) =>
        method === 'message' ? [String(Reflect.get(Object(params), 'text'))] : [],
      );
    await this.program.line(() => texts().length > this.#read);
    this.#read += 1;
    return texts()[this.#read - 1] ?? '';
  }

  async leaves(): Promise<void> {
    this.program.endInput();
    expect(await this.program.ended).toMatchObject({ status: 0 });
  }
}

async function listener(name: string, params: object = {}): Promise<Person> {
  const person = new Person(name);
  await person.ask('listen', params);
  return person;
}

describe('lanchat rpc on loopback', () => {
  it('does what commands do, tells what arrives, and ends when stdin does', async () => {
    const bela = lan.as('bela', 'listen', '--join', '#plans', '--count', '2');
    await bela.ofType('ready');
    const asha = await listener('asha', { join: ['#plans'] });
    await asha.send('@bela', 'private');
    await asha.send('#plans', 'for all');
    expect((await bela.ended).lines.filter(({ type }) => type === 'message')).toMatchObject([
      { text: 'private' },
      { text: 'for all', room: '#plans' },
    ]);
    expect((await lan.as('bela', 'send', '#plans', 'thanks').ended).status).toBe(0);
    expect(await asha.hears()).toBe('thanks');
    expect(await asha.ask('history', { conversation: '#plans' })).toMatchObject([
      { text: 'for all', own: true },
      { text: 'thanks', own: false },
    ]);
    expect(await asha.ask('leave', { room: '#plans' })).toMatchObject({ joined: false });
    expect(await asha.ask('rooms')).toMatchObject([{ name: '#lobby' }]);
    await asha.leaves();
  });

  it('keeps the order of messages that are asked for at once', async () => {
    const bela = lan.as('bela', 'listen', '--count', '30');
    await bela.ofType('ready');
    const asha = lan.as('asha', 'rpc');
    const texts = Array.from({ length: 30 }, (_, id) => `text ${id}`);
    const answers = texts.map((text, id) => call(asha, id, 'send', { to: '@bela', text }));
    for (const answer of answers) expect(await answer).toHaveProperty('result');
    const got = (await bela.ended).lines.filter(({ type }) => type === 'message');
    expect(got.map(({ text }) => text)).toEqual(texts);
    asha.endInput();
    expect((await asha.ended).status).toBe(0);
  });

  it('goes through the process that owns the profile, and on without it', async () => {
    const owner = lan.as('chen', 'listen');
    await owner.ofType('ready');
    const chen = await listener('chen');
    owner.process.kill('SIGINT');
    expect((await owner.ended).status).toBe(130);
    await chen.program.line(({ method }) => method === 'reconnected');
    expect((await lan.as('asha', 'send', '@chen', 'still there?').ended).status).toBe(0);
    expect(await chen.hears()).toBe('still there?');
    await chen.leaves();
  });

  it('ends with the status of what went wrong, said in JSON-RPC', async () => {
    const args = ['--home', lan.path('dora'), '--timeout', '1', '--relay', '127.0.0.1:1'];
    const dora = lan.run(['rpc', ...args]);
    const answer = await call(dora, 1, 'peers');
    expect(answer).toMatchObject({ error: { code: -32003, data: { code: 'unreachable' } } });
    dora.process.kill('SIGTERM');
    expect(await dora.ended).toMatchObject({ status: 143 });
  });

  it('is not kept waiting by a reader who reads nothing, and ends when too much waits', async () => {
    const finn = lan.as('finn', 'rpc');
    await call(finn, 1, 'listen', { join: ['#flood'] });
    finn.process.stdout?.pause();
    const text = 'x'.repeat(59_000);
    const gita = await listener('gita', { join: ['#flood'] });
    let hasEnded = false;
    finn.ended.then(() => {
      hasEnded = true;
    });
    finn.process.once('exit', () => {
      hasEnded = true;
      finn.process.stdout?.resume();
    });
    for (let count = 0; count < 500 && !hasEnded; count += 1) await gita.send('#flood', text);
    const { status, stderr } = await finn.ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^lanchat: nobody reads stdout: [^\n]+\n$/);
    await gita.leaves();
  });
});

describe('the example that answers', () => {
  it('answers what it knows: in rooms only what is meant for it', async () => {
    const bot = await startBot('answerer', 'bot', '--join', '#bots');
    const asha = await listener('asha', { join: ['#bots'] });
    await asha.send('@bot', 'ping');
    expect(await asha.hears()).toBe('pong');
    await asha.send('@bot', 'nothing it knows');
    await asha.send('#bots', 'ping');
    await asha.send('@bot', 'echo a  b');
    expect(await asha.hears()).toBe('a  b');
    await asha.send('#bots', '!help');
    expect(await asha.hears()).toBe('I know: ping, time, echo, help');
    await asha.leaves();
    bot.process.kill('SIGTERM');
    expect((await bot.ended).status).toBe(0);
  });

  it('answers keywords of a file, and says once to each that nobody is here', async () => {
    const file = lan.path('answers.json');
    writeFileSync(file, '{"Opening hours": "9 to 5", "opening": "of what?"}');
    const bot = await startBot('answerer', 'desk', '--answers', file, '--away', 'Back on Monday.');
    const asha = await listener('asha');
    await asha.send('@desk', 'opening hours?');
    expect(await asha.hears()).toBe('of what?');
    await asha.send('@desk', 'OPENING HOURS please');
    expect(await asha.hears()).toBe('9 to 5');
    await asha.send('@desk', 'are you there');
    expect(await asha.hears()).toBe('Back on Monday.');
    await asha.send('@desk', 'hello?');
    await asha.send('@desk', 'ping');
    expect(await asha.hears()).toBe('pong');
    await asha.leaves();
    bot.process.kill('SIGTERM');
    await bot.ended;
  });
});

describe('the example of a helpdesk', () => {
  it('gives tickets and places, lets operators answer, and goes on after a restart', async () => {
    const own = await lan.as('olga', 'id').ended;
    const state = lan.path('helpdesk.json');
    const options = ['--operator', String(own.lines[0]?.fingerprint), '--state', state] as const;
    const desk = await startBot('helpdesk', 'help', ...options);
    const operator = await listener('olga');
    const asha = await listener('asha');
    const bela = await listener('bela');
    await asha.send('@help', 'my screen is dark\nand cold');
    expect(await asha.hears()).toBe('Ticket 1. 0 before you.');
    expect(await operator.hears()).toMatch(/^Ticket 1 waits: asha \([0-9a-f]{8}\)\.$/);
    await bela.send('@help', 'no sound');
    expect(await bela.hears()).toBe('Ticket 2. 1 before you.');
    expect(await operator.hears()).toMatch(/^Ticket 2 waits/);
    // Nobody but an operator is obeyed: this is one more thing that bela says.
    await bela.send('@help', 'next');
    await operator.send('@help', 'next');
    expect(await operator.hears()).toMatch(
      /^Ticket 1 of asha .*:\n> my screen is dark\n> and cold$/,
    );
    expect(await asha.hears()).toBe('Ticket 1: it is your turn.');

    desk.process.kill('SIGTERM');
    expect((await desk.ended).status).toBe(0);
    expect(statSync(state).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ next: 3, unsent: [] });
    await operator.send('@help', 'answer press the button');
    const again = await startBot('helpdesk', 'help', ...options);
    expect(await asha.hears()).toBe('press the button');

    await asha.send('@help', 'it works');
    expect(await operator.hears()).toMatch(/^Ticket 1 of asha .*:\n> it works$/);
    await operator.send('@help', 'close');
    expect(await asha.hears()).toBe('Ticket 1 is closed. Write again to open another.');
    expect(await operator.hears()).toBe('Ticket 1 is closed; 1 wait.');
    await bela.send('@help', 'position');
    expect(await bela.hears()).toBe('Ticket 2. 0 before you.');
    await operator.send('@help', 'queue');
    expect(await operator.hears()).toMatch(/^2 bela \([0-9a-f]{8}\) waits$/);
    await operator.send('@help', 'next');
    expect(await operator.hears()).toMatch(/^Ticket 2 of bela .*:\n> no sound\n> next$/);
    expect(await bela.hears()).toBe('Ticket 2: it is your turn.');
    await bela.send('@help', 'cancel');
    expect(await bela.hears()).toBe('Ticket 2 is taken back.');
    expect(await operator.hears()).toBe('Ticket 2 was taken back.');
    for (const person of [operator, asha, bela]) await person.leaves();
    again.process.kill('SIGTERM');
    expect((await again.ended).status).toBe(0);
  });

  it('sends what an earlier run has not, and passes over what is refused for good', async () => {
    const asha = await listener('asha');
    const { fingerprint } = (await lan.as('asha', 'id').ended).lines[0] ?? {};
    const state = lan.path('left.json');
    const unsent = [
      { to: '@nobody', text: 'refused' },
      { to: fingerprint, text: 'for later' },
    ];
    writeFileSync(state, JSON.stringify({ unsent }));
    const options = ['--operator', '0'.repeat(64), '--state', state] as const;
    const desk = await startBot('helpdesk', 'later', ...options);
    expect(await asha.hears()).toBe('for later');
    desk.process.kill('SIGTERM');
    expect(await desk.ended).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^@nobody: [^\n]+\n$/),
    });
    expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ unsent: [] });
    await asha.leaves();
  });

  it('starts with no operator whose key is not named', async () => {
    const args = ['examples/helpdesk.mjs', '--operator', 'olga'];
    expect(await lan.runNode(args).ended).toMatchObject({ status: 1, stdout: '' });
  });
});
