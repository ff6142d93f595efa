/** Its bytes, put into the bundle (scripts/build.mjs). */
declare module '*.wasm' {
  const program: Uint8Array<ArrayBuffer>;
  // biome-ignore lint/style/noDefaultExport: what the bundler makes of such a file.
  export default program;
}

/** As far as it is used: Node's types leave it to the DOM's. */
// biome-ignore lint/style/noNamespace: the global is one.
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  type Exports = Readonly<Record<string, unknown>>;
  class Module {
    constructor(program: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    readonly exports: Exports;
    constructor(module: Module, imports: Imports);
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(size: { readonly initial: number });
    grow: (pages: number) => number;
  }
}
