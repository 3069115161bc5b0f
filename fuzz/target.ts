/** Fuzz targets and their runner. @module */

/** Runs one seed. Throws when a check fails. */
export type FuzzTarget = (seed: number) => void;

/** Runs consecutive seeds until the time is over; reports the first seed that fails. */
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
  console.log(`${name}: ${seed - first} seeds from ${first}, no failure`);
}
