// Puts a frame's rows on the screen through Ink, all of them one Text; knows no keys, no events.
import { Text, Transform } from 'ink';
import { type ReactNode, useLayoutEffect, useSyncExternalStore } from 'react';
import { type Frame, frameOf, type Moment, TOO_SMALL_TEXT } from './frame.ts';
import type { CursorCell, PlacedPicture } from './frame-sink.ts';
import { safeTemplate } from './safe-text.ts';
import { type Paint, paintRow, type Row, span } from './spans.ts';
import type { ScreenStore } from './store.ts';

export interface ScreenProps {
  readonly store: ScreenStore;
  /** Whether the terminal draws links. */
  readonly links: boolean;
  readonly moment: () => Moment;
  /** Told after every frame, before it is written. */
  readonly setCursor: (cursor: CursorCell | null) => void;
  readonly setPicture: (picture: PlacedPicture | null) => void;
}

/** How Ink has to be asked for frames that a `FrameSink` takes. */
export const INK_OPTIONS = {
  // Whole frames at once and nothing else: the sink compares rows and owns the terminal.
  debug: true,
  // Ink's linear output: text as it is. Its grid of cells would measure and style every character of
  // every row anew for each key (10 ms instead of 2), and counts code points where terminals count
  // clusters.
  isScreenReaderEnabled: true,
  exitOnCtrlC: false,
  patchConsole: false,
} as const;

const SIDEBAR_EDGE: Row = [span(safeTemplate`│`, 'dim')];

/** Draws the newest frame of the store whenever that has changed, and puts the cursor in its place. */
export function Screen(props: ScreenProps): ReactNode {
  const { store, links, moment, setCursor, setPicture } = props;
  useSyncExternalStore(store.subscribe, store.version);
  const frame = frameOf(store.state, moment());
  useLayoutEffect(() => {
    setCursor(frame?.cursor ?? null);
    setPicture(frame?.picture ?? null);
  });
  const { size, palette } = store.state;
  const paint: Paint = { cells: size.columns, palette };
  const rows =
    frame === null ? [paintRow([span(TOO_SMALL_TEXT)], paint)] : paintedRows(frame, paint, links);
  const text = rows.join('\n');
  // The text that Ink sees is one blank that never changes, and the frame takes its place on the way out: Ink measures
  // every text it sees, and remembers each of them for ever.
  return (
    <Text>
      <Transform transform={() => text}> </Transform>
    </Text>
  );
}

function paintedRows(frame: Frame, paint: Paint, links: boolean): readonly string[] {
  return [
    paintRow(frame.header, { ...paint, fill: 'bar' }),
    ...bodyRows(frame, paint, links),
    paintRow(frame.status, paint),
    ...frame.composer.map((row) => paintRow(row, paint)),
  ];
}

/** Sidebar and messages, side by side. */
function bodyRows({ layout, sidebar, main, composer }: Frame, paint: Paint, links: boolean) {
  const { palette } = paint;
  const edge = paintRow(SIDEBAR_EDGE, { cells: 1, palette });
  const left = (row: Row) =>
    paintRow(row, { cells: layout.sidebar - 1, palette, fill: 'text' }) + edge;
  const cells = layout.columns - layout.sidebar;
  return Array.from({ length: layout.bodyRows(composer.length) }, (_, index) => {
    const right = paintRow(main[index] ?? [], { cells, palette, links });
    return layout.sidebar === 0 ? right : left(sidebar[index] ?? []) + right;
  });
}
