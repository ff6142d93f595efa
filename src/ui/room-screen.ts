// The commands about private rooms on the screen: where they were typed, whom they name, what stands in the window after.
import type { PeerId } from '../protocol/ids.ts';
import { splitFirst } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { showRoom } from './details-tasks.ts';
import { isRoomName } from './room-names.ts';
import {
  isAsking,
  questionWords,
  type RoomScene,
  type RoomVerb,
  roomVerb,
  runRoomVerb,
} from './room-tasks.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import { attempt, findPerson, type ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

type Run = (actions: ScreenActions, args: string, here: ConversationKey) => Promise<void>;

/** `/room VERB …`. */
export const room: Run = async (actions, args, here) => {
  const [typed, rest] = splitFirst(args);
  const verb = roomVerb(typed);
  if (verb === 'info' && showRoom(actions, here)) return;
  if (verb !== null) return act(actions, { verb, args: rest, here, line: `/room ${verb}` });
  const name = safeText(typed, { maxLength: 40 });
  actions.store.note(t`/room ${name} is no command; /help lists them.`, 'warning');
};

/** A command of its own that does what `/room VERB` does. */
export function short(name: string, verb: RoomVerb): Run {
  return (actions, args, here) => act(actions, { verb, args, here, line: `/${name}` });
}

interface Typed {
  readonly verb: RoomVerb;
  readonly args: string;
  readonly here: ConversationKey;
  /** What a picked person is put behind. */
  readonly line: string;
}

async function act(actions: ScreenActions, { verb, args, here, line }: Typed): Promise<void> {
  const { store } = actions;
  const { self } = store.state;
  if (self === null) return;
  try {
    await runRoomVerb(sceneOf(actions, { here, line, self: self.fingerprint }), verb, args);
  } catch (error) {
    store.note(faultWords(error), 'warning');
  }
}

function sceneOf(
  actions: ScreenActions,
  {
    here,
    line,
    self,
  }: { readonly here: ConversationKey; readonly line: string; readonly self: PeerId },
): RoomScene {
  const { store, ask } = actions;
  return {
    ...{ ask, self },
    here: isRoomName(here) ? here : null,
    roomOf: (name) => store.state.rooms.get(name),
    names: store.callers,
    people: (names) => findPeople(actions, names, line),
    say: (text) => store.note(text),
    open: (name) => store.open(name),
  };
}

/** Where a name is several people's, a picker goes on with the line, everybody else who was named, and who is picked. */
async function findPeople(
  actions: ScreenActions,
  names: readonly string[],
  line: string,
): Promise<readonly PeerId[] | null> {
  const found: PeerId[] = [];
  for (const [index, name] of names.entries()) {
    const others = names.filter((_name, other) => other !== index);
    const purpose = { kind: 'command', line: [line, ...others].join(' ') } as const;
    const person = await findPerson(actions, name, purpose);
    if (person === null) return null;
    found.push(person.fingerprint);
  }
  return found;
}

/** Questions that came while nobody looked. */
export async function tellInvitations(actions: ScreenActions): Promise<void> {
  const { store } = actions;
  const reply = await attempt(actions, { do: 'invitations' });
  for (const invitation of reply?.invitations ?? []) {
    if (isAsking(invitation)) store.note(questionWords(invitation, store.callers));
  }
}
