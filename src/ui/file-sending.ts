// The screen's commands about files, and the question before some are sent: what was dropped, the clipboard's picture, a lot for a room.
import type { Command } from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import { keyHints } from './bound-keys.ts';
import type { ConversationKey } from './conversation.ts';
import { putTransfer } from './file-arrivals.ts';
import { cancelFile, type FileScene, saveFile, typedFile } from './file-tasks.ts';
import { pathName } from './file-words.ts';
import { dropIntent } from './intent-tasks.ts';
import { below, listRows, type OverlayArea, paragraph, title } from './list-rows.ts';
import { destinationOf } from './message-line.ts';
import type { OfferedFile, SendFilesOverlay } from './overlay.ts';
import type { ListAction } from './overlay-press.ts';
import { droppedPaths } from './path-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { answer, answering } from './selection-answer.ts';
import { sizeWords } from './shared-file-words.ts';
import { type Row, span } from './spans.ts';
import type { ScreenStore } from './store.ts';
import { conversationName } from './switcher.ts';
import type { ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

/** What goes to a whole room above this is asked about once. */
const LARGE_BYTES = 100_000_000;
/** What a picture that had no file is called there. */
const CLIPBOARD_NAME = 'clipboard.png';

function sceneOf(
  { store, ask, files, chosen = null }: ScreenActions,
  here: ConversationKey,
): FileScene {
  const onAsked = (id: MessageId) => store.transfers.ask(id);
  return { ask, files, here: destinationOf(here), chosen, onAsked };
}

/** `/file PATH [TEXT]`. What was refused goes back to where it was typed. */
export async function file(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  try {
    const { path, sizeBytes, text } = await typedFile(sceneOf(actions, here), args);
    const name = pathName(path);
    const asked = { key: here, files: [{ path, name, sizeBytes }], text, pasted: null };
    const isLarge = sizeBytes > LARGE_BYTES && 'room' in destinationOf(here);
    if (isLarge) store.setOverlay({ kind: 'send-files', why: 'large', ...asked });
    else if (!(await send(actions, here, { path, text }))) store.giveBack(here, `/file ${args}`);
  } catch (error) {
    answer(store, faultWords(error), 'warning');
    store.giveBack(here, `/file ${args}`);
  }
}

/** `/save [FOLDER]`. */
export function save(actions: ScreenActions, args: string, here: ConversationKey): Promise<void> {
  return answering(actions.store, () => saveFile(sceneOf(actions, here), args));
}

/** `/cancel`. */
export function cancel(
  actions: ScreenActions,
  _args: string,
  here: ConversationKey,
): Promise<void> {
  return answering(actions.store, () => cancelFile(sceneOf(actions, here)));
}

/** `/paste`: asks before the picture on the clipboard goes out. */
export function paste(
  { store, files }: ScreenActions,
  text: string,
  here: ConversationKey,
): Promise<void> {
  return answering(store, async () => {
    const png = await files.clipboardPicture();
    const picture = { png, name: safeText(CLIPBOARD_NAME), sizeBytes: png.length };
    const asked = { key: here, files: [picture], text, pasted: null };
    store.setOverlay({ kind: 'send-files', why: 'clipboard', ...asked });
    return null;
  });
}

/** A paste as it stands in the line that is typed. */
export interface Pasted {
  readonly start: number;
  readonly text: string;
}

/** Asks whether the files are meant, where a paste is nothing but paths of some. The text stands there until that is answered. */
export async function offerDropped({ store, files }: ScreenActions, taken: number): Promise<void> {
  const { active, overlay } = store.state;
  const { composer, intent } = store.active;
  const start = composer.cursor - taken;
  const pasted = { start, text: composer.text.slice(start, composer.cursor) };
  if (overlay !== null || intent?.kind === 'edit') return;
  if (start > 0 && composer.text.startsWith('/')) return;
  for (const reading of droppedPaths(pasted.text, files.paths.isWindows)) {
    const found = await Promise.all(reading.map((path) => offered(files, path)));
    const all = found.filter((each) => each !== null);
    if (all.length < reading.length) continue;
    const isStill = store.state.active === active && store.state.overlay === null;
    if (!isStill || !standsThere(store.active.composer.text, pasted)) return;
    store.setOverlay({
      ...{ kind: 'send-files', why: 'dropped', key: active, files: all, text: '', pasted },
    });
    return;
  }
}

async function offered(files: ScreenActions['files'], path: string): Promise<OfferedFile | null> {
  const found = await files.look(path);
  if (found?.kind !== 'file') return null;
  return { path, name: pathName(path), sizeBytes: found.sizeBytes };
}

function standsThere(line: string, { start, text }: Pasted): boolean {
  return line.slice(start, start + text.length) === text;
}

export function sendFilesRows(
  state: ScreenState,
  { why, key, files, pasted }: SendFilesOverlay,
  area: OverlayArea,
): readonly Row[] {
  const hints = keyHints(state.keys);
  const [choose, close] = [hints('choose'), hints('close')];
  const keys =
    pasted === null
      ? t`${choose} sends, ${close} does not`
      : t`${choose} sends, ${close} leaves the text`;
  const name = conversationName(state, key);
  const head = [
    ...title(questionOf(why, name), keys, area.cells),
    ...(why === 'large' ? paragraph(t`Everybody in ${name} is offered it.`, area.cells) : []),
  ];
  const items = files.map((each): Row[] => [
    [span(t`${sizeWords(each.sizeBytes)}: `, 'dim'), span(each.name, 'strong')],
  ]);
  return [...head, ...listRows(items, -1, below(head, area))];
}

function questionOf(why: SendFilesOverlay['why'], name: SafeText): SafeText {
  switch (why) {
    case 'dropped':
      return t`Send what was dropped to ${name}?`;
    case 'clipboard':
      return t`Send the picture on the clipboard to ${name}?`;
    case 'large':
      return t`Send so large a file to ${name}?`;
    default:
      return why satisfies never;
  }
}

/** Nothing but the one key sends anything. */
export function sendFilesKey(
  actions: ScreenActions,
  overlay: SendFilesOverlay,
  action: ListAction,
): void {
  if (action !== 'choose') return;
  const { store } = actions;
  const { key, pasted } = overlay;
  store.setOverlay(null);
  if (pasted !== null && standsThere(store.active.composer.text, pasted)) {
    const end = pasted.start + pasted.text.length;
    store.edit({ type: 'replace', start: pasted.start, end, text: '' });
  }
  void sendAll(actions, key, overlay);
}

/** One after the other: what is said of them goes with the first. */
async function sendAll(
  actions: ScreenActions,
  key: ConversationKey,
  { files, text }: SendFilesOverlay,
): Promise<void> {
  for (const [index, each] of files.entries()) {
    const said = index === 0 ? text : '';
    if ('path' in each) await send(actions, key, { path: each.path, text: said });
    else await sendPicture(actions, key, { png: each.png, text: said });
  }
}

async function sendPicture(
  actions: ScreenActions,
  key: ConversationKey,
  { png, text }: { readonly png: Uint8Array; readonly text: string },
): Promise<void> {
  const { store, files } = actions;
  try {
    const path = await files.keepTemporary(png);
    if (await send(actions, key, { path, text, name: CLIPBOARD_NAME, temporary: true })) return;
    await files.discard(path);
  } catch (error) {
    store.note(faultWords(error), 'warning');
  }
}

type Sending = Omit<Extract<Command, { do: 'send-file' }>, 'do' | 'to'>;

/** Answers the message that a line would answer. Says whether it was handed over; a refusal is a line on the screen. */
async function send(
  actions: ScreenActions,
  key: ConversationKey,
  wish: Omit<Sending, 'reply'>,
): Promise<boolean> {
  const { store } = actions;
  try {
    await handToClient(actions, key, { ...wish, ...takeReply(store, key) });
    return true;
  } catch (error) {
    store.note(faultWords(error), 'warning');
    return false;
  }
}

/** What the next line there would answer, which it then does no more. */
export function takeReply(store: ScreenStore, key: ConversationKey): Pick<Sending, 'reply'> {
  const { intent } = store.conversation(key);
  if (intent?.kind !== 'reply') return {};
  if (key === store.state.active) dropIntent(store);
  return { reply: intent.id };
}

/** Throws what the client does. */
export async function handToClient(
  { store, ask }: Pick<ScreenActions, 'store' | 'ask'>,
  key: ConversationKey,
  wish: Sending,
): Promise<void> {
  try {
    const sent = await ask({ do: 'send-file', to: destinationOf(key), ...wish });
    putTransfer(store, sent.transfer);
  } catch (error) {
    store.transfers.forgetReading(wish.path);
    throw error;
  }
}
