/**
 * Jump threading: a jump to a test whose outcome is known on that way goes straight to what comes after it. The tests that
 * no way leads to any more are gone. @module
 */
import type { Value } from '../compile/value.ts';
import type { Facts } from './facts.ts';
import { type Graph, type Node, reachable } from './graph.ts';

/** Where a jump goes: past these loads, which must still be able to reject the packet, to `target`. */
interface Route {
  readonly touched: readonly Value[];
  readonly target: Node;
}

/** One round over the whole graph. */
export function threadJumps<F extends Facts<F>>(graph: Graph, root: Node, none: F): Node {
  const before = new Map<Node, F>([[root, none]]);
  const routes = new Map<Node, readonly Route[]>();
  const nodes = reachable(root);
  let changed = false;

  const follow = (start: Node, factsThere: F): Route => {
    const touched: Value[] = [];
    let target = start;
    let facts = factsThere;
    for (;;) {
      if (target.kind === 'touch' && facts.covers(target.value)) {
        target = target.next;
        continue;
      }
      const outcome = target.kind === 'test' ? facts.outcome(target) : undefined;
      if (target.kind !== 'test' || outcome === undefined) break;
      for (const value of [target.value, target.operand]) {
        if (facts.covers(value)) continue;
        touched.push(value);
        facts = facts.afterLoad(value);
      }
      target = outcome ? target.onTrue : target.onFalse;
    }
    if (target !== start || touched.length > 0) changed = true;
    const known = before.get(target);
    before.set(target, known === undefined ? facts : known.meet(facts));
    return { touched, target };
  };

  for (const node of nodes) {
    const facts = before.get(node);
    if (facts === undefined) continue;
    switch (node.kind) {
      case 'return':
        break;
      case 'test':
        routes.set(node, [
          follow(node.onTrue, facts.afterTest(node, true)),
          follow(node.onFalse, facts.afterTest(node, false)),
        ]);
        break;
      case 'assign':
        routes.set(node, [follow(node.next, facts.afterAssign(node.variable, node.value))]);
        break;
      case 'touch':
        routes.set(node, [follow(node.next, facts.afterLoad(node.value))]);
        break;
      case 'chain':
        routes.set(node, [follow(node.onTrue, facts), follow(node.onFalse, facts)]);
        break;
    }
  }
  return changed ? rebuild(graph, root, nodes, routes) : root;
}

function rebuild(graph: Graph, root: Node, nodes: readonly Node[], routes: ReadonlyMap<Node, readonly Route[]>): Node {
  const rebuilt = new Map<Node, Node>();
  const arrive = ({ touched, target }: Route): Node => {
    const end = rebuilt.get(target) ?? target;
    return touched.reduceRight((next, value) => graph.touch(value, next), end);
  };
  for (const node of nodes.toReversed()) {
    const [first, second] = routes.get(node) ?? [];
    if (first === undefined) rebuilt.set(node, node);
    else rebuilt.set(node, graph.withSuccessors(node, arrive(first), arrive(second ?? first)));
  }
  return rebuilt.get(root) ?? root;
}
