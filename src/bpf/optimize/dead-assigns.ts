/**
 * Removes assignments of variables that nothing reads, except for the loads in them that may reject the packet. @module
 */
import { type Value, type VariableValue, walkValue } from '../compile/value.ts';
import type { Graph, Node } from './graph.ts';
import { mapGraph } from './map-graph.ts';

export function dropDeadAssigns(graph: Graph, root: Node): Node {
  const nodes = graph.reachable(root);
  const read = new Set<VariableValue>();
  const note = (value: Value) =>
    walkValue(value, (part) => {
      if (part.kind === 'variable') read.add(part);
    });
  for (const node of nodes) {
    if (node.kind === 'test') note(node.operand);
    if (node.kind === 'test' || node.kind === 'assign' || node.kind === 'touch') note(node.value);
  }
  if (nodes.every((node) => node.kind !== 'assign' || read.has(node.variable))) return root;
  return mapGraph(graph, root, (node, first, second) => {
    const dead = node.kind === 'assign' && !read.has(node.variable);
    return dead ? graph.touch(node.value, first) : graph.withSuccessors(node, first, second);
  });
}
