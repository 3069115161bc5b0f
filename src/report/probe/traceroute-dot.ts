/** Formats the paths of a multipath traceroute as a Graphviz graph. @module */
import type { TracerouteHop } from '../../icmp/index.ts';
import { HIDDEN_ADDRESS } from './path-disclosure.ts';

/** Returns a directed graph in DOT: the nodes are routers, the labels of edges count flows. */
export function tracerouteDot(source: string, target: string, hops: readonly TracerouteHop[]): string {
  const links = new Map<string, number>();
  const flows = new Set(hops.flatMap((hop) => hop.probes.map((probe) => probe.flow)));
  for (const flow of flows) {
    let last: string | undefined = source;
    for (const hop of hops) {
      const probe = hop.probes.find((each) => each.flow === flow);
      const address = probe === undefined ? undefined : nodeOf(probe.answer?.source, hop.hop);
      if (address === last) continue;
      if (address === undefined || last === undefined) {
        last = address; // the flow did not probe one of the two hops
        continue;
      }
      const link = `${quoted(last)} -> ${quoted(address)}`;
      links.set(link, (links.get(link) ?? 0) + 1);
      last = address;
    }
  }
  const lines = [...links].map(([link, count]) => `  ${link} [label="${count}"];\n`);
  return `digraph ${quoted(target)} {\n  rankdir=LR;\n${lines.join('')}}\n`;
}

/** Returns the name of a node: routers that are hidden or silent have one for each hop. */
function nodeOf(source: string | undefined, hop: number): string {
  if (source === undefined) return `no reply ${hop}`;
  return source === HIDDEN_ADDRESS ? `${HIDDEN_ADDRESS} ${hop}` : source;
}

/** Quotes a DOT string. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
