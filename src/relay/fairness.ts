// Whose blobs make room where a mailbox, a log or the disk is full. Decides by what is counted; removes nothing.
import { type Load, type Origin, type Share, type Shares, sum } from './shares.ts';

/**
 * The share that loses its oldest to what `origin` adds; null: nobody's, so that whoever fills a place learns
 * of it at once.
 *
 * Identities cost nothing, addresses on a LAN do: the source with the most gives way, and of its senders the
 * one with the most. Where what is added would make its own source that one, it has to be a sender of the same
 * source who has more. A small share is safe: from other sources where all of its source is small, and from
 * its own source always. So neither one sender nor a crowd of made-up ones pushes out what others left.
 */
export function shareThatYields(shares: Shares, origin: Origin, added: Load): Share | null {
  const { measure } = shares;
  const isMore = (load: Load, own: Load) =>
    !measure.isSmall(load) && measure.weight(load) > measure.weight(sum(own, added));
  const heaviest = shares.heaviest();
  if (heaviest !== null && isMore(heaviest.load, shares.ofSource(origin))) return heaviest.share;
  const neighbour = shares.heaviestFrom(origin);
  return neighbour !== null && isMore(neighbour.load, shares.of(origin)) ? neighbour : null;
}
