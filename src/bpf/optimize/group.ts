/**
 * Reorders alternatives: of tests with the same target, those of one loaded value become neighbours, so that it is
 * loaded once. On a packet cut short this can accept what the original order rejects, if a true alternative has moved
 * in front of a load that fails; libpcap's optimiser does the same ("or pullup" and "and pullup"). @module
 */
import type { Value } from '../compile/value.ts';
import type { Graph, Node, TestNode } from './graph.ts';
import { mapGraph, type Rebuilt } from './map-graph.ts';

type Branch = 'onTrue' | 'onFalse';

export function groupAlternatives(graph: Graph, root: Node): Node {
  const nodes = graph.reachable(root);
  const inner = { onTrue: laterLinks(nodes, 'onTrue'), onFalse: laterLinks(nodes, 'onFalse') };
  return mapGraph(graph, root, (node, first, second, rebuilt) => {
    const regrouped = node.kind === 'test' ? regroup(graph, node, inner, rebuilt) : undefined;
    return regrouped ?? graph.withSuccessors(node, first, second);
  });
}

/** Tests that are not the first of a chain; a chain is reordered from its first test on. */
function laterLinks(nodes: readonly Node[], branch: Branch): ReadonlySet<Node> {
  const other = branch === 'onTrue' ? 'onFalse' : 'onTrue';
  const later = new Set<Node>();
  for (const node of nodes) {
    if (node.kind !== 'test') continue;
    const next = node[other];
    if (next.kind === 'test' && next[branch] === node[branch]) later.add(next);
  }
  return later;
}

/** Returns the tests from `node` on that share its successor for `branch` and are reached by the other branch. */
function chainFrom(node: Node, branch: Branch): TestNode[] {
  const chain: TestNode[] = [];
  const other = branch === 'onTrue' ? 'onFalse' : 'onTrue';
  for (let next = node; next.kind === 'test' && (chain[0] ?? next)[branch] === next[branch]; next = next[other]) {
    chain.push(next);
  }
  return chain;
}

/** Returns the reordered chain from `node` on; undefined if it is in order already. */
function regroup(
  graph: Graph,
  node: TestNode,
  inner: Readonly<Record<Branch, ReadonlySet<Node>>>,
  rebuilt: Rebuilt,
): Node | undefined {
  for (const branch of ['onTrue', 'onFalse'] as const) {
    if (inner[branch].has(node)) continue;
    // Conditions that must all hold keep their order, and so their loads, unless a failure rejects the packet anyway.
    if (branch === 'onFalse' && node.onFalse.needs !== Number.POSITIVE_INFINITY) continue;
    const chain = chainFrom(node, branch);
    // If the target may accept, only tests of the same value move, as in libpcap.
    const rejects = node[branch].needs === Number.POSITIVE_INFINITY;
    const keyOf = rejects ? loadedValue : itself;
    const last = chain.at(-1);
    if (last === undefined || isGrouped(chain, keyOf)) continue;
    const ordered = inGroups(chain, keyOf);
    const shared = rebuilt(node[branch]);
    const end = rebuilt(branch === 'onTrue' ? last.onFalse : last.onTrue);
    return ordered.reduceRight((next, { value, comparison, operand }) => {
      const [onTrue, onFalse] = branch === 'onTrue' ? [shared, next] : [next, shared];
      return graph.test(value, comparison, operand, onTrue, onFalse);
    }, end);
  }
  return undefined;
}

/** Returns whether tests with the same key are neighbours. */
function isGrouped(chain: readonly TestNode[], keyOf: (value: Value) => Value): boolean {
  const first = chain[0];
  if (first === undefined) return true;
  let group = keyOf(first.value);
  let over: Set<Value> | undefined;
  for (const test of chain) {
    const key = keyOf(test.value);
    if (key === group) continue;
    over ??= new Set();
    if (over.has(key)) return false;
    over.add(group);
    group = key;
  }
  return true;
}

/** Returns the tests with each directly after the first one with the same key. */
function inGroups(chain: readonly TestNode[], keyOf: (value: Value) => Value): TestNode[] {
  const groups = new Map<Value, TestNode[]>();
  for (const test of chain) {
    const key = keyOf(test.value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [test]);
    else group.push(test);
  }
  return [...groups.values()].flat();
}

function itself(value: Value): Value {
  return value;
}

function loadedValue(value: Value): Value {
  return value.kind === 'binary' && value.right.kind === 'constant' ? loadedValue(value.left) : value;
}
