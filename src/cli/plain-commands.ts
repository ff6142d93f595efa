// What a typed line does in the plain interface. The lines are parsed as the screen parses them.
import type { Command, ContactChange, Destination, Person, Session } from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import { namesOfGroup } from '../ui/command-text.ts';
import type { CommandName } from '../ui/commands.ts';
import { contactChange, muteLine, personLines, statusLine } from '../ui/contact-tasks.ts';
import { CONTENT_COMMANDS, type ContentCommand, doContent } from '../ui/content-tasks.ts';
import { enteredRoom } from '../ui/entered-room.ts';
import { helpLines, helpPage } from '../ui/help-pages.ts';
import { type SettingPlace, settingLines } from '../ui/kept-tasks.ts';
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

/** What makes no sense without windows. */
const SCREEN_ONLY = [
  'keys',
  'win',
  'clear',
  'collapse',
  'unread',
  'goto',
  'select',
  'unfold',
] as const satisfies readonly CommandName[];
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
  #place: Destination | null = null;

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
        return this.#help(args);
      default:
        return name satisfies never;
    }
  }

  /** Of the person named, or of the conversation one is in. */
  async #change(name: string, change: ContactChange): Promise<void> {
    const here = this.#place;
    const isHere = name === '' && here !== null && 'peer' in here;
    const peer = isHere ? here.peer : (await resolvePerson(this.#session, name)).fingerprint;
    const { person, ...known } = await this.#session.request({ do: 'contact', peer, change });
    const { rooms } = await this.#session.request({ do: 'snapshot' });
    const shared = rooms.filter(({ members }) => members.includes(peer));
    const clean = this.#people.set(person);
    this.#say(this.#people.label(peer));
    const labels = shared.map((room) => this.#people.rooms.label(room.name));
    for (const line of personLines(clean, { ...known, rooms: labels }))
      this.#show(safeTemplate`--   ${line}`);
  }

  async #mute(args: string): Promise<void> {
    const ask: Session['request'] = (command) => this.#session.request(command);
    this.#say(await muteLine({ ask, here: this.#roomHere, rooms: this.#people.rooms }, args));
  }

  async #doContent(name: ContentCommand, args: string): Promise<void> {
    if (this.#place === null) return this.#say(safeText('/join #room or /query NAME first'));
    const ask: Session['request'] = (command) => this.#session.request(command);
    const words = await doContent({ ask, here: this.#place }, name, args);
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
      for (const line of await settingLines(ask, args, this.#labelled)) this.#say(line);
      return;
    }
    const telling = { session: this.#session, show: this.#show, people: this.#people };
    if (name === 'search') return showHits(telling, args);
    if (this.#place === null) return this.#say(safeText('/join #room or /query NAME first'));
    const scene: Scene = {
      ...telling,
      conversation: this.#place,
      label: this.#labelOf(this.#place),
    };
    if (name === 'history') return showHistory(scene, args);
    if (name === 'who-read') return askWhoRead(scene);
    return name === 'delete' ? runDelete(scene, args) : runExport(scene, args);
  }

  #doRoom(name: RoomCommand, args: string): Promise<void> {
    const scene: PlainRoomScene = {
      ...{ session: this.#session, show: this.#show, people: this.#people },
      here: this.#roomHere,
      open: (room) => this.#goTo({ room }),
    };
    return runRoomCommand(scene, name, args);
  }

  async #join(name: string): Promise<void> {
    const { room } = await this.#session.request({ do: 'join', room: roomQuery(name) });
    await this.#goTo({ room });
  }

  async #part(name: string): Promise<void> {
    const room = name === '' ? (this.#roomHere ?? '') : await this.#entered(name);
    if (room === null) return this.#say(safeTemplate`you are not in ${safeText(name)}`);
    const left = await this.#session.request({ do: 'leave', room });
    this.#say(safeTemplate`left ${this.#people.rooms.label(left.room)}`);
    if (this.#roomHere === left.room) this.#place = null;
  }

  async #query(name: string): Promise<void> {
    const names = namesOfGroup(name);
    if (names !== null) return this.#goTo(await this.#group(names));
    return this.#goTo(this.#privately(await resolvePerson(this.#session, name)));
  }

  /** Of all who are named, or of none: one who is nobody, or several, is said. */
  async #group(names: readonly string[]): Promise<Destination> {
    const peers = await resolvePeople(this.#session, names);
    return { room: (await this.#session.request({ do: 'room-group', peers })).room };
  }

  #privately(person: Person): Destination {
    this.#people.set(person);
    return { peer: person.fingerprint };
  }

  async #goTo(place: Destination): Promise<void> {
    this.#place = place;
    // What a room is called that was just made may come later than its name.
    const { rooms } = await this.#session.request({ do: 'snapshot' });
    for (const room of rooms) this.#people.rooms.set(room);
    this.#say(safeTemplate`what you type now goes to ${this.#labelOf(place)}`);
  }

  get #roomHere(): string | null {
    return this.#place !== null && 'room' in this.#place ? this.#place.room : null;
  }

  get #labelled(): SettingPlace | null {
    const destination = this.#place;
    return destination === null ? null : { destination, label: this.#labelOf(destination) };
  }

  /** As it is called now: titles change, and so does who is in a group. */
  #labelOf(place: Destination): SafeText {
    if ('room' in place) return this.#people.rooms.label(place.room);
    const person = this.#people.get(place.peer);
    const trust = person === null ? safeText('unverified') : trustWord(person);
    return safeTemplate`@${this.#people.label(place.peer)} (${trust})`;
  }

  #entered(name: string): Promise<string | null> {
    const ask: Session['request'] = (command) => this.#session.request(command);
    return enteredRoom(ask, this.#people.rooms, name);
  }

  async #tell(name: string, text: string): Promise<void> {
    const names = namesOfGroup(name);
    if (isRoomName(name)) return this.#tellRoom(name, text);
    if (names !== null) return this.#send(await this.#group(names), text);
    await this.#send(this.#privately(await resolvePerson(this.#session, name)), text);
  }

  async #tellRoom(name: string, text: string): Promise<void> {
    const room = await this.#entered(name);
    const first = name.startsWith('+') ? safeText('') : safeText('; /join it first');
    if (room === null) return this.#say(safeTemplate`you are not in ${safeText(name)}${first}`);
    await this.#send({ room }, text);
  }

  async #send(to: Destination | null, text: string): Promise<void> {
    if (to === null) return this.#say(safeText('nowhere to send it; /join #room or /query NAME'));
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

  #help(asked: string): void {
    const page = helpPage(asked, { keys: null, hides: needsScreen });
    this.#show(...helpLines(page).map((line) => safeTemplate`-- ${line}`));
  }
}
