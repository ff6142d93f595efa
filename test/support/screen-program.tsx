// A program of one composer over the whole terminal layer, for tests in a pseudo-terminal.
import { Box, render, Text } from 'ink';
import { type ReactNode, useLayoutEffect, useSyncExternalStore } from 'react';
import { type ComposerState, EMPTY_COMPOSER, editComposer } from '../../src/ui/composer.ts';
import { layoutComposer } from '../../src/ui/composer-layout.ts';
import { FrameSink, inkOutput } from '../../src/ui/frame-sink.ts';
import type { KeyEvent } from '../../src/ui/key-sequences.ts';
import { KeyDecoder } from '../../src/ui/keys.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { Terminal } from '../../src/ui/terminal.ts';

const hostileRows: readonly string[] = JSON.parse(process.env.HOSTILE_ROWS ?? '[]');
const adopted: readonly string[] | null = JSON.parse(process.env.SKELETON ?? 'null');

type View = {
  readonly composer: ComposerState;
  readonly columns: number;
  readonly rows: number;
  readonly status: string;
};

const terminal = new Terminal({
  stdin: process.stdin,
  stdout: process.stdout,
  host: process,
  onInput: (bytes) => keys.push(bytes),
  onResize: (size) => {
    update(size);
    sink.resize(size);
  },
  onResume: () => sink.repaint(),
  ...(process.env.GRACEFUL === undefined ? {} : { onEnd }),
});
let view: View = { composer: EMPTY_COMPOSER, ...terminal.size, status: 'ready' };
const listeners = new Set<() => void>();
const sink = new FrameSink({
  output: terminal.frames,
  ...terminal.size,
  ...(adopted ? { screen: adopted } : {}),
});
const keys = new KeyDecoder({ onKey });

function update(change: Partial<View>): void {
  view = { ...view, ...change };
  for (const listener of listeners) listener();
}

function onEnd(signal: string | null): void {
  update({ status: 'still painting' });
  process.stdout.write(`ended by ${signal}\r\n`, () => process.exit(0));
}

function onKey(event: KeyEvent): void {
  if (event.kind === 'focus' || event.kind === 'blur') update({ status: event.kind });
  else if (event.kind === 'key') press(event);
  else edit({ type: 'insert', text: event.text });
}

function press({ name, ctrl, alt }: Extract<KeyEvent, { kind: 'key' }>): void {
  if (ctrl && name === 'c') quit();
  else if (ctrl && name === 'z') terminal.suspend();
  else if (ctrl && name === 't') throw new Error('a bug in the program');
  else if (name === 'backspace') edit({ type: 'delete', to: 'left' });
  else if (name === 'left') edit({ type: 'move', to: 'left' });
  else if (name === 'enter' && alt) edit({ type: 'insert', text: '\n' });
  else if (name === 'enter') {
    update({ status: `sent ${view.composer.text.replaceAll('\n', '/')}` });
    edit({ type: 'submit' });
  }
}

function edit(change: Parameters<typeof editComposer>[1]): void {
  update({ composer: editComposer(view.composer, change) });
}

function quit(): void {
  terminal.close();
  sink.close();
  keys.close();
  process.exit(0);
}

function Screen(): ReactNode {
  const { composer, columns, rows, status } = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => view,
  );
  const layout = layoutComposer(composer, { cells: columns - 2 });
  const inputTop = rows - layout.rows.length;
  useLayoutEffect(() => {
    sink.setCursor({ row: inputTop + layout.cursor.row, column: 2 + layout.cursor.column });
  });
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Text bold>{`lanchat ${columns}x${rows}`}</Text>
      <Box flexGrow={1} flexDirection="column">
        {hostileRows.map((row) => (
          <Text key={row} wrap="truncate">
            {row}
          </Text>
        ))}
        <Text>नमस्ते दुनिया</Text>
        <Text>漢字かな 👩‍👩‍👧‍👦 🙂</Text>
      </Box>
      <Text inverse>{safeText(status)}</Text>
      {layout.rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its place
        <Text key={index}>{`${index === 0 ? '>' : ' '} ${row}`}</Text>
      ))}
    </Box>
  );
}

terminal.enter({ adopt: adopted !== null });
render(<Screen />, {
  debug: true,
  stdout: inkOutput(sink),
  stdin: process.stdin,
  exitOnCtrlC: false,
  patchConsole: false,
});
