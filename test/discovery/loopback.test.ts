// The one unit test with real mDNS sockets: on 127.0.0.1 alone.
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { advertise } from '../../src/discovery/advertise.ts';
import type { RelayHint } from '../../src/discovery/announcement.ts';
import { browse } from '../../src/discovery/browse.ts';
import { listInterfaces } from '../../src/discovery/interfaces.ts';

const ID = 'feedc0defeedc0de';
const network = { createSocket, interfaces: () => listInterfaces().filter((i) => i.internal) };
const onProblem = (problem: { code: string }) => expect.unreachable(problem.code);

it('finds a relay on loopback by its fingerprint, and hears its goodbye', async () => {
  const events = new EventEmitter();
  const up = once(events, 'up');
  const down = once(events, 'down');
  const tell = (event: string) => (hint: RelayHint) => {
    if (hint.relayIdPrefix === ID) events.emit(event, hint);
  };
  const browser = browse({
    onUp: tell('up'),
    onDown: tell('down'),
    onProblem,
    includeLoopback: true,
    network,
  });
  const relay = { name: 'Test', port: 7717, relayIdPrefix: ID };
  const advertisement = advertise({ ...relay, loopbackOnly: true, onProblem, network });
  try {
    expect(await up).toEqual([{ ...relay, host: '127.0.0.1', addresses: ['127.0.0.1'] }]);
    await advertisement.close();
    expect(await down).toMatchObject([relay]);
  } finally {
    await advertisement.close();
    browser.close();
  }
});
