// Whose mail makes room where a mailbox or the relay is full. Decides by what is counted; removes nothing.
import type { MailLedger, Share } from './mail-ledger.ts';
import type { Load, Route } from './mail-table.ts';

/**
 * The share of a full mailbox that loses its oldest letter to this one; null: this one is refused, so that
 * whoever fills a mailbox learns of it at once.
 *
 * Identities cost nothing, addresses on a LAN do: the address with the most gives way, and of its senders the
 * one with the most. Where the letter would make its own address that one, it has to be a sender of the same
 * address who has more; so neither one sender nor a crowd of made-up ones pushes out what others left.
 */
export function shareThatYields(ledger: MailLedger, route: Route, sizeBytes: number): Share | null {
  const withLetter = ({ blobs, bytes }: Load) =>
    ledger.weight({ blobs: blobs + 1, bytes: bytes + sizeBytes });
  const heaviest = ledger.heaviest(route.recipient);
  if (heaviest !== null && ledger.weight(heaviest.load) > withLetter(ledger.ofSource(route))) {
    return heaviest.share;
  }
  const neighbour = ledger.heaviestFrom(route);
  const yields =
    neighbour !== null && ledger.weight(neighbour.load) > withLetter(ledger.share(route));
  return yields ? neighbour : null;
}

/** The source whose oldest letter, in any mailbox, makes room in a full relay; null: this one is refused. */
export function sourceThatYields(
  ledger: MailLedger,
  { source }: Pick<Route, 'source'>,
  sizeBytes: number,
): Uint8Array | null {
  const heaviest = ledger.heaviestSource();
  const own = ledger.bytesOfSource(source) + sizeBytes;
  return heaviest !== null && heaviest.bytes > own ? heaviest.source : null;
}
