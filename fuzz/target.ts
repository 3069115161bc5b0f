/** What a fuzz target is, and how one is run. @module */

/** One try: throws when something is wrong. */
export type FuzzTarget = (seed: number) => void;

/** Tries seeds one after the other until the time is over; reports the seed of the first that fails. */
export function runTarget(name: string, target: FuzzTarget, seconds: number, first: number): void {
  const deadline = Date.now() + seconds * 1000;
  let seed = first;
  for (; Date.now() < deadline; seed += 1) {
    const before = performance.now();
    try {
      target(seed);
    } catch (error) {
      console.error(`${name}: seed ${seed} fails`);
      throw error;
    }
    const took = performance.now() - before;
    if (took > 1000) console.error(`${name}: seed ${seed} took ${took.toFixed(0)} ms`);
  }
  console.log(`${name}: ${seed - first} seeds from ${first} on, no failure`);
}
