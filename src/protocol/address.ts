// How HOST:PORT is written. Knows no resolver and no socket.

/** `host:port`, an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function formatAddress({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
