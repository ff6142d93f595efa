// What a person sets for one conversation alone, in the settings file. Needs no session.
import type { Disclosure } from '../core/disclosure.ts';
import type { NotifyLevel } from '../core/events.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import {
  MAX_CONVERSATION_SETTINGS,
  NOTIFY_LEVELS,
  type Settings,
  type ConversationSettings as Stored,
} from '../storage/settings.ts';
import type { Destination } from './api.ts';

/** Null: as everywhere. */
export interface ConversationSettings {
  readonly sendRead: boolean | null;
  readonly sendTyping: boolean | null;
  readonly notifyLevel: NotifyLevel | null;
}

export { NOTIFY_LEVELS };

export function settingsFor(
  { conversations }: Settings,
  destination: Destination,
): ConversationSettings {
  const key = keyOf(destination);
  const own = conversations.find((each) => each.with === key);
  return {
    sendRead: own?.sendRead ?? null,
    sendTyping: own?.sendTyping ?? null,
    notifyLevel: own?.notifyLevel ?? null,
  };
}

/** All of them, with one changed. Throws UsageError `bad-setting` where there are too many. */
export function withSettingsFor(
  settings: Settings,
  destination: Destination,
  change: Partial<ConversationSettings>,
): readonly Stored[] {
  const { sendRead, sendTyping, notifyLevel } = {
    ...settingsFor(settings, destination),
    ...change,
  };
  const key = keyOf(destination);
  const others = settings.conversations.filter((each) => each.with !== key);
  if (sendRead === null && sendTyping === null && notifyLevel === null) return others;
  if (others.length >= MAX_CONVERSATION_SETTINGS) {
    const message = phrase`${MAX_CONVERSATION_SETTINGS} conversations have settings of their own; set one back to default first`;
    throw new UsageError('bad-setting', message);
  }
  const own: Stored = {
    with: key,
    ...(sendRead !== null && { sendRead }),
    ...(sendTyping !== null && { sendTyping }),
    ...(notifyLevel !== null && { notifyLevel }),
  };
  return [...others, own];
}

/** As the core goes by it. */
export function disclosureOf({ sendRead, sendTyping, conversations }: Settings): Disclosure {
  const exceptions = new Map(conversations.map((each) => [each.with, each]));
  return { sendRead, sendTyping, exceptions };
}

/** As the core goes by it. */
export function notifyLevelsOf({ conversations }: Settings): ReadonlyMap<string, NotifyLevel> {
  return new Map(
    conversations.flatMap(({ with: key, notifyLevel }) =>
      notifyLevel === undefined ? [] : [[key, notifyLevel]],
    ),
  );
}

function keyOf(destination: Destination): string {
  return 'room' in destination ? destination.room : destination.peer;
}
