import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import {
  enterModes,
  leaveModes,
  showSkeleton,
  skeletonFrame,
  skeletonRows,
} from '../../bin/skeleton.js';
import { safeText } from '../../src/ui/safe-text.ts';
import { noticeSequence, Terminal } from '../../src/ui/terminal.ts';

class FakeInput extends EventEmitter {
  readonly raw: boolean[] = [];
  setRawMode(raw: boolean): void {
    this.raw.push(raw);
  }
  pause(): void {}
  resume(): void {}
}

class FakeOutput extends EventEmitter {
  columns = 80;
  rows = 24;
  written = '';
  write(text: string): boolean {
    this.written += text;
    return true;
  }
}

class FakeHost extends EventEmitter {
  readonly pid = 42;
  platform = 'linux';
  readonly kills: [number, string][] = [];
  kill(pid: number, signal: string): boolean {
    this.kills.push([pid, signal]);
    return true;
  }
}

function terminalOf(onEnd?: (signal: string | null) => void) {
  const stdin = new FakeInput();
  const stdout = new FakeOutput();
  const host = new FakeHost();
  const events = { onInput: vi.fn(), onResize: vi.fn(), onResume: vi.fn() };
  const terminal = new Terminal({ stdin, stdout, host, ...events, ...(onEnd ? { onEnd } : {}) });
  return { stdin, stdout, host, terminal, ...events };
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('Terminal', () => {
  it('enters and leaves with the modes that the skeleton uses', () => {
    const { terminal, stdout, stdin } = terminalOf();
    terminal.enter();
    expect(stdout.written).toBe(enterModes);
    terminal.close();
    expect(stdout.written).toBe(enterModes + leaveModes);
    expect(stdin.raw).toEqual([true, false]);
  });

  it('writes nothing to enter what the skeleton has entered', () => {
    const { terminal, stdout, stdin } = terminalOf();
    terminal.enter({ adopt: true });
    expect(stdout.written).toBe('');
    expect(stdin.raw).toEqual([true]);
    terminal.close();
    expect(stdout.written).toBe(leaveModes);
  });

  it('restores once, however many ends come together', () => {
    const { terminal, stdout, host } = terminalOf(() => {});
    terminal.enter();
    host.emit('SIGTERM', 'SIGTERM');
    host.emit('uncaughtExceptionMonitor');
    host.emit('exit');
    terminal.close();
    terminal.close();
    expect(count(stdout.written, leaveModes)).toBe(1);
  });

  it('lets no frame onto the shell’s screen', () => {
    const { terminal, stdout } = terminalOf();
    terminal.frames.write('early');
    terminal.enter();
    terminal.frames.write('frame');
    terminal.close();
    terminal.frames.write('late');
    expect(stdout.written).toBe(`${enterModes}frame${leaveModes}`);
  });

  it('lets go of every listener but those for late errors', () => {
    const { terminal, stdin, stdout, host } = terminalOf();
    terminal.enter();
    terminal.close();
    expect(host.eventNames()).toEqual([]);
    expect(stdin.eventNames()).toEqual(['error']);
    expect(stdout.eventNames()).toEqual(['error']);
  });

  it('dies of the signal it got when nobody handles it', () => {
    const { terminal, host } = terminalOf();
    terminal.enter();
    host.emit('SIGTERM', 'SIGTERM');
    expect(host.kills).toEqual([[42, 'SIGTERM']]);
    expect(host.listenerCount('SIGTERM')).toBe(0);
  });

  it('reports a hang-up once: by signal, by broken pipe or by end of input', () => {
    const ends: (string | null)[] = [];
    const { terminal, stdin, stdout, host } = terminalOf((signal) => ends.push(signal));
    terminal.enter();
    stdout.emit('error', new Error('EIO'));
    host.emit('SIGHUP', 'SIGHUP');
    stdin.emit('error', new Error('EIO'));
    stdin.emit('end');
    expect(ends).toEqual([null]);
    expect(stdout.written).toBe(enterModes);
  });

  it('survives a terminal that can no longer leave raw mode', () => {
    const { terminal, stdin } = terminalOf();
    terminal.enter();
    stdin.setRawMode = () => {
      throw new Error('EIO');
    };
    expect(() => terminal.close()).not.toThrow();
  });

  it('stops the whole job for Ctrl+Z and takes the terminal again', () => {
    const { terminal, stdin, stdout, host, onResume } = terminalOf();
    terminal.enter();
    host.kill = (pid, signal) => {
      expect([pid, signal]).toEqual([0, 'SIGTSTP']);
      // The default action must be in place, and the shell must find its terminal as it was.
      expect(host.listenerCount('SIGTSTP')).toBe(0);
      expect(stdout.written.endsWith(leaveModes)).toBe(true);
      expect(stdin.raw.at(-1)).toBe(false);
      return true;
    };
    host.emit('SIGTSTP', 'SIGTSTP');
    expect(stdout.written).toBe(enterModes + leaveModes + enterModes);
    expect(stdin.raw).toEqual([true, false, true]);
    expect(onResume).toHaveBeenCalledOnce();
    expect(host.listenerCount('SIGTSTP')).toBe(1);
  });

  it('takes no terminal again that it has left for good', () => {
    const { terminal, stdout, host } = terminalOf(() => {});
    terminal.enter();
    host.emit('SIGTERM', 'SIGTERM');
    host.emit('SIGCONT', 'SIGCONT');
    terminal.suspend();
    expect(stdout.written).toBe(enterModes + leaveModes);
  });

  it('has no job control on Windows', () => {
    const { terminal, host } = terminalOf();
    host.platform = 'win32';
    terminal.enter();
    terminal.suspend();
    expect(host.kills).toEqual([]);
  });

  it('tells the size, with a default where there is none, and again where it went and came back', () => {
    const { terminal, stdout, host, onResize } = terminalOf();
    terminal.enter();
    stdout.columns = 100;
    host.emit('SIGWINCH', 'SIGWINCH');
    expect(onResize).toHaveBeenCalledWith({ columns: 100, rows: 24 });
    host.emit('SIGWINCH', 'SIGWINCH');
    expect(onResize).toHaveBeenCalledTimes(2);
    stdout.columns = 0;
    expect(terminal.size).toEqual({ columns: 80, rows: 24 });
  });

  it('writes titles and notices of one line, cut and without field separators', () => {
    const { terminal, stdout } = terminalOf();
    terminal.enter();
    stdout.written = '';
    terminal.setTitle(safeText('lanchat · #lobby'));
    terminal.notify('osc9', safeText('a;b\nc', { multiline: true }));
    terminal.notify('osc777', safeText('x'.repeat(500)));
    terminal.notify('osc99', safeText('y'));
    terminal.notify('bell', safeText('z'));
    expect(stdout.written).toBe(
      '\x1b]2;lanchat · #lobby\x1b\\' +
        '\x1b]9;a,b c\x1b\\' +
        `\x1b]777;notify;lanchat;${'x'.repeat(199)}…\x1b\\` +
        '\x1b]99;;y\x1b\\\x07',
    );
  });

  it('[A103 markup in a notice] is not what a desktop would draw', () => {
    const hostile = safeText('<b>asha</b> &lt;i&gt; <a href="http://x.example">hi</a>');
    for (const style of ['osc9', 'osc99', 'osc777'] as const) {
      expect(noticeSequence(style, hostile)).not.toMatch(/[<>&]/);
      // Control: the words are all there.
      expect(noticeSequence(style, hostile)).toMatch(/‹b›asha‹.b›.*x\.example.*hi/);
    }
  });
});

describe('skeleton', () => {
  it('fills the terminal exactly, and says less on a tiny one', () => {
    for (const [columns, rows] of [
      [40, 15],
      [80, 24],
      [200, 50],
      [20, 5],
      [1, 1],
    ] as const) {
      // prettier-ignore
      const shown = skeletonRows({ columns, rows, nick: 'asha' });
      expect(shown).toHaveLength(rows);
      for (const row of shown) expect(row.length).toBeLessThanOrEqual(Math.max(columns, 7));
    }
    expect(skeletonRows({ columns: 80, rows: 24, nick: 'asha' })[0]).toBe(' lanchat · asha');
    expect(skeletonRows({ columns: 20, rows: 5 }).join('')).toBe('lanchat');
  });

  it('shows no control of a hostile name', () => {
    const frame = skeletonFrame({
      columns: 80,
      rows: 24,
      nick: 'a\x1b]0;x\x07\u202e\u{e0041}\nb\ud800',
    });
    expect(frame.replace(enterModes, '').replaceAll(/\x1b\[[\d;]*[HJ]/g, '')).not.toMatch(
      /[\p{C}]/u,
    );
    expect(frame).toContain(' lanchat · a]0;xb');
  });

  it('puts the terminal back if loading ends in a signal or an exit, until it is released', () => {
    for (const release of [false, true]) {
      const stdin = new FakeInput();
      const stdout = new FakeOutput();
      const host = Object.assign(new FakeHost(), { stdin, stdout });
      const skeleton = showSkeleton(Object.assign(host), 'asha');
      expect(skeleton.screen).toEqual(skeletonRows({ columns: 80, rows: 24, nick: 'asha' }));
      if (release) skeleton.release();
      host.emit('SIGTERM', 'SIGTERM');
      host.emit('exit');
      expect(count(stdout.written, leaveModes)).toBe(release ? 0 : 1);
      expect(stdin.raw).toEqual(release ? [true] : [true, false]);
      expect(host.kills).toEqual(release ? [] : [[42, 'SIGTERM']]);
      expect(host.eventNames()).toEqual([]);
    }
  });
});
