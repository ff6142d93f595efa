// As much of an IRC server as irssi and weechat need to sit in one channel and hear what is said there.

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const NAME = 'irc.bench';
const SPEAKER = ':bela!bela@bench';

export const IRC_CHANNEL = '#lobby';

/** On loopback; `close()` ends it and its connections. */
export class IrcServer {
  readonly #server: Server;
  readonly #members = new Set<Socket>();

  static async start(): Promise<IrcServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new IrcServer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  get port(): number {
    const address = this.#server.address();
    return isAddress(address) ? address.port : 0;
  }

  get members(): number {
    return this.#members.size;
  }

  /** Somebody says it in the channel. Resolves when all that listen have taken what came before. */
  async say(text: string): Promise<void> {
    const line = `${SPEAKER} PRIVMSG ${IRC_CHANNEL} :${text}\r\n`;
    const full = [...this.#members].filter((socket) => !socket.write(line));
    await Promise.all(
      full.map((socket) => new Promise((resolve) => socket.once('drain', resolve))),
    );
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#members) socket.destroy();
  }

  #serve(socket: Socket): void {
    let nick = 'asha';
    const tell = (line: string) => void socket.write(`:${NAME} ${line}\r\n`);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#members.delete(socket));
    createInterface({ input: socket }).on('line', (line) => {
      const [command = '', first = ''] = line.split(' ');
      switch (command.toUpperCase()) {
        case 'CAP':
          if (first.toUpperCase() === 'LS') tell('CAP * LS :');
          return;
        case 'NICK':
          nick = first.replace(/^:/, '');
          return;
        case 'USER':
          tell(`001 ${nick} :Welcome`);
          tell(`422 ${nick} :No message of the day`);
          return;
        case 'PING':
          tell(`PONG ${NAME} ${first}`);
          return;
        case 'JOIN':
          socket.write(`:${nick}!${nick}@bench JOIN ${IRC_CHANNEL}\r\n`);
          tell(`353 ${nick} = ${IRC_CHANNEL} :${nick} bela`);
          tell(`366 ${nick} ${IRC_CHANNEL} :End`);
          this.#members.add(socket);
          return;
        default:
      }
    });
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address !== 'string';
}
