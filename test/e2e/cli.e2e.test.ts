/** The built program against a real relay on loopback: what scripts rely on (CLI.md). */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Lan } from '../support/cli.ts';

describe('lanchat on loopback', () => {
  const lan = new Lan();
  beforeAll(async () => {
    await lan.startRelay();
  });
  afterAll(() => lan.close());

  it('carries a private message from one profile to another, and says when it was delivered', async () => {
    const bela = lan.as('bela', 'listen');
    const ready = await bela.ofType('ready');
    expect(ready).toEqual({
      v: 1,
      type: 'ready',
      relay: lan.relay.address,
      fingerprint: lan.relay.fingerprint,
    });
    const sent = await lan.as('asha', 'send', '@bela', 'hello', '--wait', 'delivered').ended;
    expect(sent).toMatchObject({ status: 0, lines: [{ type: 'sent', state: 'delivered' }] });
    const message = await bela.ofType('message');
    expect(message).toMatchObject({ v: 1, id: sent.lines[0]?.id, text: 'hello' });
    expect(message).not.toHaveProperty('room');
    expect(message.from).toMatchObject({ trust: 'new' });
    bela.process.kill('SIGINT');
    expect((await bela.ended).status).toBe(130);
  });

  it('carries room messages to those who joined, also from somebody who did not', async () => {
    const bela = lan.as('bela', 'listen', '#plans', '--join', '#plans', '--count', '2');
    const chen = lan.as('chen', 'listen', '--join', '#plans', '--count', '2');
    await Promise.all([bela.ofType('ready'), chen.ofType('ready')]);
    for (const text of ['first', 'second']) {
      expect((await lan.as('asha', 'send', '#plans', text).ended).status).toBe(0);
    }
    for (const reader of await Promise.all([bela.ended, chen.ended])) {
      const messages = reader.lines.filter((line) => line.type === 'message');
      expect(messages).toMatchObject([
        { room: '#plans', text: 'first' },
        { room: '#plans', text: 'second' },
      ]);
      const seen = reader.lines.filter((line) => line.type === 'joined' || line.type === 'left');
      expect(seen.map(({ who }) => JSON.stringify(who)).join()).not.toContain('asha');
    }
  });

  it('sends the lines of stdin in order over one connection', async () => {
    const dora = lan.as('dora', 'listen', '--count', '20');
    await dora.ofType('ready');
    const texts = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const sender = lan.as('asha', 'send', '@dora', '--lines');
    sender.type(`${texts.join('\n')}\n`);
    sender.endInput();
    const sent = await sender.ended;
    expect(sent.status).toBe(0);
    const got = (await dora.ended).lines.filter((line) => line.type === 'message');
    expect(got.map((line) => line.text)).toEqual(texts);
    expect(got.map((line) => line.id)).toEqual(sent.lines.map((line) => line.id));
  });

  it('exits 1 for nobody, 0 once the relay keeps it for somebody away, 6 where they were to have it', async () => {
    expect(await lan.as('asha', 'send', '@nobody', 'x').ended).toMatchObject({
      status: 1,
      lines: [{ v: 1, type: 'error', code: 'unknown-person' }],
    });
    const kept = await lan.as('asha', 'send', '@bela', 'for later').ended;
    expect(kept).toMatchObject({ status: 0, lines: [{ type: 'sent', state: 'relayed' }] });
    const patience = ['--wait', 'delivered', '--timeout', '0.5'];
    const awaited = await lan.as('asha', 'send', ...patience, '@bela', 'in time').ended;
    expect(awaited.status).toBe(6);
    const bela = await lan.as('bela', 'listen', '--count', '2').ended;
    const got = bela.lines.filter((line) => line.type === 'message');
    expect(got.map((line) => line.text)).toEqual(['for later', 'in time']);
  });

  it('goes through the process that owns the profile, and behaves the same', async () => {
    const bela = lan.as('bela', 'listen', '--count', '1');
    const asha = lan.as('asha', 'listen');
    await Promise.all([bela.ofType('ready'), asha.ofType('ready')]);
    expect((await lan.as('asha', 'send', '@bela', 'beside').ended).status).toBe(0);
    expect(await bela.ended).toMatchObject({ status: 0 });
    // Its own words did not arrive: listen shows the receipt, not the message.
    await asha.ofType('receipt');
    expect(asha.lines.some((line) => line.type === 'message')).toBe(false);
    expect((await lan.as('asha', 'peers').ended).status).toBe(0);
    asha.process.kill('SIGINT');
    expect((await asha.ended).status).toBe(130);
  });

  it('listens on when the process that owned its profile ends', async () => {
    const other = lan.as('finn', 'listen');
    await other.ofType('ready');
    const owner = lan.as('asha', 'send', '@finn', '--lines');
    owner.type('one\n');
    await owner.ofType('sent');
    const asha = lan.as('asha', 'listen', '#plans', '--join', '#plans', '--count', '2');
    await asha.ofType('ready');
    expect((await lan.as('chen', 'send', '#plans', 'before').ended).status).toBe(0);
    await asha.ofType('message');
    owner.endInput();
    expect((await owner.ended).status).toBe(0);
    await asha.ofType('reconnected');
    expect((await lan.as('chen', 'send', '#plans', 'after').ended).status).toBe(0);
    const { status, lines } = await asha.ended;
    expect(status).toBe(0);
    const texts = lines.filter(({ type }) => type === 'message').map(({ text }) => text);
    expect(texts).toEqual(['before', 'after']);
    other.process.kill('SIGINT');
    await other.ended;
  });

  it('shows one safety number to both, and records it when it is given', async () => {
    const bela = lan.as('bela', 'listen');
    const asha = lan.as('asha', 'listen');
    await Promise.all([bela.ofType('ready'), asha.ofType('ready')]);
    const here = await lan.as('asha', 'verify', '@bela').ended;
    const there = await lan.as('bela', 'verify', '@asha').ended;
    const digits = String(here.lines[0]?.digits);
    expect(digits.replaceAll(' ', '')).toMatch(/^\d{60}$/);
    expect(there.lines[0]?.digits).toBe(digits);
    const wrong = await lan.as('asha', 'verify', '@bela', '0'.repeat(60)).ended;
    expect(wrong).toMatchObject({ status: 4, lines: [{ code: 'digits-differ' }] });
    const right = await lan.as('asha', 'verify', '@bela', digits).ended;
    expect(right).toMatchObject({ status: 0, lines: [{ trust: 'verified' }] });
    const { lines } = await lan.as('asha', 'peers').ended;
    expect(lines.find(({ nick }) => nick === 'bela')).toMatchObject({ trust: 'verified' });
    for (const listener of [asha, bela]) listener.process.kill('SIGTERM');
    expect((await asha.ended).status).toBe(143);
  });

  it('lists the rooms of the profile without coming in', async () => {
    const { status, lines } = await lan.as('bela', 'rooms').ended;
    expect(status).toBe(0);
    expect(lines.map(({ name, kind }) => [name, kind])).toContainEqual(['#plans', 'public']);
  });

  it('keeps the name it was given, and tells it without a relay', async () => {
    const { lines } = await lan.run(['id', '--home', lan.path('asha'), '--json']).ended;
    expect(lines).toMatchObject([{ v: 1, type: 'id', nick: 'asha' }]);
  });

  it('shows the operator who is connected, tells them all, and ends a connection on request', async () => {
    const bela = lan.as('bela', 'listen');
    await bela.ofType('ready');
    const data = ['--data', lan.path('relay'), '--json'];
    const { lines } = await lan.run(['relay', 'peers', ...data]).ended;
    const peer = lines.find(({ nick }) => nick === 'bela');
    expect(peer).toMatchObject({ type: 'peer', address: '127.0.0.1' });
    const told = await lan.run(['relay', 'announce', 'back in', 'five', ...data]).ended;
    expect(told).toMatchObject({ status: 0, lines: [{ type: 'announced' }] });
    expect(await bela.ofType('announcement')).toMatchObject({ text: 'back in five' });
    const fingerprint = String(peer?.fingerprint);
    expect(await lan.run(['relay', 'kick', fingerprint.slice(0, 8), ...data]).ended).toMatchObject({
      status: 0,
      lines: [{ type: 'kicked', fingerprint }],
    });
    expect(await bela.ended).toMatchObject({ status: 5 });
    expect(bela.lines.at(-1)).toMatchObject({ type: 'error', code: 'kicked' });
    const again = await lan.run(['relay', 'kick', fingerprint, ...data]).ended;
    expect(again).toMatchObject({ status: 1, lines: [{ code: 'unknown-person' }] });
  });

  it('leaves quietly when nobody reads its output any more', async () => {
    const bela = lan.as('bela', 'listen');
    await bela.ofType('ready');
    bela.process.stdout?.destroy();
    await lan.as('asha', 'send', '@bela', 'into the void').ended;
    expect(await bela.ended).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('lanchat relay', () => {
  let lan: Lan;
  beforeEach(() => {
    lan = new Lan();
  });
  afterEach(() => lan.close());

  it('is the same relay after a restart, ends within 2 s of SIGTERM with 0, and tells its clients', async () => {
    const relay = await lan.startRelay();
    const first = lan.relay;
    const bela = lan.as('bela', 'listen');
    await bela.ofType('ready');
    const startedMs = performance.now();
    relay.process.kill('SIGTERM');
    expect((await relay.ended).status).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(await bela.ofType('disconnected')).toMatchObject({ reason: 'shutting-down' });
    await lan.startRelay('--port', first.address.replace(/^.*:/, ''));
    expect(lan.relay).toEqual(first);
    await bela.ofType('reconnected');
  });

  it('refuses another key at a pinned address with 4, and says what to do', async () => {
    const relay = await lan.startRelay();
    const { address } = lan.relay;
    expect((await lan.as('asha', 'peers').ended).status).toBe(0);
    relay.process.kill('SIGTERM');
    await relay.ended;
    await lan.startRelay('--port', address.replace(/^.*:/, ''), '--data', lan.path('impostor'));
    const refused = await lan.as('asha', 'peers').ended;
    expect(refused).toMatchObject({ status: 4, lines: [{ code: 'relay-key-changed' }] });
    expect(refused.stderr).toContain('#FINGERPRINT');
    const named = `${address}#${lan.relay.fingerprint}`;
    const pinned = lan.run(['peers', '--home', lan.path('asha'), '--relay', named]);
    expect((await pinned.ended).status).toBe(0);
  });

  it('exits 1 where its port or its folder is taken', async () => {
    await lan.startRelay();
    const same = lan.run(['relay', '--data', lan.path('relay'), '--no-mdns', '--json']);
    expect(await same.ended).toMatchObject({ status: 1, lines: [{ code: 'locked' }] });
    const port = lan.relay.address.replace(/^.*:/, '');
    const other = lan.run([
      ...['relay', '--port', port, '--host', '127.0.0.1', '--no-mdns', '--json'],
      ...['--data', lan.path('other')],
    ]);
    const ended = await other.ended;
    expect(ended).toMatchObject({ status: 1, lines: [{ code: 'port-in-use' }] });
    expect(ended.stderr).toMatch(/^lanchat: [^\n]*--port[^\n]*\n$/);
  });

  it('exits 3 where nothing listens, and where what listens is no relay', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).resume();
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const args = ['peers', '--home', lan.path('asha'), '--timeout', '1', '--json', '--relay'];
    const strange = await lan.run([...args, `127.0.0.1:${port}`]).ended;
    expect(strange).toMatchObject({ status: 3, lines: [{ type: 'error' }] });
    await new Promise((resolve) => server.close(resolve));
    const nobody = await lan.run([...args, `127.0.0.1:${port}`]).ended;
    expect(nobody).toMatchObject({ status: 3, lines: [{ code: 'unreachable' }] });
    expect(nobody.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('the executable', () => {
  const lan = new Lan();
  afterAll(() => lan.close());

  it('answers --version from package.json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await lan.run(['--version']).ended).toMatchObject({ status: 0, stdout: `${version}\n` });
    const within = await lan.run(['peers', '--version']).ended;
    expect(within).toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  it('names the headless commands where there is no terminal', async () => {
    const ended = await lan.run([]).ended;
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/send.*listen/);
  });

  it('runs the demo in under 5 s, and the relay sees no plaintext', async () => {
    const startedMs = performance.now();
    const { status, lines, stderr } = await lan.run(['demo', '--json']).ended;
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const verdict = lines.at(-1);
    expect(verdict).toMatchObject({ type: 'step', name: 'verdict', plaintext: false });
    for (const line of lines.filter(({ name }) => name === 'message')) {
      expect(JSON.stringify(line.relaySaw)).toMatch(/"hex":"2[01]/);
    }
  });

  it('lists a relay that announces itself, where multicast works on loopback', async (context) => {
    const demo = await lan.run(['demo', '--json']).ended;
    const { by } = demo.lines.find(({ name }) => name === 'discovery') ?? {};
    if (by !== 'mdns') context.skip('multicast does not work on loopback here');
    const relay = lan.run([
      ...['relay', '--json', '--port', '0', '--host', '127.0.0.1', '--name', 'hall'],
      ...['--data', lan.path('announced')],
    ]);
    const { port, fingerprint } = await relay.ofType('listening');
    const { status, lines } = await lan.run(['find', '--json']).ended;
    expect(status).toBe(0);
    expect(lines).toContainEqual({
      ...{ v: 1, type: 'relay', name: 'hall', host: '127.0.0.1', port, pinned: false },
      fingerprint: String(fingerprint).slice(0, 16),
    });
    const named = lan.run(['peers', '--home', lan.path('eva'), '--json']);
    expect((await named.ended).status).toBe(0);
    // Now it is pinned there, and known whole.
    const again = await lan.run(['find', '--home', lan.path('eva'), '--json']).ended;
    expect(again.lines).toContainEqual({
      ...{ v: 1, type: 'relay', name: 'hall', host: '127.0.0.1', port, pinned: true },
      fingerprint,
    });
  });

  it('names each thing that the doctor looked at, and exits 1 where one is wrong', async () => {
    const args = ['doctor', '--json', '--timeout', '0.2', '--relay', '127.0.0.1:1'];
    const { status, lines } = await lan.run(args).ended;
    const findings = lines.filter(({ type }) => type === 'finding');
    expect(findings.map(({ check }) => check)).toContain('mdns-port');
    const relay = findings.find(({ check }) => check === 'relay');
    expect(relay).toMatchObject({ ok: false });
    expect(String(relay?.fix)).toContain('lanchat relay --port 1');
    expect(status).toBe(1);
    expect(lines.at(-1)).toMatchObject({ type: 'error', code: 'findings' });
  });

  it('shows the demo within 90 columns', async () => {
    const { stdout } = await lan.run(['demo']).ended;
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(90);
    expect(stdout).toContain('None of the 4 texts');
  });
});
