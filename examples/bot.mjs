// A bot: answers whoever writes to it, privately or with `!` in a room, through the lanchat commands.
//
//   node examples/bot.mjs [--home DIR] [--relay HOST:PORT] [--nick NAME] [--join '#room']
//
// Options are passed on to lanchat. LANCHAT is the program to run, by default the one beside this file.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = process.env.LANCHAT ?? fileURLToPath(new URL('../bin/lanchat.js', import.meta.url));
const { join, common } = splitOptions(process.argv.slice(2));

const answers = {
  ping: () => 'pong',
  time: () => new Date().toTimeString().slice(0, 5),
  echo: (rest) => rest || 'echo what?',
  help: () => `I know: ${Object.keys(answers).join(', ')}`,
};

/** One `lanchat send --lines` for each place, so that answers keep their order. */
const writers = new Map();

const listener = lanchat(['listen', '--json', ...join.flatMap((room) => ['--join', room])]);
for await (const line of createInterface({ input: listener.stdout })) {
  const event = JSON.parse(line);
  if (event.type === 'ready') console.log(`ready on ${event.relay}`);
  if (event.type === 'message') answer(event);
}
for (const writer of writers.values()) writer.stdin.end();

/** In a room only what begins with `!` is for the bot: two bots must not talk for ever. */
function answer({ room, from, text }) {
  const asked = room === undefined ? text : /^!(.*)/s.exec(text)?.[1];
  if (asked === undefined) return;
  const [word, ...rest] = asked.trim().split(/\s+/);
  const known = Object.hasOwn(answers, word) ? answers[word] : null;
  // A private message that isn't a question of ours gets no answer, for the same reason.
  if (known === null) return;
  say(room ?? from.fingerprint, known(rest.join(' ')));
}

function say(place, text) {
  // A line is a message, so a message must be one line.
  writerFor(place).stdin.write(`${text.replaceAll('\n', ' ')}\n`);
}

function writerFor(place) {
  const writer = writers.get(place) ?? lanchat(['send', place, '--lines', '--quiet']);
  writers.set(place, writer);
  writer.once('exit', () => writers.delete(place));
  return writer;
}

function lanchat(args) {
  const child = spawn(process.execPath, [program, ...args, ...common], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // A writer that ended has said why on stderr; its next message starts another.
  child.stdin.on('error', () => {});
  if (args[0] === 'send') child.stdout.resume();
  return child;
}

function splitOptions(args) {
  const options = { join: [], common: [] };
  while (args.length > 0) {
    const option = args.shift();
    if (option === '--join') options.join.push(args.shift());
    else options.common.push(option);
  }
  return options;
}
