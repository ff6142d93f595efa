// The names and sizes of the pictures in docs/pictures/.
import type { Size } from './stage.ts';

export const PICTURE_SIZES: readonly Size[] = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
];

export const RECORDING_FILE = 'meeting.cast';

export function pictureFile(scene: string, { columns, rows }: Size): string {
  return `${scene}-${columns}x${rows}.svg`;
}
