/** Private rooms and groups with the built program: three people, each in a process of their own, and a relay on loopback. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonLine, Lan, type Program } from '../support/cli.ts';

function textsOf({ lines }: Program): unknown[] {
  return lines.flatMap(({ type, kind, text }) =>
    type === 'message' && kind !== 'change' ? [text] : [],
  );
}

function changeOf(what: string) {
  return ({ type, change }: JsonLine): boolean =>
    type === 'message' &&
    change !== undefined &&
    JSON.stringify(change).includes(`"what":"${what}"`);
}

describe('a private room between three processes', () => {
  const lan = new Lan();
  const listening: Record<string, Program> = {};
  const hears = (name: string): Program => {
    const program = listening[name];
    if (program === undefined) throw new Error(`${name} does not listen`);
    return program;
  };

  beforeAll(async () => {
    await lan.startRelay();
    for (const name of ['asha', 'bela', 'chen']) listening[name] = lan.as(name, 'listen');
    await Promise.all(Object.values(listening).map((program) => program.ofType('ready')));
  });
  afterAll(() => lan.close());

  async function done(...args: readonly string[]): Promise<JsonLine> {
    const [name = '', ...rest] = args;
    const { status, lines, stderr } = await lan.as(name, ...rest).ended;
    expect({ args, status, stderr, lines }).toEqual({
      args,
      status: 0,
      stderr: expect.any(String),
      lines,
    });
    return lines.at(-1) ?? {};
  }

  it('is made, filled, spoken in, and read no more by who was taken out', async () => {
    const made = await done('asha', 'room', 'create', 'ward 3');
    expect(made).toMatchObject({ type: 'room', kind: 'private', title: 'ward 3' });
    expect(await done('asha', 'room', 'invite', '+ward 3', '@bela', '@chen')).toMatchObject({
      name: made.name,
      invited: [expect.any(String), expect.any(String)],
    });
    for (const name of ['bela', 'chen']) {
      const asked = await hears(name).ofType('invitation');
      expect(asked).toMatchObject({ room: made.name, title: 'ward 3', accepted: false });
      await done(name, 'room', 'accept', '+ward 3');
      await hears(name).line(changeOf('added'));
    }
    await expect
      .poll(async () => (await done('chen', 'room', 'info', '+ward 3')).people)
      .toMatchObject([{ role: 'owner' }, { role: 'member' }, { role: 'member' }]);
    await done('asha', 'send', '+ward 3', 'before');
    expect(await hears('bela').line(({ text }) => text === 'before')).toMatchObject({
      room: made.name,
      text: 'before',
    });
    await done('asha', 'room', 'remove', '+ward 3', '@bela');
    await hears('bela').line(changeOf('removed'));
    await done('asha', 'send', '+ward 3', 'after');
    await hears('chen').line(({ text }) => text === 'after');
    // Behind it on the same connection: what was to come has come.
    await done('asha', 'send', '@bela', 'for you alone', '--wait', 'delivered');
    await hears('bela').line(({ text }) => text === 'for you alone');
    expect(textsOf(hears('bela'))).toEqual(['before', 'for you alone']);
    // Control: who is in it has read both.
    expect(textsOf(hears('chen'))).toEqual(['before', 'after']);
    const refused = await lan.as('bela', 'send', '+ward 3', 'let me in').ended;
    expect(refused).toMatchObject({ status: 1, lines: [{ code: 'not-in-room' }] });
    const kept = await lan.as('bela', 'history', String(made.name)).ended;
    // What was done to the room stands in its history as well.
    expect(kept.lines.filter(({ kind }) => kind !== 'change')).toMatchObject([{ text: 'before' }]);
    expect(kept.lines.at(-1)).toMatchObject({ change: { what: 'removed' } });
  });

  it('is a group at once for several people who are named', async () => {
    const unknown = await lan.as('asha', 'send', '@bela,@nobody', 'x').ended;
    expect(unknown).toMatchObject({ status: 1, lines: [{ code: 'unknown-person' }] });
    const groups = async () => {
      const { lines } = await lan.as('asha', 'rooms').ended;
      return lines.filter(({ kind }) => kind === 'group').length;
    };
    expect(await groups()).toBe(0);
    const { to } = await done('asha', 'send', '@bela,@chen', 'lunch?');
    for (const name of ['bela', 'chen']) {
      const heard = await hears(name).line(({ text }) => text === 'lunch?');
      expect(heard).toMatchObject({ room: to });
    }
    expect(await done('asha', 'send', '@chen,@bela', 'at one')).toMatchObject({ to });
    expect(await groups()).toBe(1);
    await done('chen', 'leave', String(to));
    await expect
      .poll(async () => (await done('bela', 'room', 'info', String(to))).members)
      .toHaveLength(2);
  });

  it('waits for a word of who was put into it by a stranger', async () => {
    const dora = lan.as('dora', 'listen');
    await dora.ofType('ready');
    const { to } = await done('dora', 'send', '@asha,@bela', 'buy this');
    const isThere = async () => {
      const { lines } = await lan.as('asha', 'rooms').ended;
      return JSON.stringify(lines).includes(String(to));
    };
    await expect.poll(isThere).toBe(true);
    const refused = await lan.as('asha', 'send', String(to), 'who are you?').ended;
    expect(refused).toMatchObject({ status: 1, lines: [{ code: 'room-request' }] });
    expect(await done('asha', 'room', 'accept', String(to))).toMatchObject({ type: 'room' });
    await hears('asha').line(({ text }) => text === 'buy this');
    await done('asha', 'send', String(to), 'who are you?');
    await dora.line(({ text }) => text === 'who are you?');
    expect(await done('bela', 'room', 'decline', String(to))).toMatchObject({
      type: 'membership',
      joined: false,
    });
  });

  it('asks for what is missing, and refuses what is not allowed', async () => {
    const cases: readonly [readonly string[], string][] = [
      [['room', 'info', '+nowhere'], 'not-in-room'],
      [['room', 'accept', '+nowhere'], 'unknown-invitation'],
      [['room', 'create', 'a/b'], 'bad-title'],
      [['room', 'create', 'x', '--expire', '5'], 'bad-timer'],
      [['room', 'title', '+ward 3', 'mine'], 'not-the-owner'],
      [['room', 'remove', '+ward 3', '@asha'], 'not-allowed'],
      [['room', 'topic', '#lobby', 'x'], 'not-private'],
    ];
    for (const [args, code] of cases) {
      const { status, lines } = await lan.as('chen', ...args).ended;
      expect({ args, status, code: lines.at(-1)?.code }).toEqual({ args, status: 1, code });
    }
  });
});

describe('a private room of people who are never here together', () => {
  const lan = new Lan();
  beforeAll(async () => {
    await lan.startRelay();
    const bela = lan.as('bela', 'listen');
    await bela.ofType('ready');
    // Now they know of each other.
    expect((await lan.as('asha', 'peers').ended).status).toBe(0);
    bela.process.kill('SIGTERM');
    await bela.ended;
  });
  afterAll(() => lan.close());

  it('is filled through the mailbox, each command a process of its own', async () => {
    const run = async (name: string, ...args: readonly string[]) => {
      const { status, lines } = await lan.as(name, ...args).ended;
      expect({ args, status }).toEqual({ args, status: 0 });
      return lines;
    };
    await run('asha', 'room', 'create', 'ward 3');
    await run('asha', 'room', 'invite', '+ward 3', '@bela');
    expect(await run('bela', 'room', 'invitations')).toMatchObject([{ title: 'ward 3' }]);
    expect(await run('bela', 'room', 'accept', '+ward 3')).toMatchObject([
      { type: 'invitation', accepted: true },
    ]);
    const kindsOf = async (name: string) => (await run(name, 'rooms')).map(({ kind }) => kind);
    expect(await kindsOf('bela')).not.toContain('private');
    const [room] = await run('asha', 'room', 'info', '+ward 3');
    expect(room?.members).toHaveLength(2);
    expect(await kindsOf('bela')).toContain('private');
    await run('asha', 'send', '+ward 3', 'rounds at six');
    const bela = lan.as('bela', 'listen', '+ward 3', '--count', '1');
    expect(await bela.ofType('message')).toMatchObject({ text: 'rounds at six' });
    expect((await bela.ended).status).toBe(0);
  });
});
