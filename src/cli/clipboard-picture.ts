// The picture on the clipboard of this machine's desktop, read by the program that is there for it.
import { execFile } from 'node:child_process';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { ClipboardHost } from './clipboard-program.ts';

/** How a program writes the picture: as it is, in base64, or as AppleScript shows data, `«data PNGf89504E…»`. */
type Written = 'bytes' | 'base64' | 'applescript';

export interface PictureProgram {
  readonly name: string;
  readonly args: readonly string[];
  readonly writes: Written;
}

/** A screen of 8K is less. */
const MAX_PICTURE_BYTES = 32 * 1024 * 1024;
/** In hex, and a little around it. */
const MAX_WRITTEN_BYTES = 2 * MAX_PICTURE_BYTES + 1_024;
/** PowerShell alone takes seconds to start. */
const PATIENCE_MS = 10_000;
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Fixed words: nothing that anybody typed is in it. */
const POWERSHELL_SCRIPT = [
  'Add-Type -AssemblyName System.Windows.Forms,System.Drawing',
  '$picture = [Windows.Forms.Clipboard]::GetImage()',
  'if ($picture -eq $null) { exit 3 }',
  '$memory = New-Object IO.MemoryStream',
  '$picture.Save($memory, [Drawing.Imaging.ImageFormat]::Png)',
  '[Console]::Out.Write([Convert]::ToBase64String($memory.ToArray()))',
].join('; ');

const POWERSHELL: PictureProgram = {
  name: 'powershell.exe',
  args: ['-NoProfile', '-NonInteractive', '-STA', '-Command', POWERSHELL_SCRIPT],
  writes: 'base64',
};

/** Those that can reach a clipboard from here, the best first; over SSH only what a forwarded display offers. */
export function picturePrograms({ platform, env }: ClipboardHost): readonly PictureProgram[] {
  if (platform === 'win32') return [POWERSHELL];
  if (platform === 'darwin') return env.SSH_CONNECTION === undefined ? MAC_PROGRAMS : [];
  return [
    ...(env.WAYLAND_DISPLAY ? [WAYLAND_PROGRAM] : []),
    ...(env.DISPLAY ? [X11_PROGRAM] : []),
    ...(env.WSL_DISTRO_NAME ? [POWERSHELL] : []),
  ];
}

const MAC_PROGRAMS: readonly PictureProgram[] = [
  { name: 'pngpaste', args: ['-'], writes: 'bytes' },
  { name: 'osascript', args: ['-e', 'the clipboard as «class PNGf»'], writes: 'applescript' },
];

const WAYLAND_PROGRAM: PictureProgram = {
  name: 'wl-paste',
  args: ['--no-newline', '--type', 'image/png'],
  writes: 'bytes',
};

const X11_PROGRAM: PictureProgram = {
  name: 'xclip',
  args: ['-selection', 'clipboard', '-target', 'image/png', '-out'],
  writes: 'bytes',
};

/** A PNG. Throws UsageError `no-picture`. */
export async function clipboardPicture(host: ClipboardHost): Promise<Uint8Array> {
  const programs = picturePrograms(host);
  let isThere = false;
  for (const program of programs) {
    const run = await written(program, host);
    isThere ||= run !== 'missing';
    const picture = run === 'missing' || run === null ? null : decoded(run, program.writes);
    if (picture !== null) return picture;
  }
  throw new UsageError(
    'no-picture',
    isThere
      ? phrase`no picture is on the clipboard`
      : phrase`no program here reads pictures from the clipboard; on Linux wl-clipboard or xclip does`,
  );
}

/** What the program wrote; null where it failed, and `missing` where it is not installed. Never throws. */
function written(
  { name, args }: PictureProgram,
  { env }: ClipboardHost,
): Promise<Buffer | null | 'missing'> {
  return new Promise((resolve) => {
    const limits = { timeout: PATIENCE_MS, maxBuffer: MAX_WRITTEN_BYTES };
    execFile(name, args, { ...limits, env, encoding: 'buffer' }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else resolve(error.code === 'ENOENT' ? 'missing' : null);
    });
  });
}

/** Null where that is no PNG, or too large a one. */
function decoded(output: Buffer, writes: Written): Uint8Array | null {
  const picture = bytesOf(output, writes);
  const isPng = picture.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE);
  return isPng && picture.length <= MAX_PICTURE_BYTES ? picture : null;
}

function bytesOf(output: Buffer, writes: Written): Buffer {
  switch (writes) {
    case 'bytes':
      return output;
    case 'base64':
      return Buffer.from(output.toString('latin1'), 'base64');
    case 'applescript':
      return Buffer.from(/PNGf([0-9A-F]*)/.exec(output.toString('latin1'))?.[1] ?? '', 'hex');
    default:
      return writes satisfies never;
  }
}
