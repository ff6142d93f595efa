// A relay in a process of its own, for tests that measure it: sends its port, then its memory when asked.
import v8 from 'node:v8';
import { startRelay } from '../../src/relay/relay.ts';

const SAMPLE_MS = 10;

v8.setFlagsFromString('--semi-space-growth-factor=1');
let peakBytes = 0;
setInterval(() => {
  const m = process.memoryUsage(); if (m.rss > peakBytes) { peakBytes = m.rss; if (process.env.DBG) console.error(JSON.stringify(m)); }
}, SAMPLE_MS);

const relay = await startRelay({
  seed: new Uint8Array(32).fill(9),
  port: 0,
  host: '127.0.0.1',
  onEvent: () => {},
});

process.on('message', () => { if (process.env.DBG) console.error('report', JSON.stringify(process.memoryUsage()));
  const { dropped, refused } = relay.counters();
  process.send?.({ peakBytes, dropped: [...dropped], refused: [...refused] });
  peakBytes = process.memoryUsage.rss();
});
process.on('disconnect', () => process.exit());
process.send?.({ port: relay.port });
