/**
 * How many flows it takes to see all paths (Augustin, Friedman, Teixeira, "Multipath tracing with Paris traceroute",
 * 2007): with `k` next hops known and equal chances, so many probes without a new one leave a risk of 5 % that there is
 * another. @module
 */

const RISK = 0.05;
const counts: number[] = [];

/** Probes to have sent once `known` different routers answered: 6, 11, 16, 21, 27, 33 and so on. */
export function multipathProbes(known: number): number {
  const hypothesis = Math.max(1, Math.min(known, 64)) + 1;
  const cached = counts[hypothesis];
  if (cached !== undefined) return cached;
  let probes = hypothesis;
  while (missProbability(hypothesis, probes) > RISK) probes += 1;
  counts[hypothesis] = probes;
  return probes;
}

/** Chance that `probes` random choices out of `paths` leave one of them out (inclusion and exclusion). */
function missProbability(paths: number, probes: number): number {
  let sum = 0;
  let binomial = 1;
  for (let missed = 1; missed < paths; missed += 1) {
    binomial = (binomial * (paths - missed + 1)) / missed;
    sum += (missed % 2 === 1 ? 1 : -1) * binomial * (1 - missed / paths) ** probes;
  }
  return sum;
}
