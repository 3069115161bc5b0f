/** Runs the passes over the graph in their order. @module */
import type { VariableValue } from '../compile/value.ts';
import { LimitError } from '../language/limits.ts';
import { dropDeadAssigns } from './dead-assigns.ts';
import { type Facts, RangeFacts } from './facts.ts';
import type { Graph, Node } from './graph.ts';
import { groupAlternatives } from './group.ts';
import { strengthen } from './strengthen.ts';
import { threadJumps } from './thread.ts';
import { widenTests } from './widen.ts';

/** Rounds of jump threading. Typical filters need two or three. */
const MAX_ROUNDS = 16;
/** Graphs of more nodes get fewer rounds, to bound the work; the first two rounds find nearly everything. */
const LARGE_GRAPH = 4_000;
const ROUNDS_OF_LARGE = 2;
/** Maximum growth of a graph, as a multiple of its size, while passes rebuild it; most of the nodes are garbage by then. */
const GROWTH = 4;
/** Growth in nodes that every graph is allowed. */
const LEAST_GROWTH = 20_000;

/** Returns a smaller graph with the same verdicts. The work on a large graph is bounded. */
export function optimize(graph: Graph, root: Node): Node {
  const thread = (node: Node) => threadAll(graph, node, RangeFacts.atStart(comparedVariables(graph.reachable(node))));
  const unlessSame = (pass: (graph: Graph, root: Node) => Node) => (node: Node) => {
    const changed = pass(graph, node);
    return changed === node || pass === widenTests ? changed : thread(changed);
  };
  return withinGrowth(graph, root, [
    (node) => thread(dropDeadAssigns(graph, node)),
    ...[dropDeadAssigns, groupAlternatives, widenTests, strengthen].map(unlessSame),
  ]);
}

/** Returns the variables that tests compare, for example those that mark a tunnel as found. */
export function comparedVariables(nodes: readonly Node[]): ReadonlySet<VariableValue> {
  const compared = new Set<VariableValue>();
  for (const node of nodes) if (node.kind === 'test' && node.value.kind === 'variable') compared.add(node.value);
  return compared;
}

/** Runs the passes until one makes the graph too large; returns the result of the last complete pass. */
function withinGrowth(graph: Graph, root: Node, passes: readonly ((node: Node) => Node)[]): Node {
  graph.allow(Math.max(LEAST_GROWTH, GROWTH * graph.reachable(root).length));
  let best = root;
  try {
    for (const pass of passes) best = pass(best);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
  }
  return best;
}

function threadAll<F extends Facts<F>>(graph: Graph, root: Node, none: F): Node {
  let node = root;
  const rounds = isLarge(graph, root) ? ROUNDS_OF_LARGE : MAX_ROUNDS;
  for (let round = 0; round < rounds; round += 1) {
    const next = threadJumps(graph, node, none);
    if (next === node) break;
    node = next;
  }
  return node;
}

/** Returns whether the effort for a graph is reduced. */
function isLarge(graph: Graph, root: Node): boolean {
  return graph.reachable(root).length > LARGE_GRAPH;
}
