// A helpdesk: people write to it privately and get a ticket and a place in the queue; operators answer through it.
//
//   node examples/helpdesk.mjs --operator FINGERPRINT [--operator …] [--state FILE] [--home DIR] [--nick NAME] [--relay HOST:PORT]
//
// People write anything; `position` says how many are before them, `cancel` takes the ticket back. Operators write to it
// privately: `queue`, `next` (takes the first that waits), `answer TEXT` or `answer N TEXT`, `close` or `close N`.
// FILE (helpdesk.json) holds tickets and what has not been sent yet, readable: keep it where only its owner can look.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { COMMON, Lanchat, RpcError, run } from './rpc-client.mjs';

const MAX_TICKETS = 500;
/** Of one ticket: with these, all of it fits one message. */
const MAX_TEXTS = 10;
const MAX_TEXT_LENGTH = 1_000;

const { values } = parseArgs({
  options: {
    ...COMMON,
    operator: { type: 'string', multiple: true, default: [] },
    state: { type: 'string', default: 'helpdesk.json' },
  },
});
// A nickname proves nothing: an operator is a key.
const operators = new Set(values.operator.map((each) => each.toLowerCase()));
if (operators.size === 0 || [...operators].some((each) => !/^[0-9a-f]{64}$/.test(each))) {
  console.error('--operator takes the fingerprint of whoever answers: 64 hex digits (lanchat id)');
  process.exit(1);
}

/** `last`: the newest message that was dealt with; `unsent`: what it led to. They are saved together. */
const state = { next: 1, last: null, tickets: [], unsent: [], ...readState() };
// Whoever is no operator any more has left theirs to the others.
for (const each of state.tickets) if (!operators.has(each.operator)) each.operator = null;
let isSending = false;

const commands = { queue, next, answer, close };
const lanchat = new Lanchat(values, (event) => {
  if (event.type === 'message' && event.kind !== 'change') take(event);
  if (event.type === 'reconnected') sendAll();
});
await run(lanchat, async () => {
  const { relay } = await listen();
  console.log(`ready on ${relay}`);
  await sendAll();
});

/** From where it stopped: what came while it was not running is in lanchat's history. */
async function listen() {
  try {
    return await lanchat.call('listen', state.last === null ? {} : { since: state.last });
  } catch (error) {
    if (error.code !== 'unknown-message') throw error;
    return await lanchat.call('listen');
  }
}

function take({ id, room, from, text }) {
  if (room === undefined) {
    if (operators.has(from.fingerprint)) operate(from.fingerprint, text.trim());
    else help(from, cut(text));
  }
  state.last = id;
  save();
  sendAll();
}

/** Somebody who wants help. A word of thanks for each message would go on for ever with another bot. */
function help({ fingerprint, nick }, text) {
  const ticket = state.tickets.find((each) => each.from === fingerprint);
  const word = text.trim().toLowerCase();
  if (ticket === undefined) {
    if (state.tickets.length >= MAX_TICKETS) return say(fingerprint, 'Too many wait; try later.');
    const opened = { number: state.next, from: fingerprint, nick, texts: [text], operator: null };
    state.next += 1;
    state.tickets.push(opened);
    say(fingerprint, `Ticket ${opened.number}. ${placeOf(opened)}`);
    const news = `Ticket ${opened.number} waits: ${nameOf(opened)}.`;
    for (const operator of operators) say(operator, news);
  } else if (word === 'position') say(fingerprint, `Ticket ${ticket.number}. ${placeOf(ticket)}`);
  else if (word === 'cancel') {
    end(ticket);
    say(fingerprint, `Ticket ${ticket.number} is taken back.`);
    if (ticket.operator !== null) say(ticket.operator, `Ticket ${ticket.number} was taken back.`);
  } else if (ticket.operator !== null) say(ticket.operator, quote(ticket, [text]));
  else if (ticket.texts.length < MAX_TEXTS) ticket.texts.push(text);
}

function operate(operator, text) {
  const [, word, rest] = /^(\S*)\s*(.*)$/s.exec(text);
  const name = word.toLowerCase();
  if (Object.hasOwn(commands, name)) commands[name](operator, rest);
  else say(operator, `I know: ${Object.keys(commands).join(', ')}`);
}

function queue(operator) {
  const lines = state.tickets.map((ticket) => {
    const where = ticket.operator === null ? 'waits' : 'is open';
    return `${ticket.number} ${nameOf(ticket)} ${where}`;
  });
  say(operator, lines.slice(0, 50).join('\n') || 'Nobody waits.');
}

function next(operator) {
  const ticket = waiting()[0];
  if (ticket === undefined) return say(operator, 'Nobody waits.');
  ticket.operator = operator;
  say(operator, quote(ticket, ticket.texts));
  say(ticket.from, `Ticket ${ticket.number}: it is your turn.`);
}

function answer(operator, rest) {
  const { ticket, text } = addressed(operator, rest);
  if (ticket === null) return say(operator, 'Which ticket? `answer N TEXT` names one.');
  if (text === '') return say(operator, 'Answer what?');
  say(ticket.from, text);
}

function close(operator, rest) {
  const { ticket } = addressed(operator, rest);
  if (ticket === null) return say(operator, 'Which ticket? `close N` names one.');
  end(ticket);
  say(ticket.from, `Ticket ${ticket.number} is closed. Write again to open another.`);
  say(operator, `Ticket ${ticket.number} is closed; ${waiting().length} wait.`);
}

/** The ticket that a number at the beginning names among this operator's; without one, the only one there is. */
function addressed(operator, rest) {
  const own = state.tickets.filter((each) => each.operator === operator);
  const [, number, text] = /^(\d+)(?:\s+(.*))?$/s.exec(rest) ?? [];
  const named = own.find((each) => String(each.number) === number);
  if (named !== undefined) return { ticket: named, text: text ?? '' };
  return { ticket: own.length === 1 ? own[0] : null, text: rest };
}

function waiting() {
  return state.tickets.filter((each) => each.operator === null);
}

function end(ticket) {
  state.tickets = state.tickets.filter((each) => each !== ticket);
}

function placeOf(ticket) {
  const before = waiting().indexOf(ticket);
  return before < 0 ? 'Somebody is with you.' : `${before} before you.`;
}

function nameOf({ nick, from }) {
  return `${nick} (${from.slice(0, 8)})`;
}

/** What others wrote, marked, so that it can't pass as the bot's own words. */
function quote(ticket, texts) {
  const lines = texts.flatMap((text) => text.split(/\r?\n/)).map((line) => `> ${line}`);
  return [`Ticket ${ticket.number} of ${nameOf(ticket)}:`, ...lines].join('\n');
}

function cut(text) {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…`.toWellFormed() : text;
}

function say(to, text) {
  state.unsent.push({ to, text });
}

/** One after the other. What can't go out now is tried again: at the next message, connection or start. */
async function sendAll() {
  if (isSending) return;
  isSending = true;
  for (let first = state.unsent[0]; first !== undefined; first = state.unsent[0]) {
    const error = await lanchat.call('send', first).then(
      () => null,
      (reason) => reason,
    );
    if (error !== null) console.error(`${first.to}: ${error.message}`);
    // What is refused for good must not keep back what comes after it.
    if (error !== null && !(error instanceof RpcError && !error.isPassing)) break;
    state.unsent.shift();
    save();
  }
  isSending = false;
}

function readState() {
  try {
    return JSON.parse(readFileSync(values.state, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    console.error(`${values.state} can't be read (${error.message}); look at it, or name another`);
    process.exit(1);
  }
}

/** Whole or not at all. */
function save() {
  writeFileSync(`${values.state}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${values.state}.new`, values.state);
}
