// `lanchat set`: shows or changes what a person can set. The table of settings is ui/settings.ts.
import type { Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import {
  changeOf,
  ownChangeOf,
  ownSettingLine,
  requireOwn,
  SETTINGS,
  type Setting,
  settingLine,
  settingOf,
  valuesOf,
} from '../ui/settings.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { withHistory } from './kept-session.ts';
import { Cast } from './message-records.ts';

export interface SetRequest {
  readonly name: string | null;
  readonly value: string | null;
  /** One conversation; null: all of them. */
  readonly in: string | null;
}

/**
 * Without `name` all are listed; without `value` the one is shown, of a profile that is there. Throws UsageError
 * (`unknown-setting`, `bad-setting`, `no-profile`, `bad-arguments`).
 */
export async function set(context: CommandContext, request: SetRequest): Promise<void> {
  const { name, value } = request;
  const named = name === null ? null : settingOf(name);
  if (request.in !== null) return setIn(context, request.in, { setting: named, value });
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

async function setIn(
  context: CommandContext,
  place: string,
  { setting, value }: { readonly setting: Setting | null; readonly value: string | null },
): Promise<void> {
  if (setting === null)
    throw new UsageError('bad-arguments', phrase`--in needs the name of a setting`);
  const own = requireOwn(setting);
  const change = value === null ? {} : ownChangeOf(setting, value);
  const changeThere = async (session: Session) => {
    const destination = await parseConversation(session, place);
    const settings = await session.request({
      ...{ do: 'conversation-settings', with: destination, change },
    });
    const cast = new Cast(await session.request({ do: 'snapshot' }));
    context.output.data(
      {
        ...{ type: 'setting', name: setting.name, value: settings[own], default: null },
        ...cast.fields(destination),
      },
      ownSettingLine(setting, settings, cast.label(destination)),
    );
  };
  await withHistory(context, changeThere, value === null ? 'existing' : 'offline');
}
