// A process that opens a session on a profile and says what it is: for races between processes.
import { openSession } from '../../src/client/open-session.ts';
import { realSurroundings } from '../../src/client/relay-link.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';

const [home = ''] = process.argv.slice(2);

const session = await openSession({
  ...SESSION_DEFAULTS,
  home,
  surroundings: { ...realSurroundings, browse: () => ({ hints: () => [], close() {} }) },
});
const { self } = await session.request({ do: 'snapshot' });
process.stdout.write(`${JSON.stringify({ shared: session.shared, id: self.fingerprint })}\n`);
process.stdin.resume().once('end', () => void session.close());
