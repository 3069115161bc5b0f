/**
 * Orders the nodes of a graph in the program: every node after its predecessors, so that all jumps go forward. @module
 */
import { firstSuccessor, type Node, secondSuccessor } from '../optimize/graph.ts';

/**
 * Returns the nodes in program order, without the two ends, from all `nodes` of a graph, the root first. A node without
 * a test is followed by its successor where possible, since it has no jump of its own.
 */
export function layOut(nodes: readonly Node[]): Node[] {
  const root = nodes[0];
  if (root === undefined) return [];
  /** By the number of a node: the number of edges to it that are still to come. */
  const waitingFor = new Array<number>(root.id + 1).fill(0);
  const ready = [root];
  const expect = (next: Node | undefined) => {
    if (next !== undefined) waitingFor[next.id] = (waitingFor[next.id] ?? 0) + 1;
  };
  const arrive = (next: Node | undefined) => {
    if (next === undefined) return;
    const left = (waitingFor[next.id] ?? 0) - 1;
    waitingFor[next.id] = left;
    if (left === 0) ready.push(next);
  };
  for (const node of nodes) {
    expect(firstSuccessor(node));
    expect(secondSuccessor(node));
  }
  const order: Node[] = [];
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    if (node.kind === 'return') continue;
    order.push(node);
    // The last one pushed comes next: the branch for false, and whatever must follow directly.
    arrive(firstSuccessor(node));
    arrive(secondSuccessor(node));
  }
  return order;
}
