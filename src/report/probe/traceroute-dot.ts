/** Formats the paths of a multipath traceroute as a Graphviz graph. @module */
import type { TracerouteHop } from '../../icmp/index.ts';
import { HIDDEN_ADDRESS } from './path-disclosure.ts';

/** Returns a directed graph in DOT: the nodes are routers, the labels of edges count flows. */
export function tracerouteDot(source: string, target: string, hops: readonly TracerouteHop[]): string {
  const links = new Map<string, number>();
  const flows = new Set(hops.flatMap((hop) => hop.probes.map((probe) => probe.flow)));
  for (const flow of flows) {
    let last = source;
    for (const hop of hops) {
      const answer = hop.probes.find((probe) => probe.flow === flow)?.answer;
      const address = answer?.source === HIDDEN_ADDRESS ? `${HIDDEN_ADDRESS} ${hop.hop}` : answer?.source;
      if (address === undefined || address === last) continue;
      const link = `${quoted(last)} -> ${quoted(address)}`;
      links.set(link, (links.get(link) ?? 0) + 1);
      last = address;
    }
  }
  const lines = [...links].map(([link, count]) => `  ${link} [label="${count}"];\n`);
  return `digraph ${quoted(target)} {\n  rankdir=LR;\n${lines.join('')}}\n`;
}

/** Quotes a DOT string. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
