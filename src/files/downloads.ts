// Where received files go where nobody said: the folder that the person's desktop has for downloads. Touches no disk.
import { posix, win32 } from 'node:path';

export interface DownloadsQuery {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home, absolute. */
  readonly home: string;
  /** What stands in the file at `userDirsPath`; null: nothing. */
  readonly userDirs: string | null;
}

/** As `xdg-user-dirs` writes it: quoted, with escapes, absolute or in the home; the last one counts. */
const DOWNLOAD_LINE =
  /^[ \t]*XDG_DOWNLOAD_DIR="(\$HOME(?=\/|")|(?=\/))((?:[^"\\`$]|\\["\\`$])*)"[ \t]*$/;
const CONTROLS = /[\0-\x1f\x7f]/;

/** Where a Linux desktop says which its folders are. */
export function userDirsPath({ env, home }: Pick<DownloadsQuery, 'env' | 'home'>): string {
  const { XDG_CONFIG_HOME: config } = env;
  const isAbsolute = config !== undefined && posix.isAbsolute(config);
  return posix.join(isAbsolute ? config : posix.join(home, '.config'), 'user-dirs.dirs');
}

/** The folder for downloads, absolute; the home where there is none. It need not be there yet. */
export function downloadsFolder({ platform, home, userDirs }: Omit<DownloadsQuery, 'env'>): string {
  if (platform === 'win32') return win32.join(home, 'Downloads');
  if (platform === 'darwin') return posix.join(home, 'Downloads');
  let folder = home;
  for (const line of (userDirs ?? '').split(/\r?\n/)) {
    const [, start, rest = ''] = DOWNLOAD_LINE.exec(line) ?? [];
    if (start === undefined || CONTROLS.test(rest)) continue;
    const path = posix.normalize(rest.replace(/\\(.)/g, '$1') || '/');
    folder = start === '' ? path : posix.join(home, path);
  }
  return folder.length > 1 ? folder.replace(/\/+$/, '') : folder;
}
