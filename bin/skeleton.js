// The first frame of the screen, written before anything is loaded; must import nothing.
// Its modes are those that src/ui/terminal.ts enters, so that the screen takes over without a flash.

/** Alternate screen, no auto-wrap, bracketed paste, focus reports; the title is saved. */
export const enterModes = '\x1b[22;0t\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?1004h';
/** Undoes `enterModes` from whatever state the terminal is in. */
export const leaveModes =
  '\x1b[?2026l\x1b]8;;\x1b\\\x1b[m\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[23;0t';

/**
 * @typedef {object} SkeletonOptions
 * @property {number} columns
 * @property {number} rows
 * @property {string} [nick] shown as it is, but for controls and invisible characters
 */

/**
 * The plain rows of the frame: as many as the terminal has.
 * @param {SkeletonOptions} options
 * @returns {string[]}
 */
export function skeletonRows({ columns, rows, nick }) {
  if (columns < 30 || rows < 8) {
    return Array.from({ length: rows }, (_, row) => (row === 0 ? 'lanchat' : ''));
  }
  const name = [...(nick ?? '')].filter((character) => !/[\p{C}\p{Z}]/u.test(character));
  const title = nick === undefined ? ' lanchat' : ` lanchat · ${name.slice(0, 20).join('')}`;
  return Array.from({ length: rows }, (_, row) => {
    if (row === 0) return title;
    if (row === rows - 2) return ' …';
    return row === rows - 1 ? '> ' : '';
  });
}

/**
 * What to write for it, modes included, with the cursor where typing will go.
 * @param {SkeletonOptions} options
 * @returns {string}
 */
export function skeletonFrame(options) {
  const rows = skeletonRows(options)
    .map((row, index) => (row === '' ? '' : `\x1b[${index + 1};1H${row}`))
    .join('');
  const cursor = options.columns < 30 || options.rows < 8 ? '' : `\x1b[${options.rows};3H`;
  return `${enterModes}\x1b[H\x1b[2J${rows}${cursor}`;
}

/**
 * Shows the frame on the process's terminal, in raw mode so that what is typed meanwhile waits
 * unseen, and undoes it if loading ends in an error, an exit or a signal. The screen calls
 * `release()` once it owns the terminal.
 * @param {NodeJS.Process} host
 * @param {string} [nick]
 * @returns {{ columns: number, rows: number, screen: string[], release: () => void }}
 */
export function showSkeleton(host, nick) {
  const { stdin, stdout } = host;
  const size = { columns: stdout.columns || 80, rows: stdout.rows || 24 };
  const options = nick === undefined ? size : { ...size, nick };
  const restore = () => {
    stdout.write(leaveModes);
    stdin.setRawMode(false);
  };
  /** @param {NodeJS.Signals} signal */
  const die = (signal) => {
    release();
    restore();
    host.kill(host.pid, signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  const release = () => {
    host.off('exit', restore).off('uncaughtExceptionMonitor', restore);
    for (const signal of signals) host.off(signal, die);
  };
  host.once('exit', restore).once('uncaughtExceptionMonitor', restore);
  for (const signal of signals) host.once(signal, die);
  stdin.setRawMode(true);
  stdout.write(skeletonFrame(options));
  return { ...size, screen: skeletonRows(options), release };
}
