// The types of files that have a name here: what each can do to who opens it, and its extensions.

/**
 * `program`: the system runs it. `script`: a shell or an interpreter does. `page`: a browser does what is in it.
 * `archive`: holds any of these. The others are only looked at or listened to.
 */
export type Family =
  | 'picture'
  | 'document'
  | 'audio'
  | 'video'
  | 'text'
  | 'archive'
  | 'page'
  | 'script'
  | 'program';

export const UNKNOWN_TYPE = 'application/octet-stream';
export const TEXT_TYPE = 'text/plain';
export const ZIP_TYPE = 'application/zip';

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const OPEN_DOCUMENT = 'application/vnd.oasis.opendocument';

type Row = readonly [type: string, family: Family, extensions: string];

const ROWS: readonly Row[] = [
  ['image/png', 'picture', 'png apng'],
  ['image/jpeg', 'picture', 'jpg jpeg jpe jfif'],
  ['image/gif', 'picture', 'gif'],
  ['image/webp', 'picture', 'webp'],
  ['image/avif', 'picture', 'avif'],
  ['image/heic', 'picture', 'heic heif'],
  ['image/bmp', 'picture', 'bmp dib'],
  ['image/tiff', 'picture', 'tif tiff'],
  // A browser runs what is in it.
  ['image/svg+xml', 'page', 'svg'],
  ['application/pdf', 'document', 'pdf'],
  ['application/x-cfb', 'document', 'doc xls ppt'],
  [`${OFFICE}.wordprocessingml.document`, 'document', 'docx'],
  [`${OFFICE}.spreadsheetml.sheet`, 'document', 'xlsx'],
  [`${OFFICE}.presentationml.presentation`, 'document', 'pptx'],
  [`${OPEN_DOCUMENT}.text`, 'document', 'odt'],
  [`${OPEN_DOCUMENT}.spreadsheet`, 'document', 'ods'],
  [`${OPEN_DOCUMENT}.presentation`, 'document', 'odp'],
  [`${OPEN_DOCUMENT}.graphics`, 'document', 'odg'],
  ['application/epub+zip', 'document', 'epub'],
  ['application/rtf', 'document', 'rtf'],
  ['audio/mpeg', 'audio', 'mp3'],
  ['audio/wav', 'audio', 'wav'],
  ['audio/flac', 'audio', 'flac'],
  ['audio/aac', 'audio', 'aac'],
  ['audio/ogg', 'audio', 'ogg oga opus'],
  ['audio/mp4', 'audio', 'm4a m4b'],
  ['video/mp4', 'video', 'mp4 m4v'],
  ['video/quicktime', 'video', 'mov qt'],
  ['video/webm', 'video', 'webm'],
  ['video/matroska', 'video', 'mkv mka'],
  ['video/x-msvideo', 'video', 'avi'],
  [TEXT_TYPE, 'text', 'txt text log md csv tsv json yaml yml toml ini conf xml srt vtt tex'],
  [ZIP_TYPE, 'archive', 'zip'],
  ['application/x-tar', 'archive', 'tar'],
  ['application/gzip', 'archive', 'gz tgz'],
  ['application/x-bzip2', 'archive', 'bz2 tbz2'],
  ['application/x-xz', 'archive', 'xz txz'],
  ['application/zstd', 'archive', 'zst'],
  ['application/x-7z-compressed', 'archive', '7z'],
  ['application/vnd.rar', 'archive', 'rar'],
  ['text/html', 'page', 'html htm xhtml xht mht mhtml hta'],
  [
    'text/x-script',
    'script',
    'sh bash zsh fish command py pyw pl rb js mjs cjs php lua ps1 psm1 bat cmd vbs vbe jse wsf wsh reg scpt',
  ],
  ['application/x-desktop', 'script', 'desktop'],
  ['application/x-ms-shortcut', 'script', 'lnk url'],
  [
    'application/vnd.microsoft.portable-executable',
    'program',
    'exe dll scr com pif cpl sys msi msp msix appx',
  ],
  ['application/x-elf', 'program', 'so bin run appimage out'],
  ['application/x-mach-binary', 'program', 'dylib app dmg pkg'],
  ['application/java-archive', 'program', 'jar class apk'],
  ['application/vnd.debian.binary-package', 'program', 'deb'],
  ['application/x-rpm', 'program', 'rpm'],
];

const FAMILIES: ReadonlyMap<string, Family> = new Map(ROWS.map(([type, family]) => [type, family]));
const TYPES: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap(([type, , extensions]) =>
    extensions.split(' ').map((each) => [each, type] as const),
  ),
);

/** Null where the type is not one of these. */
export function familyOf(type: string): Family | null {
  return FAMILIES.get(type) ?? null;
}

/** `extension`: lowercase, without its dot. */
export function typeOfExtension(extension: string): string | null {
  return TYPES.get(extension) ?? null;
}

/** Documents that are zip archives of parts. */
export function isZipped(type: string): boolean {
  return type.startsWith(OFFICE) || type.startsWith(OPEN_DOCUMENT) || type.endsWith('+zip');
}

/** The office document of which a zip holds a part under this name; null: none. */
export function officeType(partName: string): string | null {
  if (partName.startsWith('word/')) return `${OFFICE}.wordprocessingml.document`;
  if (partName.startsWith('xl/')) return `${OFFICE}.spreadsheetml.sheet`;
  if (partName.startsWith('ppt/')) return `${OFFICE}.presentationml.presentation`;
  return null;
}
