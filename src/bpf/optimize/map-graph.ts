/** Common structure of passes that rebuild a graph from its end to its start. @module */
import { firstSuccessor, type Graph, type Node, secondSuccessor } from './graph.ts';

/** Returns the replacement of a node that comes later in the program. */
export type Rebuilt = (node: Node) => Node;

/** Replaces a node whose successors are done: `first` and `second` are for true and false, or both are the only one. */
type Replace = (node: Node, first: Node, second: Node, rebuilt: Rebuilt) => Node;

/** Replaces every node that is reachable from `root`, successors first. */
export function mapGraph(graph: Graph, root: Node, replace: Replace): Node {
  const nodes = graph.reachable(root);
  const byId = new Array<Node | undefined>(root.id + 1);
  const rebuilt: Rebuilt = (node) => byId[node.id] ?? node;
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const node = nodes[index] as Node;
    const first = firstSuccessor(node);
    if (first === undefined) continue;
    byId[node.id] = replace(node, rebuilt(first), rebuilt(secondSuccessor(node) ?? first), rebuilt);
  }
  return rebuilt(root);
}
