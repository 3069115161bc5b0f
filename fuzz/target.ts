/** Runs a fuzz target from the command line: `node build/fuzz/NAME.js [seconds] [first seed]`. @module */

/** One try: throws when something is wrong. */
export type FuzzTarget = (seed: number) => void;

/** Tries seeds one after the other until the time is over; reports the seed of the first that fails. */
export function runTarget(name: string, target: FuzzTarget): void {
  const seconds = Number(process.argv[2] ?? 10);
  const first = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
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
