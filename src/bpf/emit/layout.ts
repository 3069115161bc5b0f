/** The order of a graph's nodes in the program: every node after those that lead to it, so that all jumps go forward. @module */
import { type Node, reachable, successors } from '../optimize/graph.ts';

/**
 * Nodes in program order, without the two ends. A node that only does something is followed by its successor where that
 * is possible, since it has no jump of its own.
 */
export function layOut(root: Node): Node[] {
  const waitingFor = new Map<Node, number>();
  const nodes = reachable(root);
  for (const node of nodes) {
    for (const next of successors(node)) waitingFor.set(next, (waitingFor.get(next) ?? 0) + 1);
  }
  const order: Node[] = [];
  const ready = [root];
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    if (node.kind === 'return') continue;
    order.push(node);
    // The last one pushed comes next: the branch for false, and whatever must follow directly.
    for (const next of successors(node)) {
      const left = (waitingFor.get(next) ?? 0) - 1;
      waitingFor.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return order;
}
