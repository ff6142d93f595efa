// The small lanchat of link-script.ts on hosts in namespaces: commands in, every event kept.
import { createInterface } from 'node:readline';
import type { ClientEvent, Command } from '../../src/client/api.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import type { LanHost } from '../support/netns.ts';
import type { Program } from '../support/program.ts';

export interface Line {
  /** This machine's wall clock, ms. */
  readonly at: number;
  readonly event: string;
  readonly data: ClientEvent;
}

export interface HostedPerson {
  readonly fingerprint: PeerId;
  readonly lines: readonly Line[];
  /** The first line, past or to come, that came at or after `sinceMs`. */
  line(isWanted: (event: ClientEvent) => boolean, sinceMs?: number): Promise<Line>;
  ask(command: Command): Promise<unknown>;
  /** Texts of others that begin so, in order. */
  heard(words: string): string[];
}

export async function startRelayOn(host: LanHost, script: string, folder: string) {
  const program = host.spawn(['node', script, 'relay', folder, '7717', 'Kitchen']);
  await program.line('"serving"');
  return program;
}

export async function startPersonOn(host: LanHost, script: string, folder: string) {
  const nick = host.name;
  const program = host.spawn(['node', script, 'person', `${folder}/${nick}`, nick]);
  return openPerson(program);
}

async function openPerson(program: Program): Promise<HostedPerson> {
  const lines: Line[] = [];
  const replies = new Map<string, (reply: unknown) => void>();
  const looking = new Set<(line: Line) => void>();
  let lastTag = 0;
  const { stdout, stdin } = program.child;
  if (stdout === null || stdin === null) throw new Error('no pipes');
  createInterface({ input: stdout }).on('line', (text) => {
    const line = JSON.parse(text);
    replies.get(line.event)?.(line.data);
    lines.push(line);
    for (const look of [...looking]) look(line);
  });
  const fingerprint = PeerId.parse(JSON.parse(await program.line('"open"')).fingerprint);
  if (fingerprint === null) throw new Error('no fingerprint');
  const isEvent = ({ data }: Line) => typeof data === 'object' && data !== null && 'type' in data;
  const ask = (command: Command) =>
    new Promise<unknown>((resolve) => {
      const tag = String(++lastTag);
      replies.set(`reply ${tag}`, resolve);
      stdin.write(`${JSON.stringify({ tag, command })}\n`);
    });
  return {
    fingerprint,
    lines,
    ask,
    line(isWanted, sinceMs = 0) {
      const fits = (line: Line) => line.at >= sinceMs && isEvent(line) && isWanted(line.data);
      const known = lines.find(fits);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        const look = (line: Line) => {
          if (!fits(line)) return;
          looking.delete(look);
          resolve(line);
        };
        looking.add(look);
      });
    },
    heard: (words) =>
      lines.filter(isEvent).flatMap(({ data }) => {
        if (data.type !== 'message' || data.message.state !== null) return [];
        return data.message.text.startsWith(words) ? data.message.text : [];
      }),
  };
}

export const isOnline = (event: ClientEvent) =>
  event.type === 'link' && event.link.state === 'online';

export const isReading = (text: string) => (event: ClientEvent) =>
  event.type === 'message' && event.message.state === null && event.message.text === text;

/** Resolves once each of them lists all the others in #lobby and sees them online. */
export async function gathered(people: readonly HostedPerson[]): Promise<void> {
  for (const person of people) {
    const others = people.filter((other) => other !== person);
    await person.line((e) => e.type === 'room' && e.room.members.length === people.length);
    for (const { fingerprint } of others) {
      await person.line((e) => e.type === 'person' && e.person.fingerprint === fingerprint);
    }
  }
}
