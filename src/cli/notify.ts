// `lanchat notify test`: says how this terminal is told of something outside its window, and does it once.
import { noticeWay, wayOnlyWords } from '../ui/notify.ts';
import { safeTemplate } from '../ui/safe-text.ts';
import { noticeSequence } from '../ui/terminal.ts';
import type { CommandContext } from './context.ts';

/** Needs no profile. A stdout that is no terminal is told nothing. */
export function notifyTest({ env, output }: CommandContext): void {
  const way = noticeWay(env);
  const sent = output.isTerminal && !output.options.json;
  if (sent) output.write(noticeSequence(way.style, safeTemplate`lanchat: a trial`));
  output.data({ type: 'notice', way: way.style, reason: way.why, sent }, wayOnlyWords(way));
}
