// What the screen takes for seen, and what becomes of a draft, while the person's editor has the terminal.
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { complete } from '../../src/ui/completion-keys.ts';
import { DraftEditor, type Edited } from '../../src/ui/draft-editor.ts';
import { lines, message, testScreen } from '../support/screen-store.ts';

/** An editor that ends when the test says with what. */
function editing({ isLent = true } = {}) {
  const { store } = testScreen();
  const given: string[] = [];
  let end: (edited: Edited) => void = () => {};
  const lend = async <T>(use: () => Promise<T>) => (isLent ? use() : null);
  const editor = new DraftEditor({
    store,
    terminal: { lend },
    editText: ({ text, signal }) => {
      given.push(text);
      return new Promise((resolve) => {
        end = resolve;
        signal.addEventListener('abort', () => resolve({ text: 'ended with the screen' }));
      });
    },
  });
  const ends = async (edited: Edited) => {
    end(edited);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { store, editor, given, ends };
}

describe('a draft in the editor', () => {
  it('comes back to where it was typed, wherever the person is by then', async () => {
    const { store, editor, given, ends } = editing();
    store.edit({ type: 'insert', text: 'a draft' });
    editor.start();
    editor.start();
    expect(given).toEqual(['a draft']);
    store.open('#other');
    await ends({ text: 'all of it' });
    expect(store.conversation('#lobby').composer).toMatchObject({ text: 'all of it', cursor: 9 });
    expect(store.active.composer.text).toBe('');
  });

  it('takes the list that Tab opened away', async () => {
    const { store, editor, ends } = editing();
    store.edit({ type: 'insert', text: '/' });
    complete(store, 1);
    expect(store.state.completion).not.toBeNull();
    editor.start();
    await ends({ text: 'all of it' });
    expect(store.state.completion).toBeNull();
  });

  it('comes back without controls, whatever the file holds', async () => {
    const { store, editor, ends } = editing();
    editor.start();
    await ends({ text: 'a\r\nb\x1b[31mc\x1b]52;c;ZXZpbA==\x07\u202ed\0\x9b2J' });
    expect(store.active.composer.text).toMatch(/^a\nbc[^\p{C}]*d[^\p{C}]*$/u);
  });

  it('is said to be cut where it is longer than any draft', async () => {
    const { store, editor, ends } = editing();
    editor.start();
    await ends({ text: 'x'.repeat(240_000) });
    expect(lines(store, '#lobby')).toEqual([]);
    editor.start();
    await ends({ text: 'x'.repeat(240_001) });
    expect(store.active.composer.text).toHaveLength(240_000);
    expect(lines(store, '#lobby')).toEqual([expect.stringContaining('its end was left out')]);
  });

  it('hides the screen: what comes meanwhile is seen when the screen is', async () => {
    const { store, editor, ends } = editing();
    editor.start();
    applyEvent(store, { type: 'message', message: message() });
    expect(store.active.unread).toBe(1);
    expect(store.takeSeen()).toBeNull();
    await ends({ text: '' });
    expect(store.active.unread).toBe(0);
    expect(store.takeSeen()).toBe('#lobby');
  });

  it('stays as it is where the screen ends first, or is not there to give', async () => {
    for (const isLent of [true, false]) {
      const { store, editor } = editing({ isLent });
      store.edit({ type: 'insert', text: 'a draft' });
      editor.start();
      await editor.close();
      expect(store.active.composer.text).toBe('a draft');
    }
  });
});
