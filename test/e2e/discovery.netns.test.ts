// mDNS between hosts: discovery over real sockets and real links that come and go.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { createLan, type LanHost, namespacesUnavailable } from '../support/netns.ts';

const unavailable = namespacesUnavailable();
if (unavailable !== null) console.warn(`skipped: ${unavailable}`);

const ID = '0123456789abcdef';
let script: BundledScript;

beforeAll(async () => {
  script = await bundleScript('test/support/discovery-script.ts');
});
afterAll(() => script.remove());

async function withLan(use: (hosts: Record<'relay' | 'asha' | 'ben', LanHost>) => Promise<void>) {
  const lan = createLan(['relay', 'asha', 'ben']);
  try {
    await use(lan.hosts);
  } finally {
    lan.close();
  }
}

async function startRelay(on: LanHost) {
  const relay = on.spawn(['node', script.path, 'advertise', ID, 'Kitchen']);
  await relay.line('"advertising"');
  return relay;
}

async function startBrowser(on: LanHost) {
  const browser = on.spawn(['node', script.path, 'browse']);
  await browser.line('"browsing"');
  return browser;
}

describe.skipIf(unavailable !== null).concurrent('discovery across hosts', () => {
  it('finds a relay whether it starts before or after, and hears it leave', () =>
    withLan(async ({ relay, asha, ben }) => {
      const early = await startBrowser(asha);
      const heardEarly = early.line('"up"');
      const running = await startRelay(relay);
      const expected = {
        event: 'up',
        data: {
          name: 'Kitchen',
          host: '10.77.0.1',
          addresses: ['10.77.0.1'],
          port: 7717,
          relayIdPrefix: ID,
        },
      };
      expect(JSON.parse(await heardEarly)).toEqual(expected);
      const late = await startBrowser(ben);
      expect(JSON.parse(await late.line('"up"'))).toEqual(expected);
      const gone = [early.line('"down"'), late.line('"down"')];
      running.kill('SIGTERM');
      await Promise.all(gone);
      expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    }));

  it("is found again after the relay's link was down", () =>
    withLan(async ({ relay, asha }) => {
      const running = await startRelay(relay);
      const lost = running.line('"no-interface"');
      relay.linkDown();
      await lost;
      relay.linkUp();
      await (await startBrowser(asha)).line('"up"');
    }));

  it("finds a relay after the searcher's interface was removed and made anew", () =>
    withLan(async ({ relay, asha }) => {
      const browser = await startBrowser(asha);
      const lost = browser.line('"no-interface"');
      asha.unplug();
      await lost;
      const found = browser.line('"up"');
      asha.plugIn();
      await startRelay(relay);
      await found;
    }));

  it('follows a relay whose address changes', () =>
    withLan(async ({ relay, asha }) => {
      const browser = await startBrowser(asha);
      const found = browser.line('"up"');
      await startRelay(relay);
      await found;
      const moved = browser.line('10.77.0.99');
      relay.ip('addr', 'add', '10.77.0.99/24', 'dev', relay.interfaceName);
      relay.ip('addr', 'del', '10.77.0.1/24', 'dev', relay.interfaceName);
      relay.ip('addr', 'replace', '10.77.0.99/24', 'dev', relay.interfaceName);
      expect(JSON.parse(await moved)).toMatchObject({ event: 'up', data: { port: 7717 } });
    }));

  it('shrugs off 20,000 hostile packets and still finds the relay', () =>
    withLan(async ({ relay, asha, ben }) => {
      const browser = await startBrowser(asha);
      const memory = async () => {
        const line = browser.line('"memory"');
        browser.kill('SIGUSR2');
        return Number(JSON.parse(await line).data.rss) / 2 ** 20;
      };
      const before = await memory();
      const flood = await ben.run(['node', script.path, 'flood', '20000']);
      expect(flood).toMatchObject({ code: 0, stderr: '' });
      expect((await memory()) - before).toBeLessThan(40);
      const found = browser.line(ID);
      await startRelay(relay);
      await found;
      expect(browser.child.exitCode).toBeNull();
    }));
});
