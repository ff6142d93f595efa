// People who write to others who are away, in a process of their own: as fast as the relay stores what they write.
import type { TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { ready } from '../src/crypto/sodium.ts';
import { numberedIdentity, WireClient } from '../test/support/wire-client.ts';
import { walkFrames } from './frame-walk.ts';
import {
  isStored,
  MAIL_RECIPIENTS,
  MAIL_SENDERS,
  mailFrames,
  recipientNumber,
  renewMailTokens,
  senderNumber,
} from './mail-traffic.ts';
import { connectTo } from './targets.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  v.object({ do: v.literal('connect'), port: v.number(), messages: v.number() }),
  /** Each sender sends its messages; answers with the milliseconds until the last is stored. */
  v.object({ do: v.literal('send'), window: v.number() }),
]);

interface Sender {
  readonly socket: TLSSocket;
  readonly frames: Buffer;
  readonly frameBytes: number;
  readonly messages: number;
  sent: number;
  stored: number;
}

const senders: Sender[] = [];
let pumped: { readonly window: number; readonly done: () => void } | null = null;

/** They were here once: the relay keeps nothing for people it has never seen. */
async function leaveRecipients(port: number): Promise<void> {
  for (let recipient = 0; recipient < MAIL_RECIPIENTS; recipient++) {
    const client = await WireClient.connect({ port });
    await client.login(numberedIdentity(recipientNumber(recipient)));
    await client.close();
  }
}

async function connectSender(port: number, index: number, messages: number): Promise<void> {
  const frames = mailFrames(index, messages);
  const frameBytes = frames.length / messages;
  const walk = walkFrames((bytes, from) => {
    if (!isStored(bytes, from)) return;
    sender.stored++;
    if (pumped !== null) pump(sender, pumped.window);
    if (senders.every(({ stored }) => stored === messages)) pumped?.done();
  });
  const number = senderNumber(index);
  const socket = await connectTo({ target: 'relay', port, role: 'idle', number }, walk);
  const sender: Sender = { socket, frames, frameBytes, messages, sent: messages, stored: messages };
  senders.push(sender);
}

/** Writes as many as its window lets. */
function pump(sender: Sender, window: number): void {
  const { socket, frames, frameBytes, messages } = sender;
  const count = Math.min(messages, sender.stored + window) - sender.sent;
  if (count < Math.min(window / 2, messages - sender.sent) || count <= 0) return;
  const from = sender.sent * frameBytes;
  sender.sent += count;
  socket.write(frames.subarray(from, sender.sent * frameBytes));
}

async function send(window: number): Promise<number> {
  for (const sender of senders) {
    renewMailTokens(sender.frames, sender.messages);
    sender.sent = sender.stored = 0;
  }
  const startMs = performance.now();
  await new Promise<void>((done) => {
    pumped = { window, done };
    for (const sender of senders) pump(sender, window);
  });
  pumped = null;
  return performance.now() - startMs;
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'connect':
      await ready();
      await leaveRecipients(asked.port);
      for (let index = 0; index < MAIL_SENDERS; index++) {
        await connectSender(asked.port, index, asked.messages);
      }
      return [];
    case 'send':
      return [await send(asked.window)];
    default:
      return asked satisfies never;
  }
});
