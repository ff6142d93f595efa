// What a record of a conversation does here, private or in a room: a message to tell, a change, a timer.
import { decodePoll } from '../protocol/change-content.ts';
import { decodeText } from '../protocol/content.ts';
import { LanchatError } from '../protocol/errors.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { takeChange } from './changes.ts';
import { expiresAt, keepFor, takeTimer } from './disappearing.ts';
import { sharedFile } from './shared-file.ts';
import type { CoreState } from './state.ts';
import { type Arrived, newPoll, type Said, tellMessage } from './tell-message.ts';

/** A type of a later version shows nothing, and content that makes no sense is dropped. */
export function takeContent(core: CoreState, arrived: Arrived): void {
  try {
    take(core, arrived);
  } catch (error) {
    if (!(error instanceof LanchatError)) throw error;
  }
}

function take(core: CoreState, arrived: Arrived): void {
  switch (arrived.record.type) {
    case RECORD_TYPES.text:
    case RECORD_TYPES.roomText:
      takeText(core, arrived);
      return;
    case RECORD_TYPES.poll: {
      const { expires, ...asked } = decodePoll(arrived.record.content);
      const poll = newPoll(asked);
      tellFor(core, arrived, { said: { text: poll.question, kind: 'poll', poll }, expires });
      return;
    }
    case RECORD_TYPES.timer:
      takeTimer(core, arrived);
      return;
    default:
      takeChange(core, arrived);
  }
}

function takeText(core: CoreState, arrived: Arrived): void {
  const { expires, file, ...words } = decodeText(arrived.record.content);
  const said = file === undefined ? words : { ...words, file: sharedFile(file, arrived.from) };
  tellFor(core, arrived, { said, expires });
}

/** In a public room nothing disappears, whatever its writer wants. */
function tellFor(
  core: CoreState,
  arrived: Arrived,
  { said, expires }: { readonly said: Said; readonly expires: number | undefined },
): void {
  if (expires === undefined || arrived.room?.startsWith('#')) {
    tellMessage(core, arrived, said);
    return;
  }
  keepFor(core, arrived.record.messageId, expires);
  tellMessage(core, arrived, { ...said, expires: expiresAt(core, expires) });
}
