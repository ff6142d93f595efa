// Runs schedules of two people outside the tests: FIRST COUNT. Exits 1 at the first that fails, with its log.
import { ready } from '../../../src/crypto/sodium.ts';
import { runTwoPeople } from './two-people.ts';

const [first, count] = process.argv.slice(2).map(Number);
if (first === undefined || count === undefined || !Number.isInteger(first + count)) {
  throw new Error('FIRST and COUNT are whole numbers');
}

await ready();
try {
  for (let seed = first; seed < first + count; seed++) runTwoPeople(seed);
  console.log(`${count} schedules from ${first} on: all held`);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
