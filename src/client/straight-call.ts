// Goes straight to the machine of who sends a file: the first of its addresses where they prove who they are. Tries each once.
import type { TLSSocket } from 'node:tls';
import { signProof, verifyProof } from '../crypto/file-proof.ts';
import type { Identity, PeerKeys } from '../crypto/identity.ts';
import { FILE_ALPN } from '../protocol/channel.ts';
import { encodeFrame } from '../protocol/frames.ts';
import type { MeetingId } from '../protocol/ids.ts';
import { exporterOf, openTls } from './connection.ts';
import type { FileCarrier } from './file-carrier.ts';
import type { StraightAddress } from './straight-addresses.ts';
import { awaitProof } from './straight-socket.ts';

/** All addresses together: so much later it goes over the relay. */
const CALL_MS = 1_500;
/** The next address is tried this long after the one before it. */
const HEAD_START_MS = 150;

export interface StraightCall {
  readonly me: Identity;
  readonly meeting: MeetingId;
  /** Who has to be there. */
  readonly sender: PeerKeys;
  readonly addresses: readonly StraightAddress[];
  readonly signal: AbortSignal;
}

/** Null: they are at none of these addresses. Never rejects. */
export function callStraight(call: StraightCall): Promise<FileCarrier | null> {
  return new Promise((resolve) => new Caller(call, resolve).start());
}

/** Owns its sockets and timers until it has settled. */
class Caller {
  readonly #call: StraightCall;
  readonly #resolve: (carrier: FileCarrier | null) => void;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #sockets = new Set<TLSSocket>();
  readonly #giveUp = () => this.#settle(null);
  #left: number;
  #isSettled = false;

  constructor(call: StraightCall, resolve: (carrier: FileCarrier | null) => void) {
    this.#call = call;
    this.#resolve = resolve;
    this.#left = call.addresses.length;
  }

  start(): void {
    const { addresses, signal } = this.#call;
    if (addresses.length === 0 || signal.aborted) {
      this.#settle(null);
      return;
    }
    signal.addEventListener('abort', this.#giveUp, { once: true });
    this.#timers.push(setTimeout(this.#giveUp, CALL_MS));
    addresses.forEach((address, index) => {
      this.#timers.push(setTimeout(() => this.#try(address), index * HEAD_START_MS));
    });
  }

  #try(address: StraightAddress): void {
    const socket = openTls({ ...address, alpn: FILE_ALPN });
    this.#sockets.add(socket);
    const failed = () => this.#failed(socket);
    socket.once('error', failed);
    socket.once('close', failed);
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol === FILE_ALPN) this.#prove(socket);
      else socket.destroy();
    });
  }

  #prove(socket: TLSSocket): void {
    const { me, meeting, sender } = this.#call;
    const exporter = exporterOf(socket);
    awaitProof({
      socket,
      isProof: (signature) =>
        verifyProof({ by: sender, signature }, 'file-answer', { exporter, meeting, to: me.id }),
      onProven: (carrier) => {
        this.#sockets.delete(socket);
        this.#settle(carrier);
      },
      onFailed: () => this.#failed(socket),
    });
    const signature = signProof(me, 'file-ask', { exporter, meeting, to: sender.id });
    socket.write(encodeFrame({ type: 'prove', req: 0, signature }));
  }

  #failed(socket: TLSSocket): void {
    if (!this.#sockets.delete(socket)) return;
    socket.destroy();
    this.#left -= 1;
    if (this.#left === 0) this.#settle(null);
  }

  #settle(carrier: FileCarrier | null): void {
    if (this.#isSettled) {
      carrier?.abort();
      return;
    }
    this.#isSettled = true;
    this.#call.signal.removeEventListener('abort', this.#giveUp);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of [...this.#sockets]) socket.destroy();
    this.#resolve(carrier);
  }
}
