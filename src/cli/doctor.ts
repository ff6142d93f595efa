// `lanchat doctor`: prints what each experiment on this machine's network showed, and the fix.
import { diagnose } from '../discovery/diagnose.ts';
import { phrase } from '../language/translate.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { untilAborted } from './session.ts';

/** How long relays have to answer, where --timeout doesn't say less. */
const WAIT_MS = 3_000;

/** Throws CommandError (`findings`) where anything is wrong. */
export async function doctor(context: CommandContext): Promise<void> {
  const { relay, timeoutMs } = context.options;
  const findings = diagnose({
    waitMs: Math.min(WAIT_MS, timeoutMs),
    ...(relay === null ? {} : { relay: { host: relay.host, port: relay.port } }),
  });
  const checks = await untilAborted(report(context, findings), context.signal);
  if (checks.failed === 0) return context.output.note(safeText(phrase`Nothing is wrong here.`));
  throw new CommandError(
    'findings',
    phrase`${checks.failed} of ${checks.all} checks failed; each has its fix beside it`,
  );
}

async function report(
  { output }: CommandContext,
  findings: ReturnType<typeof diagnose>,
): Promise<{ all: number; failed: number }> {
  const checks = { all: 0, failed: 0 };
  for await (const finding of findings) {
    const { check, ok, detail, fix } = finding;
    checks.all += 1;
    if (!ok) checks.failed += 1;
    const mark = ok ? safeTemplate`ok   ` : safeTemplate`FAULT`;
    const remedy = fix === undefined ? safeText('') : safeTemplate`\n        fix: ${safeText(fix)}`;
    output.data(
      { type: 'finding', check, ok, detail, ...(fix === undefined ? {} : { fix }) },
      safeTemplate`${mark}  ${safeText(detail)}${remedy}`,
    );
  }
  return checks;
}
