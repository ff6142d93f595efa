// The table: one row a measurement, with its floor and target. Knows no measurement.
import { loadavg } from 'node:os';

/** What a row promises, if anything: of figure ÷ floor, figure − floor, or the figure by itself. */
export interface Target {
  readonly of: 'ratio' | 'difference' | 'figure';
  readonly is: 'at least' | 'at most' | 'below';
  readonly value: number;
}

export interface Row {
  readonly what: string;
  readonly unit: '/s' | 'ms' | 'µs' | 'MB' | 'KiB' | '%' | 'bytes';
  readonly figure: number;
  /** The least that this could cost, measured in the same run; null where nothing less exists. */
  readonly floor: number | null;
  /** Of the medians, or the median of ratios round by round; null without a floor. */
  readonly ratio: number | null;
  readonly target: Target | null;
}

/** What could not be measured here, and why. */
export interface Skip {
  readonly what: string;
  readonly reason: string;
}

export interface Report {
  readonly rows: readonly Row[];
  readonly skipped: readonly Skip[];
  /** What one must know to read the rows. */
  readonly notes: readonly string[];
}

/** Whether the target is met; null where there is none. */
function isMet(row: Row): boolean | null {
  const { target } = row;
  if (target === null) return null;
  const value = targetedValue(row, target);
  switch (target.is) {
    case 'at least':
      return value >= target.value;
    case 'at most':
      return value <= target.value;
    case 'below':
      return value < target.value;
    default:
      return target.is satisfies never;
  }
}

function targetedValue({ figure, floor, ratio }: Row, { of }: Target): number {
  switch (of) {
    case 'figure':
      return figure;
    case 'ratio':
      return ratio ?? Number.NaN;
    case 'difference':
      return figure - (floor ?? Number.NaN);
    default:
      return of satisfies never;
  }
}

const WIDTHS = [44, 14, 14, 8, 10, 4] as const;

export function tableHead(): string {
  return line(['', 'figure', 'floor', 'ratio', 'target', 'met']);
}

export function tableLines({ rows, skipped, notes }: Report): string[] {
  return [
    ...rows.map(rowLine),
    ...skipped.map(({ what, reason }) => `${what}: skipped, ${reason}`),
    ...notes.map((note) => `  ${note}`),
  ];
}

function rowLine(row: Row): string {
  const { what, figure, floor, ratio, unit } = row;
  const met = isMet(row);
  return line([
    what,
    quantity(figure, unit),
    floor === null ? '–' : quantity(floor, unit),
    ratio === null ? '–' : ratio.toFixed(2),
    targetText(row),
    met === null ? '–' : met ? 'yes' : 'NO',
  ]);
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, column) => {
      const width = WIDTHS[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('');
}

const SIGNS = { 'at least': '≥', 'at most': '≤', below: '<' } as const;

function targetText({ target, unit }: Row): string {
  if (target === null) return '–';
  const sign = SIGNS[target.is];
  switch (target.of) {
    case 'ratio':
      return `${sign} ${target.value}`;
    case 'difference':
      return `${sign} +${target.value} ${unit}`;
    case 'figure':
      return `${sign} ${target.value} ${unit}`;
    default:
      return target.of satisfies never;
  }
}

function quantity(value: number, unit: Row['unit']): string {
  const digits = value >= 1_000 ? 0 : value >= 100 ? 1 : 2;
  const fixed = value.toFixed(digits);
  return `${digits === 0 ? Number(fixed).toLocaleString('en-US') : fixed} ${unit}`;
}

/** The report as JSON, one object a line. */
export function jsonLines(group: string, { rows, skipped, notes }: Report): string[] {
  return [
    ...rows.map((row) => ({ v: 1, type: 'row', group, ...row, met: isMet(row) })),
    ...skipped.map((skip) => ({ v: 1, type: 'skipped', group, ...skip })),
    ...notes.map((text) => ({ v: 1, type: 'note', group, text })),
  ].map((object) => JSON.stringify(object));
}

/** How busy the machine is: figures of a busy one are worth little, ratios a little more. */
export function loadText(): string {
  return loadavg()
    .map((load) => load.toFixed(2))
    .join(' ');
}
