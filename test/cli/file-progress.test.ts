// How far files are, on stderr: one line on a terminal, lines with -v, nothing with -q.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FileProgress } from '../../src/cli/file-progress.ts';
import { Output } from '../../src/cli/output.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { transfer } from '../support/shared-files.ts';

function terminal(columns: number, options: { quiet?: boolean; verbose?: boolean } = {}) {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns });
  let text = '';
  stderr.on('data', (chunk) => {
    text += chunk;
  });
  const output = new Output({ stdout: new PassThrough(), stderr });
  output.options = { json: false, quiet: false, verbose: false, ...options };
  return { output, progress: new FileProgress(output), text: () => text };
}

const half = transfer({ size: 2_300_000, bytes: 1_150_000, bytesPerSecond: 100_000 });

describe('on a terminal', () => {
  it('one line says name, percent, bytes, time left and rate, and gives way to what is said', () => {
    const { output, progress, text } = terminal(80);
    progress.show(half, '2/5');
    expect(text()).toBe(
      '\r2/5 photo.png  50 %  1.1 MB of 2.3 MB  0:12 left  100 KB/s  [#####-----]',
    );
    output.note(safeText('a note'));
    expect(text()).toMatch(/\r {72}\ra note\n$/);
    const before = text();
    progress.clear();
    expect(text()).toBe(before);
  });

  it('is never wider than the terminal, whatever the name', () => {
    for (const name of ['photo.png', '界'.repeat(80), 'x'.repeat(255), '\u001b[31mred']) {
      for (const columns of [12, 20, 40, 80, 200]) {
        for (const state of ['moving', 'waiting', 'reading', 'done', 'failed'] as const) {
          const { progress, text } = terminal(columns);
          progress.show({ ...half, name, state, reason: 'not-here' }, '');
          expect(cellWidth(text().slice(1))).toBeLessThan(columns);
          expect(text()).not.toContain('\u001b');
        }
      }
    }
  });

  it('is written a few times a second, and at once where the state is another', () => {
    const { progress, text } = terminal(80);
    for (let bytes = 1; bytes <= 1_000; bytes += 1) progress.show({ ...half, bytes }, '');
    expect(text().split('\r').length).toBeLessThan(20);
    progress.show({ ...half, state: 'done' }, '');
    expect(text()).toMatch(/\rphoto\.png {2}done {2}2\.3 MB *$/);
  });

  it('is nothing with -q, and lines with -v, one each ten percent', () => {
    const quiet = terminal(80, { quiet: true });
    const told = terminal(80, { verbose: true });
    for (let percent = 0; percent <= 100; percent += 1) {
      const moved = { ...half, bytes: percent * 23_000 };
      quiet.progress.show(moved, '');
      told.progress.show(moved, '');
    }
    expect(quiet.text()).toBe('');
    const lines = told.text().trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[5]).toMatch(/^lanchat: 50 % .*: photo\.png$/);
  });
});
