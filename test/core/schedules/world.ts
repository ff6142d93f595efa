// Two people and their net, with everything that a schedule remembers of them for its checks.
import { decodeHeader } from '../../../src/protocol/envelope.ts';
import type { FrameOf } from '../../../src/protocol/frames.ts';
import type { Kid, MessageId } from '../../../src/protocol/ids.ts';
import { FakeNet, type FakePerson } from '../../support/fake-net.ts';
import { numbersFrom } from '../../support/seeded.ts';

/** Soon full. */
export const SMALL_MAILBOX = 4;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export interface Sent {
  readonly id: MessageId;
  readonly from: FakePerson;
  readonly to: FakePerson;
  readonly text: string;
  /** How often its sender's database had been lost. */
  readonly life: number;
}

export interface PrivateBlob {
  readonly to: FakePerson;
  readonly kid: Kid;
  readonly frame: FrameOf<'deliver'>;
}

export class World {
  readonly log: string[] = [];
  readonly net: FakeNet;
  readonly people: readonly [FakePerson, FakePerson];
  readonly pick: (bound: number) => number;
  readonly sent: Sent[] = [];
  readonly lives = new Map<FakePerson, number>();
  /** Histories that went with their databases. */
  readonly lost = new Map<FakePerson, string[]>();
  /** Every private blob that the relay passed on. */
  readonly blobs: PrivateBlob[] = [];
  /** Those who died between a commit and what it was to tell. */
  readonly killed = new Set<FakePerson>();
  /** The relay says of nobody that a newer bundle is there, to the end. */
  readonly hidesBundles: boolean;
  /** Something was lost, late, refused or a lie. */
  wasTroubled: boolean;

  constructor(seed: number) {
    this.pick = numbersFrom(seed);
    const mailbox = [0, SMALL_MAILBOX, 2_000, 2_000, 2_000][this.pick(5)] ?? 0;
    this.net = new FakeNet({ seed, mailbox });
    this.people = [this.net.add('anna'), this.net.add('ben')];
    this.wasTroubled = mailbox === SMALL_MAILBOX;
    this.hidesBundles = this.pick(4) === 0;
    this.note(`mailbox of ${mailbox}${this.hidesBundles ? ', bundles hidden' : ''}`);
    this.net.tampers.push(({ frame, way, person }) => {
      if (way === 'up') return undefined;
      if (frame.type === 'deliver') this.#record(person, frame);
      if (frame.type !== 'presence' || !this.hidesBundles) return undefined;
      return [
        { frame: { ...frame, entries: frame.entries.map((e) => ({ ...e, bundleSeq: 0n })) } },
      ];
    });
  }

  note(text: string): void {
    this.log.push(`${(this.net.nowMs / SECOND_MS).toFixed(1)} s: ${text}`);
  }

  other(person: FakePerson): FakePerson {
    return person === this.people[0] ? this.people[1] : this.people[0];
  }

  send(from: FakePerson, text = `m${this.sent.length}`): Sent {
    this.note(`${from.name} writes ${text}`);
    const to = this.other(from);
    const life = this.lives.get(from) ?? 0;
    const sent = { id: this.net.send(from, to, text), from, to, text, life };
    this.sent.push(sent);
    return sent;
  }

  /** The database goes, with what was read and what waited in it behind a gap. */
  lose(person: FakePerson): void {
    const streams = person.core.peers.get(this.other(person).id)?.incoming.streams.values();
    const held = [...(streams ?? [])].flatMap((sequence) =>
      Array.from(sequence.held.values(), ({ item }) => item.messageId),
    );
    const waited = this.sent.filter(({ id }) => held.includes(id)).map(({ text }) => text);
    this.lost.set(person, [...(this.lost.get(person) ?? []), ...person.kept, ...waited]);
    this.lives.set(person, (this.lives.get(person) ?? 0) + 1);
    person.profile.history.length = 0;
    this.wasTroubled = true;
  }

  /** Private blobs for `to` among those that were passed on since there were `before`. */
  blobsFor(to: FakePerson, before: number): readonly PrivateBlob[] {
    return this.blobs.slice(before).filter((blob) => blob.to === to);
  }

  /** Records of theirs that wait to be acknowledged. */
  waiting(person: FakePerson): number {
    return person.core.peers.get(this.other(person).id)?.records.length ?? 0;
  }

  #record(to: FakePerson, frame: FrameOf<'deliver'>): void {
    const header = decodeHeader(frame.blob);
    if (header.kind === 'direct') this.blobs.push({ to, kid: header.kid, frame });
  }
}

/** Throws what is wrong. */
export function requireThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
