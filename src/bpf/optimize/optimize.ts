/** The passes over the graph, in their order. @module */
import { dropDeadAssigns } from './dead-assigns.ts';
import { OutcomeFacts, RangeFacts } from './facts.ts';
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

/** Whether no packet can be accepted, as far as libpcap's optimiser would notice. */
export function rejectsAll(graph: Graph, root: Node): boolean {
  const threaded = untilStable(graph, root, (node) => threadJumps(graph, node, OutcomeFacts.none));
  return !canAccept(graph, threaded);
}

export function optimize(graph: Graph, root: Node): Node {
  graph.allow(1000000);
  const threadAll = (node: Node) => untilStable(graph, node, (next) => threadJumps(graph, next, RangeFacts.none));
  let best = threadAll(dropDeadAssigns(graph, root));
  for (const pass of [groupAlternatives, widenTests, strengthen]) {
    const changed = pass(graph, best);
    if (changed !== best) best = pass === widenTests ? changed : threadAll(changed);
  }
  return best;
}

/** Whether any packet can be accepted from `root` on. */
export function canAccept(graph: Graph, root: Node): boolean {
  return graph.reachable(root).at(-1) === graph.accept;
}

function untilStable(graph: Graph, root: Node, pass: (root: Node) => Node): Node {
  let node = root;
  const rounds = isLarge(graph, root) ? ROUNDS_OF_LARGE : MAX_ROUNDS;
  for (let round = 0; round < rounds; round += 1) {
    const next = pass(node);
    if (next === node) break;
    node = next;
  }
  return node;
}

/** Whether a graph is so large that it is not worth every effort. */
function isLarge(graph: Graph, root: Node): boolean {
  return graph.reachable(root).length > LARGE_GRAPH;
}
