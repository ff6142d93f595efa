/** A history for one test, closed with it. */
import { onTestFinished } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { KeptHistory } from './kept-history.ts';

/** As `KeptHistory.open`. */
export async function openHistory(
  messages: readonly StoredMessage[] = [],
  options: { readonly read?: number } = {},
): Promise<KeptHistory> {
  const history = await KeptHistory.open(messages, options);
  onTestFinished(() => history.close());
  return history;
}
