// What the screen itself does by a person's settings: reads them, and collapses parts of the sidebar.
import { SIDEBAR_GROUPS, type SidebarGroup } from '../client/preferences.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import { attempt, type ScreenActions } from './talk.ts';
import { groupOf } from './window-order.ts';

/** The screen looks as the settings say from now on. */
export async function applyPreferences(actions: ScreenActions): Promise<void> {
  const preferences = await attempt(actions, { do: 'settings' });
  if (preferences === null) return;
  actions.store.setPreferences(preferences);
  await actions.theming.use(preferences.theme);
}

/** `/collapse [rooms|private|people]`: its head alone, or all of it again; without a name the part of this window. */
export async function collapse(actions: ScreenActions, args: string): Promise<void> {
  const { store } = actions;
  const named = args.toLowerCase();
  const group =
    named === '' ? groupOf(store.state.active) : SIDEBAR_GROUPS.find((one) => one === named);
  if (group !== undefined) return toggle(actions, group);
  const groups = safeText(SIDEBAR_GROUPS.join(', '));
  store.note(t`/collapse takes one of ${groups}.`, 'warning');
}

async function toggle(actions: ScreenActions, group: SidebarGroup): Promise<void> {
  const { store } = actions;
  const { collapsed } = store.state;
  const change = SIDEBAR_GROUPS.filter((one) => collapsed.includes(one) !== (one === group));
  const preferences = await attempt(actions, { do: 'set', change: { collapsed: change } });
  if (preferences !== null) store.setPreferences(preferences);
}
