// One JSON value a line over a local socket, both ways, each bounded. Knows no message's meaning.
import type { Socket } from 'node:net';

/** A process that doesn't read is let go before what it was sent fills our memory: the longest answer of all, and as much again. */
const MAX_QUEUE_BYTES = 32 * 1024 * 1024;

/**
 * Calls `take` with the value of each whole line, undefined where it isn't JSON. Destroys a connection with
 * a line of more than `maxLength` characters. What is left without a line feed at the end is no line.
 */
export function readJsonLines(
  connection: Socket,
  maxLength: number,
  take: (value: unknown) => void,
): void {
  let rest = '';
  connection.setEncoding('utf8');
  connection.on('data', (chunk: string) => {
    // A long line comes in many pieces: none but the last is looked through twice.
    const [first = '', ...more] = chunk.split('\n');
    const last = more.pop();
    rest += first;
    const lines = last === undefined ? [] : [rest, ...more];
    rest = last ?? rest;
    for (const line of lines) {
      if (line.length > maxLength) connection.destroy();
      // Also where `take` has ended it.
      if (connection.destroyed) return;
      take(parseJson(line));
    }
    if (rest.length > maxLength) connection.destroy();
  });
}

/** Nothing where the connection has ended; ends one whose other side doesn't read. */
export function writeJsonLine(connection: Socket, value: object): void {
  if (connection.destroyed) return;
  connection.write(`${JSON.stringify(value)}\n`);
  if (connection.writableLength > MAX_QUEUE_BYTES) connection.destroy();
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The cause would quote what was said.
    return undefined;
  }
}
