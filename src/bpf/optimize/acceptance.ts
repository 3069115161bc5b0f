/** Whether any packet can be accepted, with what is known on different paths kept apart. @module */
import { RangeFacts } from './facts.ts';
import type { Graph, Node } from './graph.ts';
import { comparedVariables } from './optimize.ts';

/** Paths to one node, and steps along all paths. Filters with more of them are taken to accept something. */
const MAX_PATHS = 96;
const MAX_STEPS = 6_000;

/**
 * Follows every path to the test that decides it. Jump threading combines paths where they meet and so does not see that
 * `port 443 and less 99 and icmp` matches nothing: behind the first term the protocol is TCP, UDP or SCTP.
 * @param root before optimisation: wider loads hide what is known of their parts
 * @param optimized the same after it
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
