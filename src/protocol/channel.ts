// The TLS channel that frames travel in: its name, and what binds a login to it (PROTOCOL.md, Client and relay).

export const ALPN = 'lanchat/1';
/** What only the two ends of a TLS connection can compute (RFC 8446, 7.5), with an empty context. */
export const EXPORTER_LABEL = 'EXPORTER-lanchat-1';
export const EXPORTER_BYTES = 32;
