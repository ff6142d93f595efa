// Where two people find each other for one file: straight between their machines, else at the relay. Moves no chunk.
import type { MeetingId } from '../protocol/ids.ts';
import { type CarrierOptions, FileCarrier } from './file-carrier.ts';
import type { FileVia } from './file-transfer.ts';
import { callStraight, type StraightCall } from './straight-call.ts';
import type { Entrance } from './straight-door.ts';

/** The one connection that the file goes over. */
export interface Met {
  readonly carrier: FileCarrier;
  /** Chunks that the reader has said they have; null: not yet. */
  readonly have: number | null;
  readonly via: FileVia;
}

/** What the sender has told the reader. */
export interface Appointment extends Pick<StraightCall, 'meeting' | 'addresses'> {
  /** Null: we know no keys of theirs, and go to no address. */
  readonly sender: StraightCall['sender'] | null;
}

/**
 * For who sends: whoever comes first, straight or at the relay; the other way is given up. Throws RelayRefusal `not-here`,
 * TransportError.
 */
export async function awaitReader(
  options: CarrierOptions,
  meeting: MeetingId,
  entrance: Entrance | null,
): Promise<Met> {
  if (entrance === null) return atRelay(options, meeting);
  const relayed = new AbortController();
  const signal = AbortSignal.any([options.signal, relayed.signal]);
  try {
    return await new Promise<Met>((resolve, reject) => {
      let isMet = false;
      const meet = (met: Met) => {
        if (isMet) met.carrier.abort();
        else resolve(met);
        isMet = true;
      };
      entrance.whenThere((carrier, have) => {
        carrier.endsWith(options.signal);
        meet({ carrier, have, via: 'direct' });
        relayed.abort();
      });
      atRelay({ ...options, signal }, meeting).then(meet, reject);
    });
  } finally {
    entrance.close();
  }
}

/** For who wants it. Throws as `awaitReader`. */
export async function goToSender(
  options: CarrierOptions,
  { meeting, sender, addresses }: Appointment,
): Promise<Met> {
  const { me, signal } = options;
  const call = { me, meeting, addresses, signal };
  const carrier = sender === null ? null : await callStraight({ ...call, sender });
  if (carrier === null) return atRelay(options, meeting);
  carrier.endsWith(signal);
  return { carrier, have: null, via: 'direct' };
}

async function atRelay(options: CarrierOptions, meeting: MeetingId): Promise<Met> {
  const carrier = await FileCarrier.open(options);
  try {
    await carrier.ask({ type: 'meet', req: 1, meeting });
    return { carrier, have: null, via: 'relay' };
  } catch (error) {
    await carrier.close();
    throw error;
  }
}
