// What keys do on the screen itself: talking, moving between windows, scrolling, leaving.

import { SEARCH_PATIENCE_MS } from './banner-rows.ts';
import { type Completion, nextCompletion, startCompletion } from './completion.ts';
import type { ComposerEdit } from './composer.ts';
import { editFor } from './composer-keys.ts';
import { verticalTarget } from './composer-layout.ts';
import type { ConversationKey } from './conversation.ts';
import { composerCells, type Moment, scrollArea } from './frame.ts';
import type { KeyEvent } from './key-sequences.ts';
import { destinationOf } from './message-line.ts';
import { OPEN_SWITCHER } from './overlay.ts';
import { overlayKey } from './overlay-keys.ts';
import { quit as quitTask } from './screen-tasks.ts';
import type { ScreenActions } from './talk.ts';
import { parseLine, runLine } from './typed-line.ts';
import { BOTTOM_ANCHOR, scrollBy } from './viewport.ts';
import { nextUnread } from './where-tasks.ts';

export interface KeyActions extends ScreenActions {
  readonly moment: () => Moment;
  /** Ctrl+Z: gives the terminal back to the shell for a while. */
  readonly suspend: () => void;
  /** Ctrl+L: writes every row anew. */
  readonly repaint: () => void;
}

/** The client says it no more often. */
const TYPING_PAUSE_MS = 3_000;

type KeyPress = Extract<KeyEvent, { kind: 'key' }>;

/** Takes every key event of the terminal. Holds what one Tab press leaves for the next. */
export class ScreenKeys {
  readonly #actions: KeyActions;
  #completion: Completion | null = null;
  #saidTypingMs = 0;
  #saidTypingTo: ConversationKey | null = null;

  constructor(actions: KeyActions) {
    this.#actions = actions;
  }

  take(event: KeyEvent): void {
    const { store } = this.#actions;
    if (event.kind === 'focus' || event.kind === 'blur') {
      store.setFocused(event.kind === 'focus');
      return;
    }
    const isTab = event.kind === 'key' && event.name === 'tab';
    if (!isTab) this.#completion = null;
    if (event.kind === 'key' && this.#globalKey(event)) return;
    store.armQuit(false);
    if (store.state.overlay !== null) overlayKey(this.#actions, store.state.overlay, event);
    else if (event.kind === 'key') this.#press(event);
    else this.#type(event);
  }

  /** Keys that mean the same whatever lies on the screen. */
  #globalKey({ name, ctrl }: KeyPress): boolean {
    if (!ctrl) return false;
    if (name === 'c') this.#interrupt();
    else if (name === 'z') this.#actions.suspend();
    else if (name === 'l') this.#actions.repaint();
    else return false;
    return true;
  }

  #interrupt(): void {
    const { store } = this.#actions;
    if (store.state.overlay !== null && store.state.overlay.kind !== 'name') {
      store.setOverlay(null);
    } else if (store.state.quitArmed) {
      this.#actions.quit({ stopRelay: null });
    } else {
      store.edit({ type: 'clear' });
      store.armQuit(true);
    }
  }

  #type(event: Extract<KeyEvent, { kind: 'text' | 'paste' }>): void {
    const { store } = this.#actions;
    const wasEmpty = store.active.composer.text === '';
    if (event.kind === 'text' && event.text === '?' && wasEmpty) {
      store.setOverlay({ kind: 'help', top: 0 });
      return;
    }
    store.edit({ type: 'insert', text: event.text });
    if (wasEmpty) this.#prepare();
    this.#sayTyping();
  }

  /** Commands are nobody else's business; a person is told, and rooms whose members are chosen. */
  #sayTyping(): void {
    const { store, ask } = this.#actions;
    const { active, ready } = store.state;
    const now = store.now();
    const isEarly =
      Math.abs(now - this.#saidTypingMs) < TYPING_PAUSE_MS && this.#saidTypingTo === active;
    if (!ready || isEarly || active.startsWith('#') || store.active.composer.text.startsWith('/'))
      return;
    this.#saidTypingMs = now;
    this.#saidTypingTo = active;
    ask({ do: 'typing', to: destinationOf(active) }).catch(() => {});
  }

  /** Room keys go out while somebody types, so that the first message doesn't wait for them. */
  #prepare(): void {
    const { store, ask } = this.#actions;
    const { active, rooms, ready } = store.state;
    if (!ready || !rooms.has(active)) return;
    // Sending prepares as well and says what is wrong; this is only ahead of time.
    ask({ do: 'prepare', room: active }).catch(() => {});
  }

  #press(key: KeyPress): void {
    const { store } = this.#actions;
    if (key.ctrl && key.name === 'j') store.edit({ type: 'insert', text: '\n' });
    else if (key.alt) this.#altKey(key);
    else if (key.ctrl && (key.name === 'n' || key.name === 'p')) {
      this.#go(key.name === 'n' ? 1 : -1);
    } else if (key.ctrl && (key.name === 't' || key.name === 'k')) this.#switch(key);
    else if (key.ctrl && key.name === 'd') this.#endOfInput();
    else if (!key.ctrl && this.#plainKey(key)) return;
    else this.#edit(editFor(key));
  }

  #edit(edit: ComposerEdit | null): void {
    if (edit !== null) this.#actions.store.edit(edit);
  }

  #altKey(key: KeyPress): void {
    const { store } = this.#actions;
    if (key.name === 'enter') store.edit({ type: 'insert', text: '\n' });
    else if (/^[1-9]$/.test(key.name)) {
      const target = store.state.order[Number(key.name) - 1];
      if (target !== undefined) store.open(target);
    } else if (key.name === 'a') nextUnread(this.#actions);
    else this.#edit(editFor(key));
  }

  // Ctrl+K is the switcher only where there is nothing to its right that it could cut.
  #switch(key: KeyPress): void {
    const { store } = this.#actions;
    const { text, cursor } = store.active.composer;
    if (key.name === 'k' && cursor < text.length) this.#edit(editFor(key));
    else store.setOverlay(OPEN_SWITCHER);
  }

  #endOfInput(): void {
    const { store } = this.#actions;
    if (store.active.composer.text === '') quitTask(this.#actions, '');
    else store.edit({ type: 'delete', to: 'right' });
  }

  /** Whether the key had a meaning here. */
  #plainKey({ name, shift }: KeyPress): boolean {
    switch (name) {
      case 'enter':
        this.#enter();
        return true;
      case 'escape':
        this.#actions.store.goBack();
        return true;
      case 'tab':
        this.#complete(shift ? -1 : 1);
        return true;
      case 'up':
      case 'down':
        this.#vertical(name);
        return true;
      case 'pageup':
      case 'pagedown':
        this.#page(name === 'pageup' ? -1 : 1);
        return true;
      default:
        return false;
    }
  }

  #enter(): void {
    const { store } = this.#actions;
    const { text } = store.active.composer;
    const line = parseLine(text);
    if (line.kind === 'nothing') {
      this.#enterOnNothing();
      return;
    }
    // First, because what can't be sent is put back into the composer by whatever refuses it.
    if (line.kind !== 'unknown-command') store.submit();
    runLine(this.#actions, line);
  }

  /** Where no relay was found, Enter on an empty line hosts one. */
  #enterOnNothing(): void {
    const { store, host, moment } = this.#actions;
    const { link, hosting } = store.state;
    const { searchedMs } = moment();
    if (link?.state === 'searching' && hosting === 'no' && searchedMs >= SEARCH_PATIENCE_MS) host();
    else if (link?.state === 'choosing') {
      store.setOverlay({ kind: 'relays', choices: link.choices, selected: 0 });
    } else store.scrollTo(BOTTOM_ANCHOR);
  }

  #complete(by: 1 | -1): void {
    const { store } = this.#actions;
    this.#completion =
      this.#completion === null
        ? startCompletion(store.active.composer, store.state)
        : nextCompletion(this.#completion, by);
    if (this.#completion === null) return;
    const { start, end, candidates, index } = this.#completion;
    store.edit({ type: 'replace', start, end, text: candidates[index] ?? '' });
  }

  #vertical(direction: 'up' | 'down'): void {
    const { store } = this.#actions;
    const cursor = verticalTarget(store.active.composer, direction, composerCells(store.state));
    if (cursor !== null) store.edit({ type: 'place', cursor });
    else store.edit({ type: 'recall', which: direction === 'up' ? 'older' : 'newer' });
  }

  #page(direction: 1 | -1): void {
    const { store, moment, history } = this.#actions;
    const area = scrollArea(store.state, moment());
    if (area === null) return;
    const stays = store.active.aside !== null;
    const move = { lines: direction * area.rows, rows: area.rows, stays };
    store.scrollTo(scrollBy(area.source, store.active.anchor, move));
    if (direction < 0) history.older();
    else history.newer();
  }

  #go(by: 1 | -1): void {
    const { store } = this.#actions;
    const { order, active } = store.state;
    const next = order[(order.indexOf(active) + by + order.length) % order.length];
    if (next !== undefined) store.open(next);
  }
}
