// A relay in a process of its own, for tests that measure it: sends its port, then its memory when asked.
import v8 from 'node:v8';
import { startRelay } from '../../src/relay/relay.ts';

const SAMPLE_MS = 10;

// As `lanchat relay` sets it: a young generation that grows under load is memory that never comes back.
v8.setFlagsFromString('--semi-space-growth-factor=1');
let peakBytes = 0;
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, SAMPLE_MS);

const relay = await startRelay({
  seed: new Uint8Array(32).fill(9),
  port: 0,
  host: '127.0.0.1',
  onEvent: () => {},
});

process.on('message', () => {
  const { dropped, refused } = relay.counters();
  process.send?.({ peakBytes, dropped: [...dropped], refused: [...refused] });
  peakBytes = process.memoryUsage.rss();
});
process.on('disconnect', () => process.exit());
process.send?.({ port: relay.port });
