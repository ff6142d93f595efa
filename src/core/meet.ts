// Somebody's card has come: pins at first sight, and tells of a known name under another key. What that means for
// sending is people.ts's.
import type { Card } from '../crypto/signed-objects.ts';
import { cleanNick, nickSkeleton } from '../protocol/nickname.ts';
import { writeKeyLines } from './key-lines.ts';
import { emit, isFirstTelling } from './link.ts';
import { peerOf } from './new-state.ts';
import { bearers, changedFrom, indexName, personOf, stirKeys } from './people.ts';
import type { CoreState, Pin } from './state.ts';

/** A card whose signature holds: pins its owner, and says loudly if it bears a pinned person's name. */
export function meet(core: CoreState, card: Card): void {
  const peer = peerOf(core, card.id);
  peer.card = card;
  peer.keys = card;
  if (card.id === core.me.id) return;
  const before = core.pins.get(card.id);
  const pin = core.pins.see(card, core.env.wallMs());
  if (before === null) core.metNow.add(card.id);
  indexName(core, pin);
  if (before === null || before.nick !== pin.nick) {
    tellKeyChange(core, pin);
    stirKeys(core);
  }
  emit(core, { type: 'person', person: personOf(core, card.id) });
}

/** Everybody whose name looks like this one is told of anew: it has become, or is no longer, a petname. */
export function tellNamesakes(core: CoreState, name: string): void {
  for (const pin of bearers(core, nickSkeleton(name))) {
    tellKeyChange(core, pin);
    emit(core, { type: 'person', person: personOf(core, pin.id) });
  }
}

function tellKeyChange(core: CoreState, pin: Pin): void {
  for (const was of changedFrom(core, pin)) {
    if (!isFirstTelling(core, `${was.id}>${pin.id}`)) continue;
    writeKeyLines(core, { was, now: pin });
    emit(core, {
      type: 'key-changed',
      nick: cleanNick(pin.nick),
      was: was.id,
      now: pin.id,
      trust: was.trust,
    });
  }
}
