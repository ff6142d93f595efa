import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';

interface Meta {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly inputs: Readonly<Record<string, unknown>>;
        readonly imports: readonly { readonly path: string; readonly kind: string }[];
      }
    >
  >;
}

const SCREEN = 'dist/screen.js';

let meta: Meta = { outputs: {} };
beforeAll(() => {
  meta = JSON.parse(readFileSync('dist/meta.json', 'utf8'));
});

/** Every source that `entry` can come to load, but for the screen; `dynamic`: also what it loads only when asked. */
function sourcesOf(entry: string, { dynamic }: { dynamic: boolean }): string[] {
  const seen = new Set<string>();
  const sources: string[] = [];
  const visit = (path: string) => {
    const output = meta.outputs[path];
    if (output === undefined || seen.has(path)) return;
    if (path === SCREEN && entry !== SCREEN) return;
    seen.add(path);
    sources.push(...Object.keys(output.inputs));
    for (const each of output.imports) {
      if (each.kind === 'import-statement' || (dynamic && each.kind === 'dynamic-import')) {
        visit(each.path);
      }
    }
  };
  visit(entry);
  return sources;
}

describe('what a headless command may load', () => {
  it('is never ink or react, whatever the command', () => {
    const sources = sourcesOf('dist/lanchat.js', { dynamic: true });
    expect(sources).toContain('src/cli/main.ts');
    expect(sources).toContain('src/relay/relay.ts');
    expect(sources.filter((source) => /node_modules\/(ink|react|yoga)/.test(source))).toEqual([]);
  });

  it('is not libsodium before a command needs it', () => {
    const sources = sourcesOf('dist/lanchat.js', { dynamic: false });
    expect(sources).toContain('src/cli/command-line.ts');
    expect(sources.filter((source) => source.includes('libsodium'))).toEqual([]);
  });

  it('is no database before a command needs one, and the native module stays outside', () => {
    const database = 'src/storage/database.ts';
    const idPart = Object.keys(meta.outputs).find((path) =>
      Object.hasOwn(meta.outputs[path]?.inputs ?? {}, 'src/cli/id.ts'),
    );
    expect(idPart).toBeDefined();
    for (const entry of ['dist/lanchat.js', idPart ?? '']) {
      expect(sourcesOf(entry, { dynamic: false })).not.toContain(database);
    }
    const sources = sourcesOf('dist/lanchat.js', { dynamic: true });
    expect(sources).toContain(database);
    expect(sources.filter((source) => /photostructure|node-gyp/.test(source))).toEqual([]);
  });
});

describe("what the screen's first frame waits for", () => {
  it('is nothing that touches files, pictures or sound, and no cryptography', () => {
    const sources = sourcesOf(SCREEN, { dynamic: false });
    expect(sources).toContain('src/ui/frame.ts');
    expect(sources).toContain('src/cli/local-files.ts');
    const heavy =
      /^src\/(?:files|media|crypto|client\/file-)|cli\/(?:clipboard-picture|spool)|sodium|jsquash|opus|valibot/;
    // Tables and words.
    const light = [
      'src/files/type-table.ts',
      'src/media/terminal-pictures.ts',
      'src/crypto/verification-qr.ts',
    ];
    expect(sources.filter((each) => heavy.test(each) && !light.includes(each))).toEqual([]);
  });
});
