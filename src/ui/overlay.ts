// What can lie over the messages and take the keys: its data and how a selection in it moves.
import type { RelayChoice } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { type ComposerState, EMPTY_COMPOSER } from './composer.ts';
import type { KnownPerson } from './people.ts';
import type { SafeText } from './safe-text.ts';

/** What a picked person is for. Picking never sends: a text comes back as a draft. */
export type PickPurpose =
  | { readonly kind: 'open'; readonly draft: string | null }
  | { readonly kind: 'command'; readonly line: string };

export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'switcher'; readonly query: ComposerState; readonly selected: number }
  | {
      readonly kind: 'picker';
      readonly name: SafeText;
      readonly people: readonly KnownPerson[];
      readonly selected: number;
      readonly purpose: PickPurpose;
    }
  | {
      readonly kind: 'relays';
      readonly choices: readonly RelayChoice[];
      readonly selected: number;
    }
  | {
      readonly kind: 'verify';
      readonly peer: PeerId;
      /** 60 digits. */
      readonly digits: string;
      readonly qr: string;
      readonly shown: 'digits' | 'qr';
    }
  | { readonly kind: 'name'; readonly input: ComposerState; readonly problem: SafeText | null };

export const OPEN_SWITCHER: Overlay = { kind: 'switcher', query: EMPTY_COMPOSER, selected: 0 };

/** A selection moved within `count` items, going round at the ends. */
export function moveSelection(selected: number, by: number, count: number): number {
  return count === 0 ? 0 : (selected + by + count) % count;
}
