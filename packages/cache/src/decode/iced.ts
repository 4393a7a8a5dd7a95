/** The one module that loads the x86 decoder, a WebAssembly module (some 40 ms, once). */
import { createRequire } from 'node:module';

export type Iced = typeof import('iced-x86');

const require = createRequire(import.meta.url);
let loaded: Iced | undefined;

/** The decoder, loaded when the first instruction is decoded: most users never need it. */
export function iced(): Iced {
  return (loaded ??= require('iced-x86') as Iced);
}
