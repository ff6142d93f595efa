// What the screen knows, as views and commands read it. Knows neither the store nor how it changes.
import type { Link, Preferences, Room } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { BoundKeys } from './bound-keys.ts';
import type { Completion } from './completion.ts';
import type { Conversation, ConversationKey } from './conversation.ts';
import type { ScreenSize } from './frame-sink.ts';
import type { Paths } from './local-files.ts';
import type { Overlay } from './overlay.ts';
import type { People } from './people.ts';
import type { SafeText } from './safe-text.ts';
import type { Palette } from './spans.ts';
import type { KnownTransfers } from './transfers.ts';
import type { TypingNow } from './typing.ts';
import type { ViewportAnchor } from './viewport.ts';
import type { WindowOrder } from './window-order.ts';

export interface Self {
  readonly nick: SafeText;
  readonly fingerprint: PeerId;
  /** Nobody but the relay is told that we are here. */
  readonly hidden: boolean;
}

export interface CameFrom {
  readonly key: ConversationKey;
  readonly anchor: ViewportAnchor<number>;
}

/** Everything the views read. It changes only through the store. */
export interface ScreenState {
  readonly self: Self | null;
  readonly link: Link | null;
  /** When the link last changed, by the store's clock: what its countdown counts from. */
  readonly linkSinceMs: number;
  /** Since when there is no link that there was, or that should be; null: there is one, or nobody has tried. */
  readonly lostSinceMs: number | null;
  /** Since when no relay has been found; null: one has. */
  readonly searchingSinceMs: number | null;
  readonly ready: boolean;
  readonly people: People;
  readonly rooms: ReadonlyMap<string, Room>;
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>;
  /** Windows 1, 2, 3 …: in the order of opening. */
  readonly order: readonly ConversationKey[];
  /** The same windows in the sidebar's order. */
  readonly windows: Pick<WindowOrder, 'shown'>;
  readonly active: ConversationKey;
  readonly overlay: Overlay | null;
  /** What Tab offers for the word that is typed. */
  readonly completion: Completion | null;
  /** Where the person was when they jumped to a message that a search found. */
  readonly cameFrom: CameFrom | null;
  /** Nothing is written to the disk. */
  readonly ephemeral: boolean;
  /** Why the disk takes nothing at the moment. */
  readonly storageProblem: SafeText | null;
  readonly preferences: Preferences;
  /** Whether somebody looks at the window; true where the terminal doesn't say. */
  readonly focused: boolean;
  /** Whether the terminal has ever said so. */
  readonly focusReported: boolean;
  /** The relay runs on this machine, started from this screen. */
  readonly hosting: 'no' | 'starting' | 'running';
  /** By the store's clock; null: it doesn't run. */
  readonly hostedSinceMs: number | null;
  /** Ctrl+C was pressed on an empty line: once more quits. */
  readonly quitArmed: boolean;
  /** Who says that they are writing, and where. */
  readonly typing: Pick<TypingNow, 'words'>;
  /** How it stands with files. */
  readonly transfers: KnownTransfers;
  readonly size: ScreenSize;
  /** What Tab finds where a path is typed. */
  readonly paths: Paths;
  /** Which keys do what, as the person has them. */
  readonly keys: BoundKeys;
  /** How each tone looks on this terminal. */
  readonly palette: Palette;
  /** Of lanchat, for the help. */
  readonly version: SafeText;
}
