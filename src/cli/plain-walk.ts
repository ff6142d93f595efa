// Comparing a safety number line by line: a group of digits at a time, read aloud, and at the end one word of the person.
import type { Session } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { Directory } from '../ui/people.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import type { Show } from './lines.ts';
import { verifiedLine } from './plain-people.ts';

const GROUP_DIGITS = /\d{5}/g;

interface Walking {
  readonly peer: PeerId;
  readonly groups: readonly string[];
  /** Of the group that was said last, from 1; 0: none yet. */
  readonly said: number;
}

export interface NumberWalkOptions {
  readonly session: Session;
  readonly show: Show;
  readonly people: Directory;
}

export class NumberWalk {
  readonly #options: NumberWalkOptions;
  #walking: Walking | null = null;

  constructor(options: NumberWalkOptions) {
    this.#options = options;
  }

  /** While it is, what is typed goes to nobody: it answers. */
  get isOpen(): boolean {
    return this.#walking !== null;
  }

  begin(peer: PeerId, digits: string): void {
    const { show, people } = this.#options;
    const groups = digits.match(GROUP_DIGITS) ?? [];
    const name = people.label(peer);
    this.#walking = { peer, groups, said: 0 };
    show(
      t`-- safety number with ${name}: ${safeText(groups.join(' '))}`,
      t`-- Compare it with theirs, face to face or where you know the voice. Enter says group 1 of ${groups.length}; stop ends this.`,
      t`-- Or: /verify ${name} NUMBER with the number or the code of their screen, or /verify ${name} words`,
    );
  }

  /** What was typed while it is open: nothing, `again`, `yes`, `no` or `stop`. Throws what the client does. */
  async answer(typed: string): Promise<void> {
    const walking = this.#walking;
    if (walking === null) return;
    const isAtEnd = walking.said === walking.groups.length;
    switch (typed.trim().toLowerCase()) {
      case '':
        this.#say(isAtEnd ? walking : { ...walking, said: walking.said + 1 });
        return;
      case 'again':
        this.#say({ ...walking, said: Math.max(1, walking.said) });
        return;
      case 'stop':
        this.#end(t`-- The number was not compared to its end: nothing has changed.`);
        return;
      case 'no':
        this.#end(
          t`-- THE NUMBERS DIFFER. Somebody may be in between: do not trust this key. Nothing has changed here.`,
        );
        return;
      case 'yes':
        if (isAtEnd) return this.#record(walking);
        break;
    }
    const { show } = this.#options;
    if (isAtEnd) show(t`-- Not sent: are all groups the same? yes, no, again or stop.`);
    else show(t`-- Not sent: Enter says the next group; again, no and stop are the other answers.`);
  }

  #say(walking: Walking): void {
    const { show } = this.#options;
    this.#walking = walking;
    const { groups, said } = walking;
    const digits = safeText([...(groups[said - 1] ?? '')].join(' '));
    show(t`-- group ${said} of ${groups.length}: ${digits}`);
    if (said === groups.length) show(t`-- Are all groups the same as theirs? yes, no, or stop.`);
  }

  #end(words: SafeText): void {
    this.#walking = null;
    this.#options.show(words);
  }

  async #record({ peer }: Walking): Promise<void> {
    const { session, people } = this.#options;
    this.#walking = null;
    const { person } = await session.request({ do: 'verify', peer, digits: null });
    people.set(person);
    this.#options.show(verifiedLine({ people }, peer));
  }
}
