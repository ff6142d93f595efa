// A self-signed certificate, because TLS demands one. It carries no trust: keys of lanchat's own sign the TLS
// exporter, a relay's at login, people's where a file goes straight, and that is what is checked.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const EXPLICIT_0 = 0xa0;
const OID_COMMON_NAME = Buffer.from('0603550403', 'hex');
const OID_ED25519 = Buffer.from('06032b6570', 'hex');

/** PEM texts for `tls`. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A fresh Ed25519 key and an X.509 v3 certificate for it (RFC 5280, RFC 8410), valid for ever: no clocks. */
export function createCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const algorithm = der(SEQUENCE, OID_ED25519);
  const commonName = der(SEQUENCE, OID_COMMON_NAME, der(UTF8_STRING, Buffer.from('lanchat')));
  const name = der(SEQUENCE, der(SET, commonName));
  const validity = der(
    SEQUENCE,
    der(GENERALIZED_TIME, Buffer.from('20000101000000Z')),
    der(GENERALIZED_TIME, Buffer.from('99991231235959Z')),
  );
  const body = der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, serialNumber()),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign(null, body, privateKey));
  const certificate = der(SEQUENCE, body, algorithm, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
}

/** Positive, and without the leading zero that DER forbids. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  return serial;
}

/** Tag, length and content; everything here is shorter than 65,536 bytes. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const short = length < 0x80 ? [length] : [0x81, length];
  const head = length < 0x100 ? short : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}
