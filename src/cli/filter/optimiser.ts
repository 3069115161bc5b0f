/** Turns V8's optimiser off for short programs. @module */
import { setFlagsFromString } from 'node:v8';

/**
 * Turns V8's optimiser off until disposed of: optimising the code of a sweep takes 50 ms of processor time, more than
 * thousands of probes. V8's code cache depends on the flags, so the flag is restored before the end.
 */
export function pauseOptimiser(): Disposable {
  setFlagsFromString('--no-opt');
  return { [Symbol.dispose]: () => setFlagsFromString('--opt') };
}
