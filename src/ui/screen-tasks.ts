// What the commands about this screen and its relay do: windows, the link, help, leaving.
import { listing } from './command-text.ts';
import { fingerprintWords } from './people.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { attempt, type ScreenActions } from './talk.ts';
import { goToWindow } from './window-moves.ts';
import { faultWords, linkReason, linkWords } from './words.ts';

/** `/relay [HOST:PORT|host|retry]`. */
export async function relay(actions: ScreenActions, args: string): Promise<void> {
  const { store } = actions;
  if (args === '') {
    describeLink(store);
  } else if (args === 'retry') {
    await attempt(actions, { do: 'retry' });
  } else if (args === 'host') {
    actions.host();
  } else {
    try {
      await actions.ask({ do: 'choose-relay', ...actions.parseRelay(args) });
    } catch (error) {
      store.note(faultWords(error), 'warning');
    }
  }
}

function describeLink(store: ScreenStore): void {
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
  lines.push(
    t`/relay HOST:PORT goes to another, /relay host starts one here, /relay retry tries now`,
  );
  store.note(listing(t`Relay: ${linkWords(link)}`, lines));
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

/** Leaves; whoever hosts for others is asked first whether the relay goes on. */
export function quit({ store, quit: leave }: ScreenActions, args: string): void {
  const { state } = store;
  const others = state.people
    .list()
    .filter((person) => person.online && person.fingerprint !== state.self?.fingerprint).length;
  if (args === 'leave' || args === 'stop') leave({ stopRelay: args === 'stop' });
  else if (state.hosting === 'no' || others === 0) leave({ stopRelay: null });
  else {
    const depend = others === 1 ? t`1 person depends` : t`${others} people depend`;
    store.note(
      t`The relay on this machine was started here and ${depend} on it. /quit leave lets it run on, /quit stop ends it too.`,
      'warning',
    );
  }
}
