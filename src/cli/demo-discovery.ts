// Whether mDNS works on this machine's loopback, tried with the demo's own relay. Nothing reaches the LAN.
import { advertise } from '../discovery/advertise.ts';
import { browse } from '../discovery/browse.ts';
import type { Relay } from '../relay/relay.ts';

/** Publishing and asking take some 10 ms; where multicast is blocked nothing ever comes. */
const PATIENCE_MS = 1_000;

/** Only this relay counts: a browser on loopback also hears those of the network. Never throws. */
export async function hearsAnnouncement({ relayId, port }: Relay): Promise<boolean> {
  const relayIdPrefix = relayId.slice(0, 16);
  const ignore = () => {};
  const announcement = advertise({
    ...{ name: 'lanchat demo', port, relayIdPrefix },
    ...{ onProblem: ignore, loopbackOnly: true },
  });
  const heard = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => settle(false), PATIENCE_MS);
    const browser = browse({
      onUp: (hint) => {
        if (hint.relayIdPrefix === relayIdPrefix && hint.port === port) settle(true);
      },
      ...{ onDown: ignore, onProblem: ignore, includeLoopback: true },
    });
    const settle = (found: boolean) => {
      clearTimeout(timer);
      browser.close();
      resolve(found);
    };
  });
  await announcement.close();
  return heard;
}
