// The status line: one line that a person says of themselves, end to end, to people they know. Draws nothing.
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { utf8FromText } from '../protocol/bytes.ts';
import { decodeCbor, encodeCbor } from '../protocol/cbor.ts';
import { decodeStatus } from '../protocol/content.ts';
import { UsageError } from '../protocol/errors.ts';
import { MAX_STATUS_BYTES } from '../protocol/limits.ts';
import { cleanLine } from '../protocol/one-line.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { save } from './durable.ts';
import { savePeer } from './durable-people.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue, replace } from './outbox.ts';
import type { Peer } from './peer-state.ts';
import { awaitsTrust, isBlocked, isContact, personOf } from './people.ts';
import type { CoreState, Pin } from './state.ts';

/** Each is a message to somebody; those seen last are told. */
const MAX_TOLD = 500;

export const STATUS_PLACE = 'status';
const statusSchema = v.object({ text: v.string() });

/** Throws ProtocolError. */
export function restoreStatus(core: CoreState, value: Uint8Array): void {
  core.status = cleanLine(decodeCbor(statusSchema, value).text, MAX_STATUS_BYTES);
}

/** Told to whom we know; returns it as it is told. Empty: it is taken back. Throws UsageError `status-too-long`. */
export function setStatus(core: CoreState, text: string): string {
  const status = cleanLine(text.toWellFormed(), Number.POSITIVE_INFINITY);
  if (utf8FromText(status).length > MAX_STATUS_BYTES) {
    const message = phrase`a status line holds ${MAX_STATUS_BYTES} bytes; shorten it`;
    throw new UsageError('status-too-long', message);
  }
  if (status === core.status) return status;
  core.status = status;
  save(core, STATUS_PLACE, () => ({ text: core.status }));
  const known = core.pins.all().filter((pin) => isKnown(core, pin));
  for (const { id } of known.slice(-MAX_TOLD)) tell(core, peerOf(core, id));
  return status;
}

/** Whom we wrote to for the first time. */
export function introduceStatus(core: CoreState, peer: Peer): void {
  if (core.status !== '') tell(core, peer);
}

/** A stranger is told nothing, nor is somebody who bears a verified person's name without leave. */
function isKnown(core: CoreState, pin: Pin): boolean {
  if (isBlocked(core, pin.id) || awaitsTrust(core, pin.id)) return false;
  return pin.contacted || pin.trust === 'verified' || isContact(pin);
}

/** One that still waits becomes the new one. */
function tell(core: CoreState, peer: Peer): void {
  const content = encodeCbor({ text: core.status });
  const waiting = peer.records.findLast(({ type }) => type === RECORD_TYPES.status);
  if (waiting !== undefined && replace(core, peer, { record: waiting, content })) return;
  enqueue(core, peer, { type: RECORD_TYPES.status, content });
}

/** What they say of themselves now. Throws ProtocolError. */
export function takeStatus(core: CoreState, peer: Peer, content: Uint8Array): void {
  const status = cleanLine(decodeStatus(content).text, MAX_STATUS_BYTES);
  if (status === peer.status) return;
  peer.status = status;
  savePeer(core, peer);
  emit(core, { type: 'person', person: personOf(core, peer.id) });
}
