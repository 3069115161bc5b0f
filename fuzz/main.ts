/**
 * `npm run fuzz [-- SECONDS [NAME …]]`: runs the targets in turn, each for SECONDS (default 60). The first seed is
 * `TAPLINE_SEED`, or a new one. @module
 */
import { fuzzDissect } from './dissect.ts';
import { fuzzFilter, fuzzLiveFilter } from './filter.ts';
import { fuzzNetlink } from './netlink.ts';
import { fuzzPcap } from './pcap.ts';
import { fuzzProbes } from './probes.ts';
import { fuzzRewrite } from './rewrite.ts';
import { fuzzSmtp } from './smtp.ts';
import { type FuzzTarget, runTarget } from './target.ts';

const TARGETS: Readonly<Record<string, FuzzTarget>> = {
  dissect: fuzzDissect,
  filter: fuzzFilter,
  'live-filter': fuzzLiveFilter,
  netlink: fuzzNetlink,
  pcap: fuzzPcap,
  probes: fuzzProbes,
  rewrite: fuzzRewrite,
  smtp: fuzzSmtp,
};

const first = Number(process.env['TAPLINE_SEED'] ?? Date.now() % 1_000_000_000);
const [seconds = '60', ...chosen] = process.argv.slice(2);
for (const name of chosen.length > 0 ? chosen : Object.keys(TARGETS)) {
  const target = TARGETS[name];
  if (target === undefined) throw new Error(`unknown target ${name}; targets: ${Object.keys(TARGETS).join(', ')}`);
  runTarget(name, target, Number(seconds), first);
}
