// Answers that no person gave: one waits for somebody at a time, since whoever asks can ask without end and never come for them.
import type { PeerId } from '../protocol/ids.ts';
import { peerOf } from './new-state.ts';
import { enqueue, type ToSend } from './outbox.ts';
import type { CoreState } from './state.ts';

/** Nothing where one of this type waits in their outbox already. */
export function enqueueOnce(core: CoreState, to: PeerId, record: ToSend): void {
  const peer = peerOf(core, to);
  if (peer.records.some(({ type }) => type === record.type)) return;
  enqueue(core, peer, record);
}
