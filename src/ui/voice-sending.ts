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
  const onRecorded = async ({ path, durationMs, waveform }: VoiceNote) => {
    // Of a note that was refused and is sent again, too.
    answered ??= takeReply(store, here);
    const wish = { text, voiceMs: durationMs, waveform, name: noteName(new Date()), ...answered };
    await files.handOver(path, (handed) =>
      handToClient(actions, here, { ...wish, path: handed, temporary: true }),
    );
  };
  return answering(store, async () => {
    const folder = await files.temporaryFolder();
    const { recordVoice } = await import('./voice-tasks.ts');
    await recordVoice(actions, { folder, onRecorded });
    return null;
  });
}

/** What it is called with who gets it, by this machine's clock; in no language, since they may have another. */
function noteName(now: Date): string {
  const [hours, minutes] = [now.getHours(), now.getMinutes()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `voice note ${hours}.${minutes}.ogg`;
}
