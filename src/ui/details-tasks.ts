// Opens the lists of people and the details of one, and does what is asked for there.
import type { ContactChange } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import type { ConversationKey } from './conversation.ts';
import { membersOf } from './listed-people.ts';
import type { MembersOverlay, PersonOverlay, TrustOverlay } from './overlay.ts';
import { personOrHere } from './people-tasks.ts';
import { isRoomName } from './room-names.ts';
import type { ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

/** `/who`: everybody in this room, or, in a private conversation, everybody who is here at all. */
export function showMembers({ store }: ScreenActions): void {
  const { active, rooms } = store.state;
  const room = rooms.get(active);
  const people = membersOf(store.state, room);
  store.setOverlay({
    kind: 'members',
    room: room?.name ?? null,
    facts: false,
    people,
    selected: 0,
  });
}

/** `/room`: what this room is, and who is in it. False: we are in no such room. */
export function showRoom({ store }: ScreenActions, key: ConversationKey): boolean {
  const room = store.state.rooms.get(key);
  if (room === undefined) return false;
  const people = membersOf(store.state, room);
  store.setOverlay({ kind: 'members', room: room.name, facts: true, people, selected: -1 });
  return true;
}

/** `/whois [NAME]`. */
export async function whois(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const person = await personOrHere(actions, args, { command: 'whois', here });
  if (person !== null) await showPerson(actions, person.fingerprint, null);
}

/** What is known of the window that is looked at: a room, or a person. */
export function showHere(actions: ScreenActions): void {
  const { active } = actions.store.state;
  const peer = PeerId.parse(active);
  if (peer !== null) void showPerson(actions, peer, null);
  else if (isRoomName(active)) showRoom(actions, active);
}

/** Opens somebody's details, unless another overlay has come since it was asked. */
export async function showPerson(
  { store, ask }: ScreenActions,
  peer: PeerId,
  back: MembersOverlay | TrustOverlay | null,
): Promise<void> {
  const before = store.state.overlay;
  let known: PersonOverlay['known'] = null;
  // Of oneself, and of who has not shown a card, there is nothing to ask for.
  if (store.state.people.get(peer) !== null) {
    try {
      const { person, ...rest } = await ask({ do: 'contact', peer, change: {} });
      store.setPerson(person);
      known = rest;
    } catch (error) {
      store.note(faultWords(error), 'warning');
      return;
    }
  }
  if (store.state.overlay !== before) return;
  store.setOverlay({ kind: 'person', peer, known, input: null, problem: null, top: 0, back });
}

/** Sets something about the person whose details are open; a refusal stands there. */
export async function changePerson(
  { store, ask }: ScreenActions,
  overlay: PersonOverlay,
  change: ContactChange,
): Promise<void> {
  const put = (next: Partial<PersonOverlay>) => {
    const { overlay: open } = store.state;
    if (open?.kind === 'person' && open.peer === overlay.peer)
      store.setOverlay({ ...open, ...next });
  };
  try {
    const { person, ...known } = await ask({ do: 'contact', peer: overlay.peer, change });
    store.setPerson(person);
    put({ known, input: null, problem: null });
  } catch (error) {
    put({ problem: faultWords(error) });
  }
}
