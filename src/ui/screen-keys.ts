// What each action of the table of keys does on the screen itself: talking, moving between windows, scrolling, leaving.

import { SEARCH_PATIENCE_MS } from './banner-rows.ts';
import { complete, completionKey } from './completion-keys.ts';
import { type ComposerEdit, EMPTY_COMPOSER, editComposer } from './composer.ts';
import { LINE_EDITS } from './composer-keys.ts';
import { verticalTarget } from './composer-layout.ts';
import { tooLongWords } from './composer-status.ts';
import type { ConversationKey } from './conversation.ts';
import { showHere, showMembers } from './details-tasks.ts';
import { offerDropped } from './file-sending.ts';
import { composerCells, type Moment } from './frame.ts';
import { carryOut, dropIntent } from './intent-tasks.ts';
import { goToUnread } from './jump-tasks.ts';
import type { ActionIn } from './key-bindings.ts';
import { type KeyEvent, keyPress } from './key-sequences.ts';
import { leaveOrAsk } from './leaving.ts';
import { destinationOf } from './message-line.ts';
import { overlayKey } from './overlay-keys.ts';
import type { Press } from './overlay-press.ts';
import { collapse } from './preference-tasks.ts';
import { safeTemplate as t, typedText } from './safe-text.ts';
import { choiceAfterScroll } from './selection.ts';
import { selectionKey } from './selection-keys.ts';
import { choose, keepsPlace, step } from './selection-tasks.ts';
import { recall } from './sent-history.ts';
import { switcherFor } from './switcher.ts';
import { attempt, type ScreenActions } from './talk.ts';
import { parseLine, runLine } from './typed-line.ts';
import { BOTTOM_ANCHOR, scrollBy } from './viewport.ts';
import { goBy, goToUnreadWindow, goToWindow } from './window-moves.ts';

export interface KeyActions extends ScreenActions {
  readonly moment: () => Moment;
  /** Ctrl+Z: gives the terminal back to the shell for a while. */
  readonly suspend: () => void;
  /** Ctrl+X Ctrl+E: gives the draft to the person's editor. */
  readonly editDraft: () => void;
  /** Ctrl+L: writes every row anew. */
  readonly repaint: () => void;
}

/** The client says it no more often. */
const TYPING_PAUSE_MS = 3_000;

type WindowAction = Extract<ActionIn<'screen'>, `window-${number}`>;

const WINDOW_NUMBERS: Readonly<Record<WindowAction, number>> = {
  'window-1': 1,
  'window-2': 2,
  'window-3': 3,
  'window-4': 4,
  'window-5': 5,
  'window-6': 6,
  'window-7': 7,
  'window-8': 8,
  'window-9': 9,
};

/** Takes every key event of the terminal. */
export class ScreenKeys {
  readonly #actions: KeyActions;
  /** The first of two keys was pressed: the next says what for. */
  #isPrefixed = false;
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
    if (event.kind === 'key' && event.typed !== undefined && !store.state.keys.isBound(event)) {
      // Esc and a character in one read. Dropped, the slash of a command would be missing, and the rest of it be sent.
      this.take(keyPress('escape'));
      this.take({ kind: 'text', text: event.typed });
      return;
    }
    const wasPrefixed = this.#isPrefixed;
    this.#isPrefixed = false;
    const { keys, overlay, completion } = store.state;
    const everywhere = event.kind === 'key' ? keys.everywhere(event) : null;
    if (everywhere !== null) {
      this.#everywhere(everywhere);
      return;
    }
    store.armQuit(false);
    if (wasPrefixed && this.#afterPrefix(event)) return;
    if (completion !== null && completionKey(store, completion, event)) return;
    if (overlay !== null) overlayKey(this.#actions, overlay, event);
    else if (!selectionKey(this.#actions, event)) this.#press(event);
  }

  /** Keys that mean the same whatever lies on the screen. */
  #everywhere(action: ActionIn<'everywhere'>): void {
    switch (action) {
      case 'interrupt':
        this.#interrupt();
        break;
      case 'suspend':
        this.#actions.suspend();
        break;
      case 'repaint':
        this.#actions.repaint();
        break;
      default:
        action satisfies never;
    }
  }

  #press(event: Press): void {
    const { store } = this.#actions;
    const { keys } = store.state;
    const onEmpty = store.active.composer.text === '' ? keys.emptyLine(event) : null;
    if (onEmpty !== null) {
      this.#onEmptyLine(onEmpty);
      return;
    }
    if (event.kind !== 'key') {
      this.#type(event);
      return;
    }
    const inLine = keys.line(event);
    if (inLine !== null && this.#edits(LINE_EDITS[inLine])) return;
    const action = keys.screen(event);
    if (action !== null) this.#onScreen(action);
  }

  #onEmptyLine(action: ActionIn<'emptyLine'>): void {
    switch (action) {
      case 'help':
        this.#actions.store.setOverlay({ kind: 'help', top: 0 });
        break;
      case 'leave':
        void leaveOrAsk(this.#actions);
        break;
      default:
        action satisfies never;
    }
  }

  /** Whether the edit changes anything: else the key means what it means on the screen. */
  #edits(edit: ComposerEdit): boolean {
    const { store } = this.#actions;
    const now = store.active.composer;
    const next = editComposer(now, edit);
    if (next.text === now.text && next.cursor === now.cursor) return false;
    store.edit(edit);
    return true;
  }

  /** Whether the key was the second of two. */
  #afterPrefix(event: KeyEvent): boolean {
    const { store, editDraft } = this.#actions;
    const { keys, overlay } = store.state;
    if (event.kind !== 'key' || overlay !== null || keys.afterPrefix(event) === null) return false;
    editDraft();
    return true;
  }

  #interrupt(): void {
    const { store } = this.#actions;
    const { completion, overlay } = store.state;
    if (completion !== null) {
      store.complete(null, null);
    } else if (overlay?.kind === 'leaving') {
      // Whoever asks again doesn't want to read: nobody is cut off by that.
      this.#actions.quit({ stopRelay: false });
    } else if (overlay !== null && overlay.kind !== 'name') {
      store.setOverlay(null);
    } else if (store.state.quitArmed) {
      store.armQuit(false);
      void leaveOrAsk(this.#actions);
    } else {
      store.edit({ type: 'clear' });
      store.armQuit(true);
    }
  }

  #type(event: Extract<Press, { kind: 'text' | 'paste' }>): void {
    const { store } = this.#actions;
    // What Enter is in a paste whose end was lost.
    if (event.kind === 'paste' && event.late && event.text === '\n') {
      store.note(t`What comes still counts as a paste that has not ended: Esc or Ctrl+C ends it.`);
    }
    const wasEmpty = store.active.composer.text === '';
    const before = store.active.composer.text.length;
    store.edit({ type: 'insert', text: event.text });
    const taken = store.active.composer.text.length - before;
    if (event.kind === 'paste' && taken < typedText(event.text).length) {
      store.note(t`The paste is longer than what fits here; its end was left out.`, 'warning');
    }
    if (event.kind === 'paste' && !event.late) void offerDropped(this.#actions, taken);
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

  #onScreen(action: ActionIn<'screen'>): void {
    const { store } = this.#actions;
    switch (action) {
      case 'send':
        this.#enter();
        break;
      case 'prefix':
        this.#isPrefixed = true;
        break;
      case 'newline':
        store.edit({ type: 'insert', text: '\n' });
        break;
      case 'complete':
      case 'complete-back':
        complete(store, action === 'complete' ? 1 : -1);
        break;
      case 'up':
      case 'down':
        this.#vertical(action);
        break;
      case 'page-up':
      case 'page-down':
        this.#page(action === 'page-up' ? -1 : 1);
        break;
      case 'back':
        if (!dropIntent(store)) store.goBack();
        break;
      case 'next-window':
      case 'previous-window':
        goBy(store, action === 'next-window' ? 1 : -1);
        break;
      case 'next-unread':
        goToUnreadWindow(store);
        break;
      case 'oldest-unread':
        void goToUnread(this.#actions);
        break;
      case 'select-older':
      case 'select-newer':
        step(this.#actions, action === 'select-older' ? -1 : 1);
        break;
      case 'collapse':
        void collapse(this.#actions, '');
        break;
      case 'show-members':
        showMembers(this.#actions);
        break;
      case 'show-details':
        showHere(this.#actions);
        break;
      case 'find-window':
        store.setOverlay(switcherFor(store.state, EMPTY_COMPOSER));
        break;
      default:
        goToWindow(store, WINDOW_NUMBERS[action]);
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
    const { intent, selection } = store.active;
    const actions = { ...this.#actions, chosen: selection?.id ?? null };
    const isCommand = line.kind === 'command';
    const isBusy = selection !== null || intent !== null;
    const tooLong = tooLongWords('text' in line ? line.text : 'args' in line ? line.args : '');
    if (tooLong !== null) {
      store.note(tooLong, 'warning');
      return;
    }
    // First, because what can't be sent is put back into the composer by whatever refuses it.
    if (isCommand && (isBusy || keepsPlace(line.command.name))) store.submitInPlace();
    else if (line.kind !== 'unknown-command') store.submit();
    if (intent !== null && !isCommand && line.kind !== 'unknown-command') {
      carryOut(actions, intent, text);
    } else runLine(actions, line);
  }

  /** Where no relay was found, Enter on an empty line hosts one. */
  #enterOnNothing(): void {
    const { store, host, moment } = this.#actions;
    const { link, hosting } = store.state;
    const { searchedMs } = moment();
    if (link?.state === 'offline') {
      store.scrollTo(BOTTOM_ANCHOR);
      void attempt(this.#actions, { do: 'retry' });
    } else if (link?.state === 'searching' && hosting === 'no' && searchedMs >= SEARCH_PATIENCE_MS)
      host();
    else if (link?.state === 'choosing') {
      store.setOverlay({ kind: 'relays', choices: link.choices, selected: 0 });
    } else store.scrollTo(BOTTOM_ANCHOR);
  }

  #vertical(direction: 'up' | 'down'): void {
    const { store } = this.#actions;
    const cursor = verticalTarget(store.active.composer, direction, composerCells(store.state));
    if (cursor !== null) store.edit({ type: 'place', cursor });
    else void recall(this.#actions, direction === 'up' ? 'older' : 'newer');
  }

  #page(direction: 1 | -1): void {
    const { store, history } = this.#actions;
    const area = this.#actions.area();
    if (area === null) return;
    const stays = store.active.aside !== null || store.active.selection !== null;
    const move = { lines: direction * area.rows, rows: area.rows, stays };
    store.scrollTo(scrollBy(area.source, store.active.anchor, move));
    if (store.active.selection !== null) choose(store, choiceAfterScroll(store.active, area));
    if (direction < 0) history.older();
    else history.newer();
  }
}
