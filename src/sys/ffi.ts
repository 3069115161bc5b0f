/** koffi, the FFI package, loaded on first use so that importing tapline loads no native code. @module */
import { createRequire } from 'node:module';
import type koffi from 'koffi';

type Koffi = typeof koffi;

const load = createRequire(import.meta.url);
let loaded: Koffi | undefined;

/** Returns koffi. */
export function ffi(): Koffi {
  loaded ??= loadKoffi();
  return loaded;
}

/** Loads the addon by its package name where it can be found: koffi itself searches many places first. */
function loadKoffi(): Koffi {
  try {
    return load(`@koromix/koffi-${process.platform}-${process.arch}`) as Koffi;
  } catch {
    return (load('koffi') as { default: Koffi }).default;
  }
}
