/**
 * Number of flows needed to find all paths (Augustin, Friedman, Teixeira, "Multipath tracing with Paris traceroute",
 * 2007): if `k` next hops are known and all are equally likely, the number of probes after which the risk of another
 * unknown one is below 5 %. @module
 */

const RISK = 0.05;
const counts: number[] = [];

/** Returns the number of probes to send if `known` routers replied: 6, 11, 16, 21, 27, 33 and so on. */
export function multipathProbes(known: number): number {
  const hypothesis = Math.max(1, Math.min(known, 64)) + 1;
  const cached = counts[hypothesis];
  if (cached !== undefined) return cached;
  let probes = hypothesis;
  while (missProbability(hypothesis, probes) > RISK) probes += 1;
  counts[hypothesis] = probes;
  return probes;
}

/** Returns the probability that `probes` random choices among `paths` miss one (inclusion-exclusion). */
function missProbability(paths: number, probes: number): number {
  let sum = 0;
  let binomial = 1;
  for (let missed = 1; missed < paths; missed += 1) {
    binomial = (binomial * (paths - missed + 1)) / missed;
    sum += (missed % 2 === 1 ? 1 : -1) * binomial * (1 - missed / paths) ** probes;
  }
  return sum;
}
