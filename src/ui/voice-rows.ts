// A voice note over the messages, as rows: how loud, how long, how far. Every bar stands beside words that say the same. Pure.
import type { Level } from '../media/pcm.ts';
import type { PlayState } from '../media/player.ts';
import { keyHints } from './bound-keys.ts';
import { type OverlayArea, paragraph, title } from './list-rows.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span } from './spans.ts';
import type { VoiceShown } from './voice-overlay.ts';
import { wrap } from './width.ts';

type Of<Stage extends VoiceShown['stage']> = Extract<VoiceShown, { stage: Stage }>;

const BAR_CELLS = 32;
/** The meter's left end: quieter is a quiet room. */
const LOWEST_DB = -60;
const SILENT_DB = -50;
const QUIET_DB = -30;
/** A peak so near to full scale has most likely been cut off. */
const LOUDEST_DB = -0.5;
/** From here on there is room for the note's shape. */
const ROOMY_ROWS = 7;

const HEIGHTS = '▁▂▃▄▅▆▇█';

export function voiceRows(
  { keys }: Pick<ScreenState, 'keys'>,
  shown: VoiceShown,
  area: OverlayArea,
): readonly Row[] {
  const key = keyHints(keys);
  switch (shown.stage) {
    case 'recording': {
      const hints = t`${key('choose')}: stop  ${key('close')}: discard`;
      const rows = shown.asking ? askingRows(key('close'), area) : recordingRows(shown, area);
      return [...title(t`Recording`, hints, area.cells), ...rows].slice(0, area.rows);
    }
    case 'ending':
      return title(t`Recording`, t`one moment`, area.cells);
    case 'note': {
      const play = t`${key('play-pause')} plays, ${key('seek-back')} ${key('seek-on')} 5 s, ${key('speed')} speed`;
      const hints =
        shown.of === 'draft'
          ? t`${key('choose')}: send  ${key('close')}: discard  ${play}`
          : t`${play}, ${key('close')}`;
      const rows = shown.asking ? askingRows(key('close'), area) : noteRows(shown, area);
      return [...title(t`Voice note`, hints, area.cells), ...rows].slice(0, area.rows);
    }
    default:
      return shown satisfies never;
  }
}

/** `▁▂▅▇`: a note's shape beside it, one cell for each number, 0–7. */
export function waveformBars(waveform: readonly number[]): SafeText {
  const bars = waveform.map((height) => HEIGHTS[Math.max(0, Math.min(7, Math.round(height)))]);
  return safeText(bars.join(''));
}

/** `3:07`. */
export function clockTime(ms: number): SafeText {
  const seconds = Math.floor(ms / 1000);
  return safeText(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
}

function askingRows(again: SafeText, area: OverlayArea): Row[] {
  return paragraph(t`Discard it? ${again} again does, any other key goes on.`, area.cells);
}

function recordingRows({ elapsedMs, limitMs, level }: Of<'recording'>, area: OverlayArea): Row[] {
  const share = (level.rmsDb - LOWEST_DB) / -LOWEST_DB;
  return [
    [span(t` ${clockTime(elapsedMs)} of at most ${clockTime(limitMs)}`, 'strong')],
    [span(t` ${bar(share, area.cells)}`, 'accent')],
    [span(t` ${levelWords(level)}`)],
  ];
}

/** Of the last moment, for who can't see the bar or its colour. */
function levelWords({ rmsDb, peakDb }: Level): SafeText {
  const rms = Math.round(rmsDb);
  if (peakDb > LOUDEST_DB) return t`too loud (${rms} dB)`;
  if (rmsDb < SILENT_DB) return t`silent (${rms} dB)`;
  return rmsDb < QUIET_DB ? t`quiet (${rms} dB)` : t`good (${rms} dB)`;
}

function noteRows(shown: Of<'note'>, area: OverlayArea): Row[] {
  const { play, durationMs, waveform, problem } = shown;
  const share = play === null ? 0 : play.positionMs / Math.max(1, play.durationMs);
  const shape = waveform === null || area.rows < ROOMY_ROWS ? [] : [shapeRow(waveform, area)];
  return [
    ...wrap(playWords(play, durationMs), area.cells - 2).map((row) => [span(t` ${row}`, 'strong')]),
    ...shape,
    [span(t` ${bar(share, area.cells)}`, 'accent')],
    ...(problem === null ? [] : paragraph(problem, area.cells)),
  ];
}

/** Whether it plays, where it is and how fast: all that the bars show. */
function playWords(play: PlayState | null, durationMs: number): SafeText {
  if (play === null) return t`${clockTime(durationMs)}, not playing`;
  const [position, duration] = [clockTime(play.positionMs), clockTime(play.durationMs)];
  const speed = safeText(String(play.speed));
  return play.paused
    ? t`paused at ${position} of ${duration}, speed ${speed}`
    : t`playing ${position} of ${duration}, speed ${speed}`;
}

/** As wide as the bar below it, so that one shows where the other is. */
function shapeRow(waveform: readonly number[], area: OverlayArea): Row {
  return [span(t` ${fittedBars(waveform, barCells(area.cells))}`)];
}

/** A note's shape in so many cells. */
export function fittedBars(waveform: readonly number[], cells: number): SafeText {
  const at = (cell: number) => Math.floor((cell * waveform.length) / cells);
  return waveformBars(Array.from({ length: cells }, (_, cell) => waveform[at(cell)] ?? 0));
}

/** Full and empty cells differ without colour. */
function bar(share: number, cells: number): SafeText {
  const most = barCells(cells);
  const full = Math.round(most * Math.max(0, Math.min(1, share)));
  return safeText('█'.repeat(full) + '·'.repeat(most - full));
}

function barCells(cells: number): number {
  return Math.min(BAR_CELLS, cells - 2);
}
