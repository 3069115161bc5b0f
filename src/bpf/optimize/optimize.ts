/** The passes over the graph, in their order. @module */
import { LimitError } from '../language/limits.ts';
import { dropDeadAssigns } from './dead-assigns.ts';
import { type Facts, RangeFacts } from './facts.ts';
import type { Graph, Node } from './graph.ts';
import { groupAlternatives } from './group.ts';
import { strengthen } from './strengthen.ts';
import { threadJumps } from './thread.ts';
import { widenTests } from './widen.ts';

/** Each round removes something; real filters are done after two or three. */
const MAX_ROUNDS = 16;
/** Graphs of more nodes get fewer rounds: the first two find nearly all, and work must stay bounded. */
const LARGE_GRAPH = 4_000;
const ROUNDS_OF_LARGE = 2;
/** How many times its own size a graph may grow while passes make it anew; most of it is garbage by then. */
const GROWTH = 4;
/** Small graphs are never stopped. */
const LEAST_GROWTH = 20_000;

/** The graph with the same verdicts in a better form; of a large one the best that bounded work gives. */
export function optimize(graph: Graph, root: Node): Node {
  const thread = (node: Node) => threadAll(graph, node, RangeFacts.none);
  const unlessSame = (pass: (graph: Graph, root: Node) => Node) => (node: Node) => {
    const changed = pass(graph, node);
    return changed === node || pass === widenTests ? changed : thread(changed);
  };
  return withinGrowth(graph, root, [
    (node) => thread(dropDeadAssigns(graph, node)),
    ...[groupAlternatives, widenTests, strengthen].map(unlessSame),
  ]);
}

/** `root` after all passes, or after those that came before the graph was too large. */
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

/** Whether a graph is so large that it is not worth every effort. */
function isLarge(graph: Graph, root: Node): boolean {
  return graph.reachable(root).length > LARGE_GRAPH;
}
