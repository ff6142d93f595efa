// The TLS channel that frames travel in: its names, and what binds a proof to it (PROTOCOL.md, Client and relay; Files).

export const ALPN = 'lanchat/1';
/** Between two people's machines, for one file: nobody takes it for a relay's. */
export const FILE_ALPN = 'lanchat-file/1';
/** What only the two ends of a TLS connection can compute (RFC 8446, 7.5), with an empty context. */
export const EXPORTER_LABEL = 'EXPORTER-lanchat-1';
export const EXPORTER_BYTES = 32;
