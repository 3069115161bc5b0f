/** The shape of passes that make a new graph from the end to the start. @module */
import { type Node, reachable } from './graph.ts';

/** What becomes of a node whose successors are done: `first` and `second` are for true and false, or both the next one. */
type Replace = (node: Node, first: Node, second: Node) => Node;

/** Replaces every node that can be reached from `root`, successors first. */
export function mapGraph(root: Node, replace: Replace): Node {
  const rebuilt = new Map<Node, Node>();
  const done = (node: Node) => rebuilt.get(node) ?? node;
  for (const node of reachable(root).toReversed()) {
    if (node.kind === 'return') continue;
    const branches = node.kind === 'test' || node.kind === 'chain';
    const first = done(branches ? node.onTrue : node.next);
    rebuilt.set(node, replace(node, first, branches ? done(node.onFalse) : first));
  }
  return done(root);
}
