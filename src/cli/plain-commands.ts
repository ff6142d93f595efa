// What a typed line does in the plain interface. The lines are parsed as the screen parses them.
import type { Command, ContactChange, Destination, Person, Session } from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import { namesOfGroup } from '../ui/command-text.ts';
import { COMMANDS, type CommandName } from '../ui/commands.ts';
import { contactChange, muteLine, personLines, statusLine } from '../ui/contact-tasks.ts';
import { CONTENT_COMMANDS, type ContentCommand, doContent } from '../ui/content-tasks.ts';
import { settingLines } from '../ui/kept-tasks.ts';
import { type Directory, fingerprintWords, trustWord } from '../ui/people.ts';
import { isRoomName, roomQuery } from '../ui/room-names.ts';
import { type SafeText, safeTemplate, safeText, typedText } from '../ui/safe-text.ts';
import { parseLine } from '../ui/typed-line.ts';
import { faultWords } from '../ui/words.ts';
import type { Show } from './lines.ts';
import { parseRelayAddress } from './options.ts';
import {
  askWhoRead,
  runDelete,
  runExport,
  type Scene,
  showHistory,
  showHits,
} from './plain-history.ts';
import { type PlainRoomScene, type RoomCommand, runRoomCommand } from './plain-rooms.ts';
import { resolvePeople, resolvePerson } from './session.ts';
import { checkText } from './text-input.ts';

interface Place {
  readonly destination: Destination;
  readonly label: SafeText;
}

/** What makes no sense without windows. */
const SCREEN_ONLY = ['win', 'clear'] as const satisfies readonly CommandName[];
type ScreenOnly = (typeof SCREEN_ONLY)[number];

/** About what was said before, and how long it stays. */
type KeptCommand = Extract<
  CommandName,
  'search' | 'history' | 'delete' | 'export' | 'set' | 'who-read'
>;

function isContent(name: CommandName): name is ContentCommand {
  return CONTENT_COMMANDS.some((each) => each === name);
}

function needsScreen(name: CommandName): name is ScreenOnly {
  return SCREEN_ONLY.some((each) => each === name);
}

/** Holds where the next line of text goes. */
export class PlainCommands {
  readonly #session: Session;
  readonly #show: Show;
  readonly #people: Directory;
  #place: Place | null = null;

  constructor(session: Session, { show, people }: { show: Show; people: Directory }) {
    this.#session = session;
    this.#show = show;
    this.#people = people;
  }

  /** A room, `@nick` or a fingerprint. */
  begin(target: string): Promise<void> {
    return this.#tellingFaults(() =>
      isRoomName(target) ? this.#join(target) : this.#query(target),
    );
  }

  async run(typed: string): Promise<'quit' | null> {
    const line = parseLine(typedText(typed));
    switch (line.kind) {
      case 'nothing':
        return null;
      case 'unknown-command':
        this.#say(safeTemplate`${safeText(line.name)} is no command and was not sent; /help`);
        return null;
      case 'say':
        await this.#tellingFaults(() => this.#send(this.#place, line.text));
        return null;
      case 'tell-person':
        await this.#tellingFaults(() => this.#tell(line.name, line.text));
        return null;
      case 'tell-room':
        await this.#tellingFaults(() => this.#tellRoom(line.room, line.text));
        return null;
      case 'command':
        return this.#command(line.command.name, line.args.trim());
      default:
        return line satisfies never;
    }
  }

  #say(text: SafeText): void {
    this.#show(safeTemplate`-- ${text}`);
  }

  async #tellingFaults(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#say(faultWords(error));
    }
  }

  async #command(name: CommandName, args: string): Promise<'quit' | null> {
    if (name === 'quit') return 'quit';
    if (needsScreen(name)) this.#say(safeTemplate`/${safeText(name)} needs the screen`);
    else await this.#tellingFaults(() => this.#do(name, args));
    return null;
  }

  async #do(name: Exclude<CommandName, ScreenOnly | 'quit'>, args: string): Promise<void> {
    if (isContent(name)) return this.#doContent(name, args);
    const [first = '', ...rest] = args.split(/\s+/);
    switch (name) {
      case 'join':
        return this.#join(args);
      case 'part':
        return this.#part(args);
      case 'msg':
        return this.#tell(first, args.slice(first.length).trimStart());
      case 'query':
        return this.#query(first);
      case 'nick':
        return this.#rename(first);
      case 'who':
        return this.#who();
      case 'whois':
        return this.#change(first, {});
      case 'contact':
        return this.#change(first, contactChange(args.slice(first.length).trimStart()));
      case 'ignore':
      case 'unignore':
        return this.#change(first, { ignored: name === 'ignore' });
      case 'block':
      case 'unblock':
        return this.#change(first, { blocked: name === 'block' });
      case 'status':
        return this.#say(await statusLine((command) => this.#session.request(command), args));
      case 'mute':
        return this.#mute(args);
      case 'verify':
        return this.#verify(first, rest.join(''));
      case 'trust':
        return this.#trust(first);
      case 'room':
      case 'invite':
      case 'accept':
      case 'decline':
      case 'kick':
      case 'topic':
        return this.#doRoom(name, args);
      case 'relay':
        return this.#relay(first);
      case 'search':
      case 'history':
      case 'delete':
      case 'export':
      case 'set':
      case 'who-read':
        return this.#doKept(name, args);
      case 'help':
        return this.#help();
      default:
        return name satisfies never;
    }
  }

  /** Of the person named, or of the conversation one is in. */
  async #change(name: string, change: ContactChange): Promise<void> {
    const here = this.#place?.destination;
    const isHere = name === '' && here !== undefined && 'peer' in here;
    const peer = isHere ? here.peer : (await resolvePerson(this.#session, name)).fingerprint;
    const { person, firstSeen } = await this.#session.request({ do: 'contact', peer, change });
    const { rooms } = await this.#session.request({ do: 'snapshot' });
    const shared = rooms.filter(({ members }) => members.includes(peer));
    this.#people.set(person);
    this.#say(this.#people.label(peer));
    const labels = shared.map((room) => this.#people.rooms.label(room.name));
    const about = { firstSeen, rooms: labels };
    for (const line of personLines(person, about)) this.#show(safeTemplate`--   ${line}`);
  }

  async #mute(args: string): Promise<void> {
    const here = this.#place?.destination;
    const room = here !== undefined && 'room' in here ? here.room : null;
    const ask: Session['request'] = (command) => this.#session.request(command);
    this.#say(await muteLine({ ask, here: room, rooms: this.#people.rooms }, args));
  }

  async #doContent(name: ContentCommand, args: string): Promise<void> {
    if (this.#place === null) return this.#say(safeText('/join #room or /query NAME first'));
    const ask: Session['request'] = (command) => this.#session.request(command);
    const words = await doContent({ ask, here: this.#place.destination }, name, args);
    if (words !== null) this.#say(words);
  }

  async #rename(name: string): Promise<void> {
    const { nick } = await this.#session.request({ do: 'nick', nick: name });
    this.#say(safeTemplate`You are ${safeText(nick)}`);
  }

  async #trust(name: string): Promise<void> {
    const { fingerprint: peer } = await resolvePerson(this.#session, name);
    const { person } = await this.#session.request({ do: 'trust', peer });
    this.#describe(person);
  }

  async #doKept(name: KeptCommand, args: string): Promise<void> {
    if (name === 'set') {
      const ask: Session['request'] = (command) => this.#session.request(command);
      for (const line of await settingLines(ask, args, this.#place)) this.#say(line);
      return;
    }
    const telling = { session: this.#session, show: this.#show, people: this.#people };
    if (name === 'search') return showHits(telling, args);
    if (this.#place === null) return this.#say(safeText('/join #room or /query NAME first'));
    const { destination: conversation, label } = this.#place;
    const scene: Scene = { ...telling, conversation, label };
    if (name === 'history') return showHistory(scene, args);
    if (name === 'who-read') return askWhoRead(scene);
    return name === 'delete' ? runDelete(scene, args) : runExport(scene, args);
  }

  #doRoom(name: RoomCommand, args: string): Promise<void> {
    const here = this.#place?.destination;
    const scene: PlainRoomScene = {
      ...{ session: this.#session, show: this.#show, people: this.#people },
      here: here !== undefined && 'room' in here ? here.room : null,
      open: (room) => this.#goTo(this.#inRoom(room)),
    };
    return runRoomCommand(scene, name, args);
  }

  async #join(name: string): Promise<void> {
    const { room } = await this.#session.request({ do: 'join', room: roomQuery(name) });
    this.#goTo(this.#inRoom(room));
  }

  #inRoom(room: string): Place {
    return { destination: { room }, label: this.#people.rooms.label(room) };
  }

  async #part(name: string): Promise<void> {
    const here = this.#place?.destination;
    const room =
      name !== '' ? roomQuery(name) : here !== undefined && 'room' in here ? here.room : '';
    const left = await this.#session.request({ do: 'leave', room });
    this.#say(safeTemplate`left ${this.#people.rooms.label(left.room)}`);
    if (here !== undefined && 'room' in here && here.room === left.room) this.#place = null;
  }

  async #query(name: string): Promise<void> {
    const names = namesOfGroup(name);
    if (names !== null) return this.#goTo(await this.#group(names));
    this.#goTo(this.#privately(await resolvePerson(this.#session, name)));
  }

  /** Of all who are named, or of none: one who is nobody, or several, is said. */
  async #group(names: readonly string[]): Promise<Place> {
    const peers = await resolvePeople(this.#session, names);
    return this.#inRoom((await this.#session.request({ do: 'room-group', peers })).room);
  }

  #privately(person: Person): Place {
    this.#people.set(person);
    const label = safeTemplate`@${this.#people.label(person.fingerprint)} (${trustWord(person)})`;
    return { destination: { peer: person.fingerprint }, label };
  }

  #goTo(place: Place): void {
    this.#place = place;
    this.#say(safeTemplate`what you type now goes to ${place.label}`);
  }

  async #tell(name: string, text: string): Promise<void> {
    const names = namesOfGroup(name);
    if (isRoomName(name)) return this.#tellRoom(name, text);
    if (names !== null) return this.#send(await this.#group(names), text);
    await this.#send(this.#privately(await resolvePerson(this.#session, name)), text);
  }

  async #tellRoom(name: string, text: string): Promise<void> {
    const query = roomQuery(name);
    const { room } = await this.#session.request({ do: 'find-room', query });
    if (room === null)
      return this.#say(safeTemplate`you are not in ${safeText(name)}; /join it first`);
    await this.#send(this.#inRoom(room), text);
  }

  async #send(place: Place | null, text: string): Promise<void> {
    if (place === null)
      return this.#say(safeText('nowhere to send it; /join #room or /query NAME'));
    const to = place.destination;
    await this.#session.request({
      do: 'send',
      to,
      text: withEmoji(checkText(text, 'the message')),
    });
  }

  async #who(): Promise<void> {
    const { people } = await this.#session.request({ do: 'snapshot' });
    for (const person of people) if (person.online) this.#describe(person);
    if (!people.some((person) => person.online)) this.#say(safeText('nobody else is here'));
  }

  #describe(person: Person): void {
    const here = person.online ? safeText('here') : safeText('away');
    this.#people.set(person);
    const name = this.#people.label(person.fingerprint);
    this.#say(
      safeTemplate`${name}: ${here}, ${trustWord(person)}, key ${fingerprintWords(person.fingerprint)}`,
    );
  }

  async #verify(name: string, digits: string): Promise<void> {
    const { fingerprint: peer } = await resolvePerson(this.#session, name);
    if (digits === '') {
      const shown = await this.#session.request({ do: 'safety-number', peer });
      this.#say(safeText(`safety number: ${shown.digits}`));
      return this.#say(
        safeTemplate`compare it with them, then: /verify ${safeText(name)} NUMBER (or the code scanned from their screen)`,
      );
    }
    if (digits === 'words') return this.#ask({ do: 'words-start', peer });
    if (digits === 'same' || digits === 'different') {
      return this.#ask({ do: 'words-answer', peer, same: digits === 'same' });
    }
    const { person } = await this.#session.request({ do: 'verify', peer, digits });
    this.#describe(person);
  }

  /** What comes of it is told by events. */
  async #ask(command: Extract<Command, { do: 'words-start' | 'words-answer' }>): Promise<void> {
    await this.#session.request(command);
  }

  async #relay(address: string): Promise<void> {
    if (address === 'retry') {
      await this.#session.request({ do: 'retry' });
    } else if (address === '') {
      const { link } = await this.#session.request({ do: 'snapshot' });
      const key = link.fingerprint === null ? safeText('') : fingerprintWords(link.fingerprint);
      this.#say(safeTemplate`relay ${safeText(link.relay ?? 'none')} ${key}`);
    } else await this.#session.request({ do: 'choose-relay', ...parseRelayAddress(address) });
  }

  #help(): void {
    for (const { name, args, help } of COMMANDS) {
      if (!needsScreen(name)) this.#show(safeTemplate`--   /${safeText(name)} ${args}: ${help}`);
    }
  }
}
