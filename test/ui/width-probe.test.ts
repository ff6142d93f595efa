// What the terminal says about the width of clusters, and what is measured by it from then on.
import { EventEmitter } from 'node:events';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CLUSTER_SAMPLES } from '../../src/ui/cluster-kinds.ts';
import { FrameSink } from '../../src/ui/frame-sink.ts';
import { KeyDecoder } from '../../src/ui/keys.ts';
import { lineCache } from '../../src/ui/viewport.ts';
import { cellWidth, graphemes, measureAs } from '../../src/ui/width.ts';
import { WidthProbe } from '../../src/ui/width-probe.ts';

afterEach(() => {
  vi.useRealTimers();
  measureAs({});
});

class FakeOutput extends EventEmitter {
  readonly writes: string[] = [];
  write(text: string): boolean {
    this.writes.push(text);
    return true;
  }
}

/** Counts each code point by itself, as many terminals do. */
function terminalOf() {
  const terminal = new xterm.Terminal({ cols: 40, rows: 8, allowProposedApi: true });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  let replies = '';
  terminal.onData((reply) => {
    replies += reply;
  });
  return {
    /** What it answers to that. */
    write: async (text: string): Promise<string> => {
      replies = '';
      await new Promise<void>((done) => terminal.write(text, done));
      return replies;
    },
    rows: () =>
      Array.from(
        { length: 8 },
        (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
      ),
    column: () => terminal.buffer.active.cursorX,
  };
}

function probing(size = { columns: 40, rows: 8 }) {
  const output = new FakeOutput();
  const sink = new FrameSink({ output, ...size });
  const onLearnt = vi.fn();
  const probe = new WidthProbe(onLearnt);
  let typed = '';
  const keys = new KeyDecoder({
    onKey: (event) => {
      typed += event.kind === 'text' ? event.text : `<${event.kind}>`;
    },
    onCursorReport: (cell) => probe.answered(cell),
  });
  return {
    ...{ output, sink, onLearnt, probe },
    paint: async (...rows: string[]) => {
      sink.write(rows.join('\n'));
      await Promise.resolve();
    },
    ask: async () => {
      const before = output.writes.length;
      probe.ask(sink);
      await Promise.resolve();
      return output.writes.slice(before).join('|');
    },
    push: (text: string) => keys.push(new TextEncoder().encode(text)),
    typed: () => typed,
  };
}

/** Answers as a terminal gives them that counts the samples so. */
function answers(cells: readonly number[]): string {
  return cells.map((each) => `\x1b[2;${each + 1}R`).join('');
}

function ours(): number[] {
  return CLUSTER_SAMPLES.map(([, sample]) => cellWidth(sample));
}

describe('the widths that a terminal is asked for', () => {
  const words = [
    ...['नमस्ते', 'हिन्दी क्षत्रिय', 'ប្រទេសកម្ពុជា', 'กำลัง', '한국어 각', '漢字かな'],
    ...['👨‍👩‍👧 👩‍💻', '👋🏿', '🇩🇪🇫🇷', '✈️ ☎️ 1️⃣', 'e\u0301 שלום', '🙂'],
  ];

  it('are its own from then on, in every script', async () => {
    const terminal = terminalOf();
    const widthsThere = async () => {
      const widths: number[] = [];
      for (const word of words) {
        await terminal.write(`\x1b[4;1H\x1b[2K${word}`);
        widths.push(terminal.column());
      }
      return widths;
    };
    const there = await widthsThere();
    // Control: without the answers they differ.
    expect(words.map(cellWidth)).not.toEqual(there);
    const { ask, push, onLearnt, typed } = probing();
    push(await terminal.write(await ask()));
    expect(words.map(cellWidth)).toEqual(there);
    expect(onLearnt).toHaveBeenCalledOnce();
    expect(typed()).toBe('');
  });

  it('leave nothing on the screen, concealed and written over in one write', async () => {
    const terminal = terminalOf();
    const { paint, ask, output } = probing();
    const rows = ['one', 'नमस्ते two', 'three'];
    await paint(...rows);
    await terminal.write(output.writes.join(''));
    const before = terminal.rows();
    const written = await ask();
    expect(written).toMatch(/^\x1b\[\?2026h.*\x1b\[\?2026l$/);
    expect(written).toContain('\x1b[8m');
    expect(written).not.toContain('|');
    await terminal.write(written);
    expect(terminal.rows()).toEqual(before);
    // Once only.
    await paint(...rows, 'four');
    expect(output.writes.at(-1)).not.toContain('\x1b[6n');
  });

  it('arrive in any pieces between keys, and no key is lost', async () => {
    vi.useFakeTimers();
    const { push, typed, onLearnt } = probing();
    const all = answers(ours().map((cells) => cells + 1));
    push('a');
    for (const [index, each] of [...all].entries()) {
      push(each);
      // Slower than an Esc key would be told from a sequence.
      if (/[\d;]/.test(each)) vi.advanceTimersByTime(200);
      if (each === 'R') push(String(index % 10));
    }
    push('z');
    expect(typed()).toMatch(/^a\d{5}z$/);
    expect(onLearnt).toHaveBeenCalledOnce();
  });

  it('change nothing where the terminal agrees, is silent, or says half', () => {
    const before = words.map(cellWidth);
    for (const said of [
      answers(ours()),
      '',
      answers(
        ours()
          .slice(1)
          .map(() => 9),
      ),
    ]) {
      const { push, onLearnt } = probing();
      push(said);
      expect(onLearnt).not.toHaveBeenCalled();
      expect(words.map(cellWidth)).toEqual(before);
    }
  });

  it('are learnt once, from the row that was asked about', () => {
    const { push, onLearnt } = probing();
    push('\x1b[1;5R\x1b[3;9R\x1b[?2;9R\x1b[2R');
    push(answers(CLUSTER_SAMPLES.map(([, sample]) => [...sample].length)));
    const learnt = words.map(cellWidth);
    push(answers(CLUSTER_SAMPLES.map(() => 30)));
    expect(onLearnt).toHaveBeenCalledOnce();
    expect(words.map(cellWidth)).toEqual(learnt);
  });

  it('are the wider of both countings where the terminal has a third', () => {
    const { push } = probing();
    push(
      answers(
        CLUSTER_SAMPLES.map(([kind], index) => (kind === 'joined' ? 4 : (ours()[index] ?? 0))),
      ),
    );
    expect(cellWidth('👩‍👩‍👧‍👦')).toBe(8);
    expect(cellWidth('👍🏽')).toBe(2);
  });

  it('are not asked for on a screen that is too small', async () => {
    for (const size of [
      { columns: 11, rows: 8 },
      { columns: 40, rows: 1 },
    ]) {
      expect(await probing(size).ask()).toBe('');
    }
  });

  it('lay out again what was laid out before, and nothing twice', () => {
    const laidOut: number[] = [];
    const cached = lineCache((text: { words: string }, cells) => {
      laidOut.push(cells);
      return graphemes(text.words);
    });
    const text = { words: 'नमस्ते' };
    cached(text, 80);
    cached(text, 80);
    expect(laidOut).toEqual([80]);
    measureAs({ conjunct: 'parts' });
    cached(text, 80);
    cached(text, 80);
    expect(laidOut).toEqual([80, 80]);
  });
});
