// Subscribers in a process of their own: they count the bytes that arrive and look at none.
import * as v from 'valibot';
import { connectTo, type TargetConnection, type TargetName, targetName } from './targets.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  v.object({
    do: v.literal('connect'),
    target: targetName,
    port: v.number(),
    /** Subscribed, or only logged in. */
    role: v.picklist(['subscribe', 'idle']),
    first: v.number(),
    count: v.number(),
  }),
  v.object({ do: v.literal('count'), target: targetName }),
]);

/** Logins at a time: the relay lets so many of one address in at once. */
const AT_ONCE = 8;
const received: Record<TargetName, number> = { relay: 0, bare: 0 };
const closed: Record<TargetName, number> = { relay: 0, bare: 0 };

/** Connects one after the other until no number is left. */
async function connect(
  { target, port, role }: Omit<TargetConnection, 'number'>,
  numbers: number[],
): Promise<void> {
  for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
    const count = (bytes: Buffer) => {
      received[target] += bytes.length;
    };
    const socket = await connectTo({ target, port, role, number }, count);
    socket.on('close', () => {
      closed[target]++;
    });
  }
}

serveRequests(request, async (asked) => {
  const { target } = asked;
  switch (asked.do) {
    case 'connect': {
      const numbers = Array.from({ length: asked.count }, (_, index) => asked.first + index);
      const lines = Array.from({ length: AT_ONCE }, () => connect(asked, numbers));
      await Promise.all(lines);
      return [];
    }
    case 'count':
      return [received[target], performance.timeOrigin + performance.now(), closed[target]];
    default:
      return asked satisfies never;
  }
});
