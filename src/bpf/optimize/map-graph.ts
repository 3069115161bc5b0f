/** The shape of passes that make a new graph from the end to the start. @module */
import { firstSuccessor, type Graph, type Node, secondSuccessor } from './graph.ts';

/** What has become of a node that comes later in the program. */
export type Rebuilt = (node: Node) => Node;

/** What becomes of a node whose successors are done: `first` and `second` are for true and false, or both the next one. */
type Replace = (node: Node, first: Node, second: Node, rebuilt: Rebuilt) => Node;

/** Replaces every node that can be reached from `root`, successors first. */
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
