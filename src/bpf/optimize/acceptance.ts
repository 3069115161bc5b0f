/** Decides whether a graph can accept any packet, with separate facts for each path. @module */
import { RangeFacts } from './facts.ts';
import type { Graph, Node } from './graph.ts';
import { comparedVariables } from './optimize.ts';

/** Maximum number of paths to one node, and of steps along all paths. Larger filters are assumed to accept something. */
const MAX_PATHS = 96;
const MAX_STEPS = 6_000;

/**
 * Returns whether any packet can be accepted, by following each path separately. Jump threading combines the facts where
 * paths meet, and so misses that `port 443 and less 99 and icmp` matches nothing: after the first term the protocol is
 * TCP, UDP or SCTP.
 * @param root the graph before optimisation: wider loads hide facts about their parts
 * @param optimized the graph after optimisation
 */
export function mayAccept(graph: Graph, root: Node, optimized: Node): boolean {
  if (graph.reachable(optimized).at(-1) !== graph.accept) return false;
  const nodes = graph.reachable(root);
  const paths = new Map<Node, RangeFacts[]>();
  let isOpen = true;
  let steps = 0;
  const arrive = (node: Node, facts: RangeFacts) => {
    const known = paths.get(node);
    if (known === undefined) paths.set(node, [facts]);
    else if (node !== graph.reject) known.push(facts);
    isOpen &&= node !== graph.accept && (known?.length ?? 0) <= MAX_PATHS;
  };
  arrive(root, RangeFacts.atStart(comparedVariables(nodes)));
  for (const node of nodes) {
    for (const facts of paths.get(node) ?? []) {
      if (!isOpen || steps > MAX_STEPS) return true;
      follow(node, facts, arrive);
      steps += 1;
    }
    paths.delete(node);
  }
  return !isOpen;
}

function follow(node: Node, facts: RangeFacts, arrive: (node: Node, facts: RangeFacts) => void): void {
  switch (node.kind) {
    case 'return':
      break;
    case 'test': {
      const outcome = facts.outcome(node);
      if (outcome !== false) arrive(node.onTrue, facts.afterTest(node, true));
      if (outcome !== true) arrive(node.onFalse, facts.afterTest(node, false));
      break;
    }
    case 'assign':
      arrive(node.next, facts.afterAssign(node.variable, node.value));
      break;
    case 'touch':
      arrive(node.next, facts.afterLoad(node.value));
      break;
    case 'chain':
      arrive(node.onTrue, facts);
      arrive(node.onFalse, facts);
  }
}
