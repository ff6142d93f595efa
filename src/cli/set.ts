// `lanchat set`: shows or changes what a person can set. The table of settings is ui/settings.ts.
import { changeOf, SETTINGS, settingLine, settingOf, valuesOf } from '../ui/settings.ts';
import type { CommandContext } from './context.ts';
import { withHistory } from './kept-session.ts';

/**
 * Without `name` all are listed; without `value` the one is shown, of a profile that is there. Throws UsageError
 * (`unknown-setting`, `bad-setting`, `no-profile`).
 */
export async function set(
  context: CommandContext,
  { name, value }: { name: string | null; value: string | null },
): Promise<void> {
  const named = name === null ? null : settingOf(name);
  const change = named === null || value === null ? null : changeOf(named, value);
  const preferences = await (change === null
    ? withHistory(context, (session) => session.request({ do: 'settings' }))
    : withHistory(context, (session) => session.request({ do: 'set', change }), 'offline'));
  for (const setting of named === null ? SETTINGS : [named]) {
    const { now, usual } = valuesOf(setting, preferences);
    context.output.data(
      { type: 'setting', name: setting.name, value: now, default: usual },
      settingLine(setting, preferences),
    );
  }
}
