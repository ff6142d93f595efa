// Which programs of this machine record or play sound, and how they are told to do so with raw samples. Runs nothing.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { SoundHost } from './sound-host.ts';

type Machine = Pick<SoundHost, 'platform' | 'env'>;

/** To be started without a shell. */
export interface SoundProgram {
  /** As it is called in sentences. */
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
}

type Candidate = readonly [string, ...string[]];

const RAW_ALSA = ['-q', '-t', 'raw', '-f', 'S16_LE', '-c', '1', '-r', '48000'];
const RAW_PULSE = ['--raw', '--format=s16le', '--rate=48000', '--channels=1'];
/** Before 1.0 it has no `--raw`, since a pipe is nothing else there. */
const OLD_PIPEWIRE = ['--format=s16', '--rate=48000', '--channels=1', '-'];
const RAW_PIPEWIRE = ['--raw', ...OLD_PIPEWIRE];
const RAW_SOX = ['-t', 'raw', '-r', '48000', '-e', 'signed-integer', '-b', '16', '-c', '1'];
const QUIET_FFMPEG = ['-nostdin', '-hide_banner', '-loglevel', 'error'];
const RAW_FFMPEG = ['-f', 's16le', '-ar', '48000'];

/** Those that write what the microphone hears to their stdout, the best first. Throws UsageError `no-recorder`: there is none. */
export function findRecorders(machine: Machine): readonly [SoundProgram, ...SoundProgram[]] {
  const [best, ...others] = find(machine, 'LANCHAT_RECORDER', recorders(machine));
  if (best === undefined) throw new UsageError('no-recorder', noRecorder(machine));
  return [best, ...others];
}

/** Those that play what they read on their stdin, the best first. Throws UsageError `no-player`: there is none. */
export function findPlayers(machine: Machine): readonly [SoundProgram, ...SoundProgram[]] {
  const [best, ...others] = find(machine, 'LANCHAT_PLAYER', players(machine));
  if (best === undefined) throw new UsageError('no-player', noPlayer(machine));
  return [best, ...others];
}

function recorders(machine: Machine): readonly Candidate[] {
  const sox: readonly Candidate[] = [
    ['rec', '-q', ...RAW_SOX, '-'],
    ['sox', '-q', '-d', ...RAW_SOX, '-'],
  ];
  const ffmpeg = (...input: readonly string[]): Candidate => [
    'ffmpeg',
    ...QUIET_FFMPEG,
    ...input,
    ...['-ac', '1', ...RAW_FFMPEG, '-'],
  ];
  if (machine.platform === 'darwin')
    return [ffmpeg('-f', 'avfoundation', '-i', ':default'), ...sox];
  if (machine.platform === 'win32') {
    // DirectShow has no microphone of its choice: without a name only sox finds one.
    const name = machine.env.LANCHAT_MICROPHONE;
    const named = name ? [ffmpeg('-f', 'dshow', '-i', `audio=${name}`)] : [];
    return [...named, ['sox', '-q', '-t', 'waveaudio', 'default', ...RAW_SOX, '-']];
  }
  return [
    ['arecord', ...RAW_ALSA],
    ['parecord', ...RAW_PULSE],
    ['pw-record', ...RAW_PIPEWIRE],
    ['pw-record', ...OLD_PIPEWIRE],
    ffmpeg('-f', linuxSound(machine), '-i', 'default'),
    ...sox,
  ];
}

function players(machine: Machine): readonly Candidate[] {
  const shared: readonly Candidate[] = [
    ['ffplay', '-nodisp', '-autoexit', ...QUIET_FFMPEG.slice(1), ...RAW_FFMPEG, '-i', '-'],
    ...ffmpegPlayer(machine),
    ['play', '-q', ...RAW_SOX, '-'],
  ];
  if (machine.platform === 'win32') {
    return [...shared, ['sox', '-q', ...RAW_SOX, '-', '-t', 'waveaudio', 'default']];
  }
  const sox: Candidate = ['sox', '-q', ...RAW_SOX, '-', '-d'];
  if (machine.platform === 'darwin') return [...shared, sox];
  return [
    ['aplay', ...RAW_ALSA, '-'],
    ['paplay', ...RAW_PULSE],
    ['pw-play', ...RAW_PIPEWIRE],
    ['pw-play', ...OLD_PIPEWIRE],
    ...shared,
    sox,
  ];
}

function ffmpegPlayer(machine: Machine): readonly Candidate[] {
  if (machine.platform === 'win32') return [];
  const [device, name] =
    machine.platform === 'darwin' ? ['audiotoolbox', '-'] : [linuxSound(machine), 'default'];
  return [['ffmpeg', ...QUIET_FFMPEG, ...RAW_FFMPEG, '-i', '-', '-f', device, name]];
}

/** What ffmpeg talks to: PulseAudio, or what stands in for it, where it runs. */
function linuxSound({ env }: Machine): 'pulse' | 'alsa' {
  const { PULSE_SERVER: server, XDG_RUNTIME_DIR: runtime } = env;
  const isThere = runtime !== undefined && existsSync(join(runtime, 'pulse/native'));
  return server || isThere ? 'pulse' : 'alsa';
}

/** The person's own command line where the environment has one: then nothing else is tried. */
function find(
  machine: Machine,
  variable: 'LANCHAT_RECORDER' | 'LANCHAT_PLAYER',
  candidates: readonly Candidate[],
): readonly SoundProgram[] {
  const own = machine.env[variable];
  if (own !== undefined && own.trim() !== '') return [ownProgram(machine, variable, own)];
  return candidates.flatMap(([name, ...args]) => {
    const path = onPath(machine, name);
    return path === null ? [] : [{ name, path, args }];
  });
}

function ownProgram(machine: Machine, variable: string, line: string): SoundProgram {
  const [name = '', ...args] = splitCommandLine(line);
  const path = isAbsolute(name) ? name : onPath(machine, name);
  if (path !== null && isProgram(path)) return { name, path, args };
  throw new UsageError(
    variable === 'LANCHAT_RECORDER' ? 'no-recorder' : 'no-player',
    phrase`${variable} names a program that is not here; give its whole path, or unset it`,
  );
}

/** Words between blanks; single or double quotes hold one together. Nothing else means anything: no shell reads it. */
export function splitCommandLine(line: string): readonly string[] {
  const words = line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"']+|["'])+/gu);
  return [...words].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/gu, '$1$2'));
}

/** Only whole paths count: an empty or a relative one would be whatever folder we happen to be in. */
function onPath({ platform, env }: Machine, name: string): string | null {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((each) => isAbsolute(each));
  const file = platform === 'win32' ? `${name}.exe` : name;
  return folders.map((folder) => join(folder, file)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function noRecorder({ platform }: Machine): string {
  if (platform === 'darwin') {
    return phrase`no program here records sound; install one: brew install sox`;
  }
  if (platform === 'win32') {
    return phrase`no program here records sound; install sox, or install ffmpeg and set LANCHAT_MICROPHONE to your microphone's name`;
  }
  return phrase`no program here records sound; install one: sudo apt install alsa-utils (or pulseaudio-utils, pipewire-bin, ffmpeg, sox)`;
}

function noPlayer({ platform }: Machine): string {
  if (platform === 'darwin') {
    return phrase`no program here plays sound; install one: brew install sox`;
  }
  if (platform === 'win32') return phrase`no program here plays sound; install ffmpeg or sox`;
  return phrase`no program here plays sound; install one: sudo apt install alsa-utils (or pulseaudio-utils, pipewire-bin, ffmpeg, sox)`;
}
