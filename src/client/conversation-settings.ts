// What a person sets for one conversation alone, in the settings file. Needs no session.
import * as v from 'valibot';
import type { Disclosure } from '../core/disclosure.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import {
  MAX_CONVERSATION_SETTINGS,
  type Settings,
  type ConversationSettings as Stored,
} from '../storage/settings-file.ts';
import type { Destination } from './api.ts';

/** Null: as everywhere. */
export interface ConversationSettings {
  readonly sendRead: boolean | null;
  readonly sendTyping: boolean | null;
}

/** The shape of a change, as it crosses the profile's socket. */
export const conversationChangeSchema = v.strictObject({
  sendRead: v.exactOptional(v.nullable(v.boolean())),
  sendTyping: v.exactOptional(v.nullable(v.boolean())),
});

export function settingsFor(
  { conversations }: Settings,
  destination: Destination,
): ConversationSettings {
  const key = keyOf(destination);
  const { sendRead, sendTyping } = conversations.find((each) => each.with === key) ?? {};
  return { sendRead: sendRead ?? null, sendTyping: sendTyping ?? null };
}

/** All of them, with one changed. Throws UsageError `bad-setting` where there are too many. */
export function withSettingsFor(
  settings: Settings,
  destination: Destination,
  change: Partial<ConversationSettings>,
): readonly Stored[] {
  const { sendRead, sendTyping } = { ...settingsFor(settings, destination), ...change };
  const key = keyOf(destination);
  const others = settings.conversations.filter((each) => each.with !== key);
  if (sendRead === null && sendTyping === null) return others;
  if (others.length >= MAX_CONVERSATION_SETTINGS) {
    const message = phrase`${MAX_CONVERSATION_SETTINGS} conversations have settings of their own; set one back to default first`;
    throw new UsageError('bad-setting', message);
  }
  const own: Stored = {
    with: key,
    ...(sendRead !== null && { sendRead }),
    ...(sendTyping !== null && { sendTyping }),
  };
  return [...others, own];
}

/** As the core goes by it. */
export function disclosureOf({ sendRead, sendTyping, conversations }: Settings): Disclosure {
  const exceptions = new Map(conversations.map((each) => [each.with, each]));
  return { sendRead, sendTyping, exceptions };
}

function keyOf(destination: Destination): string {
  return 'room' in destination ? destination.room : destination.peer;
}
