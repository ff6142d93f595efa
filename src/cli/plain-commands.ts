// What a typed line does in the plain interface. The lines are parsed as the screen parses them.
import type { Destination, Session } from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import { namesOfGroup, splitFirst } from '../ui/command-text.ts';
import type { CommandName } from '../ui/commands.ts';
import { awayText, statusLine } from '../ui/contact-tasks.ts';
import { CONTENT_COMMANDS, type ContentCommand, doContent } from '../ui/content-tasks.ts';
import { enteredRoom } from '../ui/entered-room.ts';
import { type SettingPlace, settingLines } from '../ui/kept-tasks.ts';
import { muteLine, type NoticeScene, notifyLine, roomPlace } from '../ui/notify-tasks.ts';
import { isRoomName, roomQuery } from '../ui/room-names.ts';
import { type SafeText, safeText, safeTemplate as t, typedText } from '../ui/safe-text.ts';
import { LOBBY_STAYS } from '../ui/talk-tasks.ts';
import { parseLine, unknownCommandWords } from '../ui/typed-line.ts';
import { faultWords } from '../ui/words.ts';
import { pictureFileWords } from './pictures.ts';
import { type PlainFileCommand, runFileCommand, viewFile } from './plain-files.ts';
import { goTo, goToNumber, goToUnread, sayWhere } from './plain-going.ts';
import { needsScreen, plainHelp, type ScreenOnly, screenOnlyWords } from './plain-help.ts';
import {
  askWhoRead,
  runDelete,
  runExport,
  type Scene,
  showHistory,
  showHits,
} from './plain-history.ts';
import { runChange, runContact, runTrust, runVerify, showWho } from './plain-people.ts';
import { type RoomCommand, runRoomCommand } from './plain-rooms.ts';
import { type PlainScene, peopleNamed, personNamed } from './plain-scene.ts';
import { NumberWalk } from './plain-walk.ts';
import { checkText } from './text-input.ts';

/** About what was said before, and how long it stays. */
type KeptCommand = Extract<
  CommandName,
  'search' | 'history' | 'goto' | 'unread' | 'delete' | 'export' | 'set' | 'who-read'
>;

function isContent(name: CommandName): name is ContentCommand {
  return CONTENT_COMMANDS.some((each) => each === name);
}

export class PlainCommands {
  readonly #scene: PlainScene;
  readonly #ask: Session['request'];
  readonly #walk: NumberWalk;

  constructor(scene: PlainScene) {
    this.#scene = scene;
    this.#ask = (command) => scene.session.request(command);
    this.#walk = new NumberWalk(scene);
  }

  /** A room, `@nick` or a fingerprint. */
  begin(target: string): Promise<void> {
    return this.#tellingFaults(() =>
      isRoomName(target) ? this.#join(target) : this.#query(target),
    );
  }

  async run(typed: string): Promise<'quit' | null> {
    const text = typedText(typed);
    if (this.#scene.voice.isRecording && text.trim() === '') {
      await this.#tellingFaults(() => this.#sendVoice());
      return null;
    }
    if (this.#walk.isOpen && !text.startsWith('/')) {
      await this.#tellingFaults(() => this.#walk.answer(text));
      return null;
    }
    // As the key does on the screen; a blank before it sends it.
    const line = parseLine(text.trimEnd() === '?' ? '/help' : text);
    switch (line.kind) {
      case 'nothing':
        return null;
      case 'unknown-command':
        this.#say(unknownCommandWords(line.name));
        return null;
      case 'say':
        await this.#tellingFaults(() => this.#send(this.#scene.places.here, line.text));
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
    this.#scene.show(t`-- ${text}`);
  }

  async #tellingFaults(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#say(faultWords(error));
    }
  }

  async #command(name: CommandName, args: string): Promise<'quit' | null> {
    if (name === 'quit') return (await this.#scene.link.mayQuit(args)) ? 'quit' : null;
    if (needsScreen(name)) this.#say(screenOnlyWords(name));
    else await this.#tellingFaults(() => this.#do(name, args));
    return null;
  }

  async #do(name: Exclude<CommandName, ScreenOnly | 'quit'>, args: string): Promise<void> {
    const scene = this.#scene;
    if (isContent(name)) return this.#doContent(name, args);
    const [first, rest] = splitFirst(args);
    switch (name) {
      case 'join':
        return this.#join(args);
      case 'part':
        return this.#part(args);
      case 'msg':
        return this.#tell(first, rest);
      case 'query':
        return this.#query(first, rest);
      case 'nick':
        return this.#rename(args);
      case 'who':
        return showWho(scene);
      case 'whois':
        return runChange(scene, args, { command: name, change: {} });
      case 'contact':
        return runContact(scene, args);
      case 'ignore':
      case 'unignore':
        return runChange(scene, args, { command: name, change: { ignored: name === 'ignore' } });
      case 'block':
      case 'unblock':
        return runChange(scene, args, { command: name, change: { blocked: name === 'block' } });
      case 'status':
        return this.#say(await statusLine(this.#ask, args));
      case 'away':
        return this.#say(await statusLine(this.#ask, awayText(args)));
      case 'back':
        return this.#say(await statusLine(this.#ask, '-'));
      case 'mute':
      case 'notify':
        return this.#notify(name, args);
      case 'verify':
        return runVerify(scene, this.#walk, args);
      case 'trust':
        return runTrust(scene, args);
      case 'room':
      case 'invite':
      case 'accept':
      case 'decline':
      case 'kick':
      case 'topic':
        return this.#doRoom(name, args);
      case 'relay':
        return scene.link.run(args);
      case 'win':
        return goToNumber(scene, args);
      case 'where':
        return sayWhere(scene);
      case 'next':
        return goToUnread(scene);
      case 'search':
      case 'history':
      case 'goto':
      case 'unread':
      case 'delete':
      case 'export':
      case 'set':
      case 'who-read':
        return this.#doKept(name, args);
      case 'file':
      case 'files':
      case 'save':
      case 'cancel':
        return this.#doFile(name, args);
      case 'view':
        return this.#view(args);
      case 'voice':
        return this.#record(args);
      case 'help':
        return scene.show(...plainHelp(args));
      default:
        return name satisfies never;
    }
  }

  async #notify(name: 'mute' | 'notify', args: string): Promise<void> {
    if (name === 'notify' && args === 'test') {
      return this.#say(t`lines alone signal nothing; the screen does`);
    }
    const { people, places } = this.#scene;
    const ask = this.#ask;
    const scene: NoticeScene = {
      ...{ ask, here: this.#labelled },
      find: async (typed) => {
        if (isRoomName(typed)) return roomPlace({ ask, rooms: people.rooms }, typed);
        const destination = await this.#privately(typed);
        return { destination, label: places.fullLabel(destination) };
      },
    };
    const line = await (name === 'mute' ? muteLine(scene, args) : notifyLine(scene, args));
    if (line !== null) this.#say(line);
  }

  async #doContent(name: ContentCommand, args: string): Promise<void> {
    const { here } = this.#scene.places;
    if (here === null) return this.#say(t`/join #room or /query NAME first`);
    const words = await doContent({ ask: this.#ask, here }, name, args);
    if (words !== null) this.#say(words);
  }

  async #doFile(name: PlainFileCommand, args: string): Promise<void> {
    const { people, places } = this.#scene;
    const { here } = places;
    if (here === null) return this.#say(t`/join #room or /query NAME first`);
    this.#say(await runFileCommand({ ask: this.#ask, people, here }, name, args));
  }

  async #view(args: string): Promise<void> {
    const { people, places, voice } = this.#scene;
    if (args === 'stop') return voice.stopPlaying();
    const { here } = places;
    if (here === null) return this.#say(await pictureFileWords(args));
    this.#say(await viewFile({ ask: this.#ask, people, here }, args, voice));
  }

  async #record(args: string): Promise<void> {
    const { places, voice } = this.#scene;
    if (places.here === null) return this.#say(t`/join #room or /query NAME first`);
    this.#say(await voice.run(places.here, args));
  }

  async #sendVoice(): Promise<void> {
    const words = await this.#scene.voice.send();
    if (words !== null) this.#say(words);
  }

  async #rename(name: string): Promise<void> {
    const { nick } = await this.#ask({ do: 'nick', nick: name });
    this.#say(t`You are ${safeText(nick)}`);
  }

  async #doKept(name: KeptCommand, args: string): Promise<void> {
    const { session, show, people, places, reading } = this.#scene;
    if (name === 'set') {
      for (const line of await settingLines(this.#ask, args, this.#labelled)) this.#say(line);
      return;
    }
    const telling = { session, show, people };
    if (name === 'search') return showHits(telling, args);
    if (places.here === null) return this.#say(t`/join #room or /query NAME first`);
    const label = places.fullLabel(places.here);
    const scene: Scene = { ...telling, conversation: places.here, label };
    if (name === 'history') return showHistory(scene, args);
    if (name === 'goto') return reading.goTo(scene, args);
    if (name === 'unread') return reading.unread(scene);
    if (name === 'who-read') return askWhoRead(scene);
    return name === 'delete' ? runDelete(scene, args) : runExport(scene, args);
  }

  #doRoom(name: RoomCommand, args: string): Promise<void> {
    const { session, show, people, places } = this.#scene;
    const open = (room: string) => goTo(this.#scene, { room });
    return runRoomCommand({ session, show, people, here: places.roomHere, open }, name, args);
  }

  async #join(name: string): Promise<void> {
    const { room } = await this.#ask({ do: 'join', room: roomQuery(name) });
    await goTo(this.#scene, { room });
  }

  /** Leaves a room, or ends being with somebody privately. */
  async #part(name: string): Promise<void> {
    const { places, people, placeChanged } = this.#scene;
    if (name === '' && places.peerHere !== null) {
      this.#say(t`what you type goes to ${people.label(places.peerHere)} no more`);
      places.leave();
      return placeChanged();
    }
    const room = name === '' ? (places.roomHere ?? '') : await this.#entered(name);
    if (room === null) return this.#say(t`you are not in ${safeText(name)}`);
    if (room === FIRST_ROOM) return this.#say(LOBBY_STAYS);
    const left = await this.#ask({ do: 'leave', room });
    this.#say(t`left ${people.rooms.label(left.room)}`);
    places.dropRoom(left.room);
    placeChanged();
  }

  async #query(name: string, text = ''): Promise<void> {
    const names = namesOfGroup(name);
    const place = names === null ? await this.#privately(name) : await this.#group(names);
    await goTo(this.#scene, place);
    if (text !== '') await this.#send(place, text);
  }

  /** Of all who are named, or of none: one who is nobody, or several, is said. */
  async #group(names: readonly string[]): Promise<Destination> {
    const peers = await peopleNamed(this.#scene, names);
    return { room: (await this.#ask({ do: 'room-group', peers })).room };
  }

  async #privately(name: string): Promise<Destination> {
    return { peer: await personNamed(this.#scene, name) };
  }

  get #labelled(): SettingPlace | null {
    const { places } = this.#scene;
    if (places.here === null) return null;
    return { destination: places.here, label: places.fullLabel(places.here) };
  }

  #entered(name: string): Promise<string | null> {
    return enteredRoom(this.#ask, this.#scene.people.rooms, name);
  }

  async #tell(name: string, text: string): Promise<void> {
    const names = namesOfGroup(name);
    if (isRoomName(name)) return this.#tellRoom(name, text);
    await this.#send(await (names === null ? this.#privately(name) : this.#group(names)), text);
  }

  async #tellRoom(name: string, text: string): Promise<void> {
    const room = await this.#entered(name);
    const first = name.startsWith('+') ? t`` : t`; /join it first`;
    if (room === null) return this.#say(t`you are not in ${safeText(name)}${first}`);
    await this.#send({ room }, text);
  }

  async #send(to: Destination | null, text: string): Promise<void> {
    if (to === null) return this.#say(t`nowhere to send it; /join #room or /query NAME`);
    const words = withEmoji(checkText(text, 'the message'));
    await this.#ask({ do: 'send', to, text: words });
  }
}
