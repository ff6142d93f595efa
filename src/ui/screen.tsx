// Puts a frame's rows on the screen through Ink, one Text a row; knows no keys, no events.
import { Box, Text, Transform } from 'ink';
import { type ReactNode, useLayoutEffect, useSyncExternalStore } from 'react';
import { type Frame, frameOf, type Moment, TOO_SMALL_TEXT } from './frame.ts';
import type { CursorCell } from './frame-sink.ts';
import { safeTemplate } from './safe-text.ts';
import { type Paint, type Palette, paintRow, type Row, span } from './spans.ts';
import type { ScreenStore } from './store.ts';

export interface ScreenProps {
  readonly store: ScreenStore;
  /** Whether the terminal draws links. */
  readonly links: boolean;
  readonly moment: () => Moment;
  /** Told after every frame, before it is written. */
  readonly setCursor: (cursor: CursorCell | null) => void;
}

/** How Ink has to be asked for frames that a `FrameSink` takes. */
export const INK_OPTIONS = {
  // Whole frames at once and nothing else: the sink compares rows and owns the terminal.
  debug: true,
  // Ink's linear output: one row a Text, as it is. Its grid of cells would measure and style every
  // character of every row anew for each key (10 ms instead of 2), and counts code points where
  // terminals count clusters.
  isScreenReaderEnabled: true,
  exitOnCtrlC: false,
  patchConsole: false,
} as const;

const SIDEBAR_EDGE: Row = [span(safeTemplate`│`, 'dim')];

/** Draws the newest frame of the store whenever that has changed, and puts the cursor in its place. */
export function Screen({ store, links, moment, setCursor }: ScreenProps): ReactNode {
  useSyncExternalStore(store.subscribe, store.version);
  const frame = frameOf(store.state, moment());
  useLayoutEffect(() => setCursor(frame?.cursor ?? null));
  const { size, palette } = store.state;
  const { columns } = size;
  if (frame === null)
    return <Line row={[span(TOO_SMALL_TEXT)]} paint={{ cells: columns, palette }} />;
  const paint: Paint = { cells: columns, palette };
  return (
    <Box flexDirection="column" width={columns} height={frame.layout.rows}>
      <Line row={frame.header} paint={{ ...paint, fill: 'bar' }} />
      <Body frame={frame} palette={palette} links={links} />
      <Line row={frame.status} paint={paint} />
      <Lines rows={frame.composer} paint={paint} />
    </Box>
  );
}

interface BodyProps extends Pick<ScreenProps, 'links'> {
  readonly frame: Frame;
  readonly palette: Palette;
}

/** Sidebar and messages: a row of both is one text, because a frame is a list of rows. */
function Body({ frame, palette, links }: BodyProps): ReactNode {
  const { columns, sidebar } = frame.layout;
  const height = frame.layout.bodyRows(frame.composer.length);
  return Array.from({ length: height }, (_, index) => {
    const left =
      sidebar === 0
        ? ''
        : paintRow(frame.sidebar[index] ?? [], { cells: sidebar - 1, palette, fill: 'text' }) +
          paintRow(SIDEBAR_EDGE, { cells: 1, palette });
    const right = paintRow(frame.main[index] ?? [], { cells: columns - sidebar, palette, links });
    // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its place
    return <Painted key={index} text={left + right} />;
  });
}

function Lines({ rows, paint }: { readonly rows: readonly Row[]; readonly paint: Paint }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its place
  return rows.map((row, index) => <Line key={index} row={row} paint={paint} />);
}

function Line({ row, paint }: { readonly row: Row; readonly paint: Paint }): ReactNode {
  return <Painted text={paintRow(row, paint)} />;
}

/**
 * What `paintRow` made. The text that Ink sees is one blank that never changes, and the row takes its
 * place on the way out: Ink measures every text it sees, and remembers each of them for ever. A row
 * of nothing is a blank, because Ink leaves out what is empty.
 */
function Painted({ text }: { readonly text: string }): ReactNode {
  return (
    <Text>
      <Transform transform={() => text || ' '}> </Transform>
    </Text>
  );
}
