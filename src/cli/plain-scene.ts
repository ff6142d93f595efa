// What the commands of the plain interface share, and whom a name means there.
import type { Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { Directory } from '../ui/people.ts';
import type { Show } from './lines.ts';
import type { PlainEvents } from './plain-events.ts';
import type { PlainLink } from './plain-link.ts';
import type { Places } from './plain-places.ts';
import type { PlainReading } from './plain-reading.ts';
import type { PlainVoice } from './plain-voice.ts';
import { resolvePerson } from './session.ts';

export interface PlainScene {
  readonly session: Session;
  readonly show: Show;
  readonly people: Directory;
  readonly places: Places;
  readonly link: PlainLink;
  readonly events: PlainEvents;
  readonly reading: PlainReading;
  readonly voice: PlainVoice;
  /** Everything of the conversation in front has been seen. */
  readonly seen: () => void;
  /** One is somewhere else now. */
  readonly placeChanged: () => void;
}

type Naming = Pick<PlainScene, 'session' | 'people'>;

/** By `@nick`, a name as it is shown here, or a fingerprint. Throws as `resolvePerson`. */
export async function personNamed({ session, people }: Naming, name: string): Promise<PeerId> {
  const [labelled, ...others] = people.byLabel(name.replace(/^@/, ''));
  if (labelled !== undefined && others.length === 0) return labelled.fingerprint;
  const person = await resolvePerson(session, name);
  people.set(person);
  return person.fingerprint;
}

/** All of them, or none: as `personNamed` for each. */
export async function peopleNamed(
  naming: Naming,
  names: readonly string[],
): Promise<readonly PeerId[]> {
  const peers: PeerId[] = [];
  for (const name of names) peers.push(await personNamed(naming, name));
  return peers;
}

/** The person named, or who is spoken with privately. Throws UsageError `bad-arguments`, and as `personNamed`. */
export async function personOrHere(
  scene: PlainScene,
  name: string,
  command: string,
): Promise<PeerId> {
  if (name !== '') return personNamed(scene, name);
  const { peerHere } = scene.places;
  if (peerHere !== null) return peerHere;
  throw new UsageError('bad-arguments', phrase`/${command} NAME: who?`);
}
