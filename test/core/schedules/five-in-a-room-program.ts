// Runs schedules of five people in a room outside the tests: FIRST COUNT STEPS. Exits 1 at the first that fails, with
// its log.
import { ready } from '../../../src/crypto/sodium.ts';
import { runFiveInARoom } from './five-in-a-room.ts';

const [first, count, steps] = process.argv.slice(2).map(Number);
if (first === undefined || count === undefined || steps === undefined) {
  throw new Error('FIRST, COUNT and STEPS are needed');
}
if (!Number.isInteger(first + count + steps)) throw new Error('all three are whole numbers');

await ready();
try {
  for (let seed = first; seed < first + count; seed++) runFiveInARoom(seed, steps);
  console.log(`${count} schedules from ${first} on: all held`);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
