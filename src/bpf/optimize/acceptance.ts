/** Whether any packet can be accepted, with what is known on different paths kept apart. @module */
import { RangeFacts } from './facts.ts';
import type { Graph, Node } from './graph.ts';
import { comparedVariables } from './optimize.ts';

/** Sets of facts that are kept apart at one node; more are combined to what holds for all of them. */
const MAX_STATES = 64;
/** Larger graphs are taken to accept something. */
const MAX_NODES = 2_000;

/**
 * Follows every path to the test that decides it. Jump threading combines paths where they meet and so does not see that
 * `port 443 and less 99 and icmp` matches nothing: behind the first term the protocol is TCP, UDP or SCTP.
 * @param root before optimisation: wider loads hide what is known of their parts
 * @param optimized the same after it
 */
export function mayAccept(graph: Graph, root: Node, optimized: Node): boolean {
  if (graph.reachable(optimized).at(-1) !== graph.accept) return false;
  const nodes = graph.reachable(root);
  if (nodes.length > MAX_NODES) return true;
  const states = new Map<Node, RangeFacts[]>([[root, [RangeFacts.atStart(comparedVariables(nodes))]]]);
  const arrive = (node: Node, facts: RangeFacts) => {
    const known = states.get(node);
    if (known === undefined) states.set(node, [facts]);
    else if (known.length < MAX_STATES) known.push(facts);
    else known.push((known.pop() as RangeFacts).meet(facts));
  };
  for (const node of nodes) {
    if (node === graph.accept || states.has(graph.accept)) break;
    for (const facts of states.get(node) ?? []) follow(node, facts, arrive);
    states.delete(node);
  }
  return states.has(graph.accept);
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
