// What the commands about this screen and its relay do: windows, the link, help, leaving.
import { listing } from './command-text.ts';
import { leaveOrAsk } from './leaving.ts';
import { fingerprintWords } from './people.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { attempt, type ScreenActions } from './talk.ts';
import { goToWindow } from './window-moves.ts';
import { calendarDay, clockTime, faultWords, linkReason, linkWords } from './words.ts';

/** `/relay [HOST:PORT|host|retry]`. */
export async function relay(actions: ScreenActions, args: string): Promise<void> {
  const { store } = actions;
  if (args === '') {
    await describeLink(actions);
  } else if (args === 'retry') {
    await attempt(actions, { do: 'retry' });
  } else if (args === 'host') {
    if (store.state.hosting === 'running') store.note(t`A relay is hosted here already.`);
    else actions.host();
  } else {
    try {
      await actions.ask({ do: 'choose-relay', ...actions.parseRelay(args) });
    } catch (error) {
      store.note(faultWords(error), 'warning');
    }
  }
}

async function describeLink(actions: ScreenActions): Promise<void> {
  const { store } = actions;
  const { link } = store.state;
  if (link === null) return;
  if (link.choices.length > 0) {
    store.setOverlay({ kind: 'relays', choices: link.choices, selected: 0 });
    return;
  }
  const lines = [
    link.relay === null ? t`no relay yet` : t`at ${safeText(link.relay, { maxLength: 300 })}`,
    link.fingerprint === null
      ? t`its key is not proven yet`
      : t`key ${fingerprintWords(link.fingerprint)}`,
  ];
  if (link.reason !== null) lines.push(linkReason(link.reason));
  lines.push(...(await hostedLines(actions)));
  lines.push(
    t`/relay HOST:PORT goes to another, /relay host starts one here, /relay retry tries now`,
  );
  store.note(listing(t`Relay: ${linkWords(link)}`, lines));
}

async function hostedLines({ store, dependents }: ScreenActions): Promise<SafeText[]> {
  const { hostedSinceMs } = store.state;
  if (hostedSinceMs === null) return [];
  const others = await dependents();
  const since = sinceWords(hostedSinceMs, store.now());
  if (others === 0) return [t`hosted here since ${since}: only you are on it`];
  if (others === 1) return [t`hosted here since ${since}: 1 other is on it`];
  return [t`hosted here since ${since}: ${others} others are on it`];
}

function sinceWords(sinceMs: number, nowMs: number): SafeText {
  const day = calendarDay(sinceMs);
  const clock = clockTime(sinceMs);
  return day === calendarDay(nowMs) ? clock : t`${day} ${clock}`;
}

/** `/win NUMBER`: as Alt+number does. */
export function win({ store }: ScreenActions, args: string): void {
  if (!goToWindow(store, Number(args))) {
    store.note(t`There are windows 1 to ${store.state.order.length}.`, 'warning');
  }
}

/** `/clear`: the lines stay in history. */
export function clear({ store }: ScreenActions): void {
  store.clear();
}

/** `/help [TOPIC|COMMAND]`. */
export function help({ store }: ScreenActions, args: string): void {
  store.setOverlay({ kind: 'help', topic: args, top: 0 });
}

/** `/quit [leave|stop]`; whoever hosts for others is asked first whether the relay goes on. */
export async function quit(actions: ScreenActions, args: string): Promise<void> {
  if (args === 'leave' || args === 'stop') actions.quit({ stopRelay: args === 'stop' });
  else await leaveOrAsk(actions);
}
