// Puts text on the clipboard of this machine's desktop by the program that is there for it.
import { spawn } from 'node:child_process';

/** What is used of `process`. */
export interface ClipboardHost {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Program = readonly [string, ...string[]];

/** A program that hangs, waiting for a display that is gone, holds nobody up. */
const PATIENCE_MS = 2_000;

/** Those that can reach a clipboard from here, the best first; over SSH only what a forwarded display offers. */
export function clipboardPrograms({ platform, env }: ClipboardHost): readonly Program[] {
  if (platform === 'win32') return [['clip.exe']];
  if (platform === 'darwin') return env.SSH_CONNECTION === undefined ? [['pbcopy']] : [];
  const wayland: readonly Program[] = env.WAYLAND_DISPLAY ? [['wl-copy']] : [];
  const x11: readonly Program[] = env.DISPLAY
    ? [
        ['xclip', '-selection', 'clipboard'],
        ['xsel', '--clipboard', '--input'],
      ]
    : [];
  const windows: readonly Program[] = env.WSL_DISTRO_NAME ? [['clip.exe']] : [];
  return [...wayland, ...x11, ...windows];
}

/** The name of the program that took the text, or null where none is there, or none did. Never throws. */
export async function copyByProgram(text: string, host: ClipboardHost): Promise<string | null> {
  for (const program of clipboardPrograms(host)) {
    if (await takes(program, text, host)) return program[0];
  }
  return null;
}

/** It gets the text on stdin alone: nothing of it is ever an argument, or goes through a shell. */
function takes([name, ...args]: Program, text: string, { env }: ClipboardHost): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: PATIENCE_MS,
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}
