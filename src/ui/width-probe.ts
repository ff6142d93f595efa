// Asks the terminal once how wide it counts some clusters, and measures as it does from then on.
import { CLUSTER_SAMPLES, type ClusterMeasure, countCluster } from './cluster-kinds.ts';
import type { CursorCell, ScreenSize } from './frame-sink.ts';
import { graphemes, measureAs } from './width.ts';

/** The part of a `FrameSink` that is used. */
interface Aside extends ScreenSize {
  writeAside(sequence: string, row: number): void;
}

/** From 0. Never the first: a report from there reads like F3 with a modifier. */
const PROBED_ROW = 1;
/** Room for the widest sample, counted by its code points. */
const MIN_COLUMNS = 12;
const CONCEALED = '\x1b[8m';
const REPORT_CURSOR = '\x1b[6n';

/**
 * `ask` once, behind the first frame: the samples are concealed and written over in the same write.
 * Nothing waits for the answers; they may come late, in pieces between keys, or never.
 */
export class WidthProbe {
  readonly #onLearnt: () => void;
  readonly #answers: number[] = [];

  /** `onLearnt` is called once, and only where the terminal differs: what was laid out is stale. */
  constructor(onLearnt: () => void) {
    this.#onLearnt = onLearnt;
  }

  /** Asks nothing on a screen that is too small for it. */
  ask(sink: Aside): void {
    if (sink.columns < MIN_COLUMNS || sink.rows <= PROBED_ROW) return;
    const start = `\x1b[${PROBED_ROW + 1};1H`;
    const asked = CLUSTER_SAMPLES.map(([, sample]) => `${start}${sample}${REPORT_CURSOR}`);
    sink.writeAside(`${CONCEALED}${asked.join('')}\x1b[m`, PROBED_ROW);
  }

  /** Where the cursor stands: the answers come in the order of the questions. */
  answered({ row, column }: CursorCell): void {
    if (row !== PROBED_ROW || this.#answers.length === CLUSTER_SAMPLES.length) return;
    this.#answers.push(column);
    if (this.#answers.length === CLUSTER_SAMPLES.length) this.#learn();
  }

  #learn(): void {
    const differing = CLUSTER_SAMPLES.flatMap(([kind, sample], index) => {
      const measure = measureOf(sample, this.#answers[index] ?? 0);
      return measure === 'whole' ? [] : [[kind, measure] as const];
    });
    if (differing.length === 0) return;
    measureAs(Object.fromEntries(differing));
    this.#onLearnt();
  }
}

function measureOf(sample: string, cells: number): ClusterMeasure {
  // Older Unicode tables cut a conjunct in two clusters, and their sum is what we count then.
  const whole = graphemes(sample).reduce((sum, each) => sum + countCluster(each, 'whole'), 0);
  if (cells === whole) return 'whole';
  return cells === countCluster(sample, 'parts') ? 'parts' : 'careful';
}
