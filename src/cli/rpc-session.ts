// One session for all that `lanchat rpc` is asked: opened once, and again where it was another process's that ended.
import type { Command, Session } from '../client/api.ts';
import type { OpenSession } from '../client/open-session.ts';

/** Owns the session; what it lends is closed without closing that. */
export class SharedSession {
  readonly #open: () => Promise<OpenSession>;
  #current: Promise<OpenSession> | null = null;
  /** Rooms that were spoken in without joining: they stay open, since the next message may come soon. */
  #visited = new Set<string>();

  constructor(open: () => Promise<OpenSession>) {
    this.#open = open;
  }

  /** For one request. `sent` is called once what goes out has its place among all of this profile. */
  async lend(sent: () => void): Promise<OpenSession> {
    const session = await this.#opened();
    const unsubscribes: (() => void)[] = [];
    return {
      // Whatever this request begins goes on after it.
      shared: true,
      request: async (command) => {
        const reply = await session.request(command);
        if (isPlaced(command, reply)) sent();
        if (command.do === 'visit') await this.#visit(session, command);
        return reply;
      },
      subscribe: (listener) => {
        const unsubscribe = session.subscribe(listener);
        unsubscribes.push(unsubscribe);
        return unsubscribe;
      },
      close: async () => {
        for (const unsubscribe of unsubscribes) unsubscribe();
      },
    };
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    await current?.then(
      (session) => session.close(),
      () => undefined,
    );
  }

  #opened(): Promise<OpenSession> {
    if (this.#current !== null) return this.#current;
    const current: Promise<OpenSession> = this.#open().then((session) => {
      session.subscribe((event) => {
        if (event.type === 'link' && event.link.reason === 'owner-gone') this.#drop(current);
      });
      return session;
    });
    this.#current = current;
    this.#visited = new Set();
    current.catch(() => this.#drop(current));
    return current;
  }

  #drop(session: Promise<OpenSession>): void {
    if (this.#current === session) this.#current = null;
  }

  /** Visits are counted where the profile is owned: one of a room is enough. */
  async #visit(session: Session, { room }: Extract<Command, { do: 'visit' }>): Promise<void> {
    if (this.#visited.has(room)) await session.request({ do: 'end-visit', room });
    else this.#visited.add(room);
  }
}

/** Whether what goes out lies in an outbox. The group of some people is only made for the message that follows. */
function isPlaced({ do: name }: Command, reply: object): boolean {
  return 'id' in reply || ('batch' in reply && name !== 'room-group');
}
