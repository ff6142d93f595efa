// `/voice`: a note is recorded over the messages, and goes to where one was when it began. Loads nothing of sound before.
import { withEmoji } from '../client/short-codes.ts';
import type { VoiceNote } from '../media/recorder.ts';
import type { ConversationKey } from './conversation.ts';
import { handToClient, takeReply } from './file-sending.ts';
import { answering } from './selection-answer.ts';
import type { ScreenActions } from './talk.ts';

/** `/voice [TEXT]`. Resolves when its recording is over. */
export function voice(actions: ScreenActions, args: string, here: ConversationKey): Promise<void> {
  const { store, files } = actions;
  const text = withEmoji(args);
  let answered: ReturnType<typeof takeReply> | null = null;
  const onRecorded = async (note: VoiceNote) => {
    // Of a note that was refused and is sent again, too.
    answered ??= takeReply(store, here);
    const wish = { ...noteWish(note), text, ...answered };
    await files.handOver(note.path, (path) => handToClient(actions, here, { ...wish, path }));
  };
  return answering(store, async () => {
    const folder = await files.temporaryFolder();
    const { recordVoice } = await import('./voice-tasks.ts');
    await recordVoice(actions, { folder, onRecorded });
    return null;
  });
}

/** What the client is told of a note beside where it lies. */
export function noteWish({ durationMs, waveform }: Omit<VoiceNote, 'path'>) {
  return { voiceMs: durationMs, waveform, name: noteName(new Date()), temporary: true } as const;
}

/** What it is called with who gets it, by this machine's clock; in no language, since they may have another. */
function noteName(now: Date): string {
  const [hours, minutes] = [now.getHours(), now.getMinutes()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `voice note ${hours}.${minutes}.ogg`;
}
