// Which programs hold a UDP port, as far as Linux lets us see. Knows nothing of mDNS.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface PortHolder {
  readonly pid: number;
  /** The program's name as the kernel has it: at most 15 bytes; chosen by that program. */
  readonly program: string;
}

/**
 * The programs other than this one that hold the UDP port, IPv4 or IPv6, each once. Empty where
 * there are none, where they belong to somebody else, and on systems without /proc.
 */
export function findUdpPortHolders(port: number): PortHolder[] {
  const sockets = new Set([
    ...socketsOn('/proc/net/udp', port),
    ...socketsOn('/proc/net/udp6', port),
  ]);
  if (sockets.size === 0) return [];
  return processIds()
    .filter((pid) => pid !== process.pid && holdsAny(pid, sockets))
    .map((pid) => ({ pid, program: programName(pid) }));
}

// Columns: slot, local address:port in hex, remote, state, queues, timer, retransmits, uid,
// timeout, inode.
function socketsOn(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readLines(table).flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const inode = columns[9];
    return columns[1]?.endsWith(suffix) && inode !== undefined ? [`socket:[${inode}]`] : [];
  });
}

function processIds(): number[] {
  return orEmpty(() => readdirSync('/proc'))
    .map(Number)
    .filter(Number.isInteger);
}

function holdsAny(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return orEmpty(() => readdirSync(folder)).some((fd) =>
    orEmpty(() => [readlinkSync(`${folder}/${fd}`)]).some((target) => sockets.has(target)),
  );
}

function programName(pid: number): string {
  return readLines(`/proc/${pid}/comm`)[0]?.trim() ?? '';
}

function readLines(path: string): string[] {
  return orEmpty(() => readFileSync(path, 'utf8').split('\n'));
}

// A process may end, or be somebody else's, between any two looks.
function orEmpty<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch {
    return [];
  }
}
