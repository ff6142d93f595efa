// A bot that answers by itself: words it knows, and whoever writes while its owner is away.
//
//   node examples/answerer.mjs [--join '#room'] [--answers FILE] [--away TEXT] [--home DIR] [--nick NAME] [--relay HOST:PORT]
//
// FILE is JSON: {"keyword": "answer"}; the longest keyword that a message begins with is answered. In rooms the bot answers
// only what begins with `!`. The away message goes to each person once an hour, to private messages that hold no keyword.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { COMMON, Lanchat, run } from './rpc-client.mjs';

const AGAIN_MS = 60 * 60 * 1000;
/** Of people who were told that nobody is here. */
const MAX_TOLD = 10_000;

const { values } = parseArgs({
  options: {
    ...COMMON,
    join: { type: 'string', multiple: true, default: [] },
    answers: { type: 'string' },
    away: { type: 'string' },
  },
});

const builtIn = {
  ping: () => 'pong',
  time: () => new Date().toTimeString().slice(0, 5),
  echo: (rest) => rest || 'echo what?',
  help: () => `I know: ${[...answers.keys()].join(', ')}`,
};
const answers = new Map([...Object.entries(builtIn), ...readAnswers(values.answers)]);
/** When each person was told. */
const told = new Map();

const lanchat = new Lanchat(values, (event) => {
  if (event.type === 'message' && event.kind !== 'change') answer(event);
});
await run(lanchat, async () => {
  const { relay } = await lanchat.call('listen', { join: values.join });
  console.log(`ready on ${relay}`);
});

function readAnswers(file) {
  if (file === undefined) return [];
  const entries = Object.entries(JSON.parse(readFileSync(file, 'utf8')));
  return entries.map(([keyword, text]) => [keyword.toLowerCase(), () => String(text)]);
}

/** In a room only what begins with `!` is for the bot: two bots must not talk for ever. */
function answer({ room, from, text }) {
  const asked = room === undefined ? text : /^!(.*)/s.exec(text)?.[1];
  if (asked === undefined) return;
  const found = answerTo(asked.trim());
  if (found !== null) say(room ?? from.fingerprint, found);
  else if (room === undefined && isNews(from.fingerprint)) say(from.fingerprint, values.away);
}

function answerTo(asked) {
  const lower = asked.toLowerCase();
  const fits = [...answers.keys()].filter(
    (keyword) =>
      lower === keyword || (lower.startsWith(keyword) && /\s/.test(lower[keyword.length])),
  );
  const [longest] = fits.sort((a, b) => b.length - a.length);
  return longest === undefined ? null : answers.get(longest)(asked.slice(longest.length).trim());
}

/** Whether to tell this person that nobody is here: for the same reason not each time. */
function isNews(fingerprint) {
  const nowMs = performance.now();
  if (values.away === undefined) return false;
  if (nowMs - (told.get(fingerprint) ?? -AGAIN_MS) < AGAIN_MS) return false;
  told.delete(fingerprint);
  told.set(fingerprint, nowMs);
  if (told.size > MAX_TOLD) told.delete(told.keys().next().value);
  return true;
}

function say(to, text) {
  lanchat.call('send', { to, text }).catch((error) => console.error(`${to}: ${error.message}`));
}
