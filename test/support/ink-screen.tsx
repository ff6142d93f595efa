/** The screen rendered by Ink into frames that a test reads, at any size. */
import { render } from 'ink';
import type { Moment } from '../../src/ui/frame.ts';
import {
  type CursorCell,
  FrameSink,
  inkOutput,
  type PlacedPicture,
} from '../../src/ui/frame-sink.ts';
import { INK_OPTIONS, Screen } from '../../src/ui/screen.tsx';
import type { ScreenStore } from '../../src/ui/store.ts';

export interface InkScreen {
  /** The rows of the newest frame with their styles. */
  styled(): string[];
  /** The same without styles. */
  rows(): string[];
  cursor(): CursorCell | null;
  /** What the terminal draws over the frame. */
  picture(): PlacedPicture | null;
  close(): void;
}

/** A sink that writes to nobody and remembers the frame. */
class Frames extends FrameSink {
  frame = '';

  override _write(frame: string, encoding: BufferEncoding, done: () => void): void {
    if (frame !== '') this.frame = frame;
    super._write(frame, encoding, done);
  }
}

const nobody = { write: () => true, on: () => {}, off: () => {} };

export const stillMoment: Moment = {
  searchedMs: 0,
  countdownMs: null,
  lostMs: null,
  lanAddress: () => '192.168.1.5',
};

export function inkScreen(
  store: ScreenStore,
  { links = false, moment = stillMoment }: { links?: boolean; moment?: Moment } = {},
): InkScreen {
  const frames = new Frames({ ...store.state.size, output: nobody });
  let cursor: CursorCell | null = null;
  let picture: PlacedPicture | null = null;
  const instance = render(
    <Screen
      store={store}
      links={links}
      moment={() => moment}
      setCursor={(cell) => {
        cursor = cell;
      }}
      setPicture={(placed) => {
        picture = placed;
      }}
    />,
    { ...INK_OPTIONS, stdout: inkOutput(frames) },
  );
  const styled = () => frames.frame.split('\n');
  return {
    styled,
    rows: () => styled().map((row) => row.replace(/\x1b\[[0-9;]*m/g, '')),
    cursor: () => cursor,
    picture: () => picture,
    close: () => {
      instance.unmount();
      instance.cleanup();
    },
  };
}
