// What the tests use of jsdom. The types of @types/jsdom bring those of browsers with them, which crc must not use.
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string, options: { readonly runScripts: 'outside-only' });
    readonly window: { eval(script: string): Promise<Found>; close(): void };
  }
  /** What axe-core finds. */
  interface Found {
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
    readonly passes: readonly unknown[];
  }
}
