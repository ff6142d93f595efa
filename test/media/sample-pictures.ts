import { crc32 } from 'node:zlib';

/** Small pictures as other programs wrote them: 16 × 8 pixels, the left half red and the right half blue unless said otherwise. */
export const SAMPLES = {
  jpeg: bytes(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABwj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAACQf/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCdEMKmAjjB0f/Z',
  ),
  progressiveJpeg: bytes(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAAIABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAVAQEBAAAAAAAAAAAAAAAAAAAIBv/aAAwDAQACEAMQAAABnMKqQLjHX//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAQUCP//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQMBAT8BP//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQIBAT8BP//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEABj8CP//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAT8hP//aAAwDAQACAAMAAAAQ6//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQMBAT8QP//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQIBAT8QP//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAT8QP//Z',
  ),
  lossyWebp: bytes(
    'UklGRkQAAABXRUJQVlA4IDgAAAAwAgCdASoQAAgAAMASJaACdLoB+AH4gARoAAD+/Suf/9+gm/93m/10S8z/60c//rRlcH9aOb+gAA==',
  ),
  losslessWebp: bytes('UklGRiYAAABXRUJQVlA4TBkAAAAvD8ABAA8Q87//8x8OxILJ/KU7U4jof+QAAA=='),
  animatedWebp: bytes(
    'UklGRsgAAABXRUJQVlA4WAoAAAACAAAADwAABwAAQU5JTQYAAAD/////AABBTk1GSgAAAAAAAAAAAA8AAAcAAGQAAAJWUDggMgAAAJABAJ0BKhAACAACADQloAJ0ugADmAD+9lB//Xzm/8gx/8gP7Gv+QH//kBzx/5AcBAAAQU5NRkoAAAAAAAAAAAAPAAAHAABkAAAAVlA4IDIAAACUAQCdASoQAAgAAAA0JaACdLoAA5gA/vUg//2JZv/G8f/I4+lb/kcf/5HDif+RwyAAAFJJRkY+AAAAV0VCUFZQOCAyAAAAkAEAnQEqEAAIAAIANCWgAnS6AAOYAP72UH/9fOb/yDH/yA/sa/5Af/+QHPH/kBwEAAA=',
  ),
  gif: bytes('R0lGODlhEAAIAPAAAP8AAAAA/yH5BAAAAAAALAAAAAAQAAgAAAIThG+hq4jM3IFLJhoswNly/XlYAQA7'),
  interlacedGif: bytes(
    'R0lGODlhEAAIAPAAAP8AAAAA/yH5BAAAAAAALAAAAAAQAAgAQAIThG+hq4jM3IFLJhoswNly/XlYAQA7',
  ),
  animatedGif: bytes(
    'R0lGODlhEAAIAPAAAP8AAAAA/yH5BAAKAAAAIf8LTkVUU0NBUEUyLjADAQAAACwAAAAAEAAIAAACE4RvoauIzNyBSyYaLMDZcv15WAEAIfkEAAoAAAAsAAAAABAACACAAP////8AAhOEb6GriMzcgUsmGizA2XL9eVgBADs=',
  ),
  bmp: bytes(
    'Qk2yAAAAAAAAAJIAAAB8AAAAEAAAAAgAAAABAAEAAAAAACAAAAAAAAAAAAAAAAIAAAACAAAAAAD/AAD/AAD/AAAAAAAA/0JHUnMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAD/AP8AAAAA/wAAAP8AAAD/AAAA/wAAAP8AAAD/AAAA/wAAAP8AAA==',
  ),
  paletteBmp: bytes(
    'Qk1eAAAAAAAAAD4AAAAoAAAAEAAAAAgAAAABAAEAAAAAACAAAAAAAAAAAAAAAAIAAAACAAAAAAD/AP8AAAAA/wAAAP8AAAD/AAAA/wAAAP8AAAD/AAAA/wAAAP8AAA==',
  ),
  plainBmp: bytes(
    'Qk22AQAAAAAAADYAAAAoAAAAEAAAAAgAAAABABgAAAAAAIABAAAAAAAAAAAAAAAAAAAAAAAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAAAAD/AAD/AAD/AAD/AAD/AAD/AAD/AAD//wAA/wAA/wAA/wAA/wAA/wAA/wAA/wAA',
  ),
  interlacedPng: bytes(
    'iVBORw0KGgoAAAANSUhEUgAAABAAAAAIAQMAAAG9v91CAAAABlBMVEX/AAAAAP9sof2OAAAAFUlEQVQI12NwYHBgMABDfiTI8B+OADuQBWebZiYEAAAAAElFTkSuQmCC',
  ),
  deepPng: bytes(
    'iVBORw0KGgoAAAANSUhEUgAAABAAAAAIEAIAAAAvhDSDAAAAIElEQVQoz2P8/5+BJMDIyMBAih4m0ownHYxaMGoB5QAAx+gEDqi2bsYAAAAASUVORK5CYII=',
  ),
  palettePng: bytes(
    'iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAMAAADHqI+lAAAABlBMVEX/AAAAAP9sof2OAAAAEUlEQVQI12NggAJGKGAYGAEAEIgAQd31AYwAAAAASUVORK5CYII=',
  ),
} as const;

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

/** A chunk of a PNG with a checksum that is right. */
export function pngChunk(name: string, data: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(name), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, named, sum]);
}

interface PngParts {
  readonly width: number;
  readonly height: number;
  /** What zlib packed. */
  readonly data: Uint8Array;
  /** Chunks in front of it. */
  readonly before?: readonly Uint8Array[];
  /** 0: grey, 2: RGB, 6: RGB and alpha. */
  readonly colour?: number;
}

/** Of eight bits a sample. */
export function pngOf({ width, height, data, before = [], colour = 6 }: PngParts): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colour, 0, 0, 0], 8);
  const chunks = [
    pngChunk('IHDR', header),
    ...before,
    pngChunk('IDAT', data),
    pngChunk('IEND', new Uint8Array()),
  ];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

/** The JPEG as a camera writes it that was held another way. */
export function withOrientation(jpeg: Uint8Array, orientation: number): Uint8Array {
  const tiff = Buffer.from('4d4d002a0000000800010112000300000001000000000000', 'hex');
  tiff.writeUInt16BE(orientation, 18);
  const content = Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, content.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}
