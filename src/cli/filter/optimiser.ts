/** V8's optimiser, and when not to have it. @module */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from asking for optimised code until disposed of: to optimise what a sweep runs takes 50 ms of a processor, more
 * than some thousand probes do. V8's code cache holds for one set of switches, so this one goes back before the end.
 */
export function pauseOptimiser(): Disposable {
  setFlagsFromString('--no-opt');
  return { [Symbol.dispose]: () => setFlagsFromString('--opt') };
}
