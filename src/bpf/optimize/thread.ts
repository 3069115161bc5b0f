/**
 * Jump threading: a jump to a test whose outcome is known on that way goes straight to what comes after it. The tests that
 * no way leads to any more are gone. @module
 */
import type { Value } from '../compile/value.ts';
import type { Facts } from './facts.ts';
import type { Graph, Node } from './graph.ts';

/** Tests that one jump goes past in a round. More rounds go further, so that the work of a round stays bounded. */
const MAX_PASSED = 64;

/** Where a jump goes: past these loads, which must still be able to reject the packet, to `target`. */
interface Route {
  readonly touched: readonly Value[];
  readonly target: Node;
}

/** One round over the whole graph. */
export function threadJumps<F extends Facts<F>>(graph: Graph, root: Node, none: F): Node {
  return new Threading(graph, root, none).run();
}

class Threading<F extends Facts<F>> {
  readonly #graph: Graph;
  readonly #root: Node;
  readonly #nodes: readonly Node[];
  /** By the number of a node: what holds on every way to it. */
  readonly #before: (F | undefined)[];
  /** By the number of a node: where its jumps go. */
  readonly #first: (Route | undefined)[];
  readonly #second: (Route | undefined)[];
  #changed = false;

  constructor(graph: Graph, root: Node, none: F) {
    this.#graph = graph;
    this.#root = root;
    this.#nodes = graph.reachable(root);
    this.#before = new Array<F | undefined>(root.id + 1);
    this.#before[root.id] = none;
    this.#first = new Array<Route | undefined>(root.id + 1);
    this.#second = new Array<Route | undefined>(root.id + 1);
  }

  run(): Node {
    for (const node of this.#nodes) {
      const facts = this.#before[node.id];
      if (facts !== undefined) this.#routeFrom(node, facts);
    }
    return this.#changed ? this.#rebuild() : this.#root;
  }

  #routeFrom(node: Node, facts: F): void {
    switch (node.kind) {
      case 'return':
        break;
      case 'test':
        this.#first[node.id] = this.#follow(node.onTrue, facts.afterTest(node, true));
        this.#second[node.id] = this.#follow(node.onFalse, facts.afterTest(node, false));
        break;
      case 'assign':
        this.#first[node.id] = this.#follow(node.next, facts.afterAssign(node.variable, node.value));
        break;
      case 'touch':
        this.#first[node.id] = this.#follow(node.next, facts.afterLoad(node.value));
        break;
      case 'chain':
        this.#first[node.id] = this.#follow(node.onTrue, facts);
        this.#second[node.id] = this.#follow(node.onFalse, facts);
        break;
    }
  }

  /** Where a jump to `start` may go; what holds there is noted. */
  #follow(start: Node, factsThere: F): Route {
    let touched: Value[] | undefined;
    let target = start;
    let facts = factsThere;
    for (let passed = 0; passed < MAX_PASSED; passed += 1) {
      if (target.kind === 'touch' && facts.covers(target.value)) {
        target = target.next;
        continue;
      }
      const outcome = target.kind === 'test' ? facts.outcome(target) : undefined;
      if (target.kind !== 'test' || outcome === undefined) break;
      for (const value of [target.value, target.operand]) {
        if (facts.covers(value)) continue;
        touched ??= [];
        touched.push(value);
        facts = facts.afterLoad(value);
      }
      target = outcome ? target.onTrue : target.onFalse;
    }
    if (target !== start) this.#changed = true;
    if (target.kind !== 'return') {
      const known = this.#before[target.id];
      this.#before[target.id] = known === undefined ? facts : known.meet(facts);
    }
    return { touched: touched ?? NOTHING, target };
  }

  #rebuild(): Node {
    const rebuilt = new Array<Node | undefined>(this.#root.id + 1);
    const arrive = ({ touched, target }: Route): Node => {
      const end = rebuilt[target.id] ?? target;
      return touched.reduceRight((next, value) => this.#graph.touch(value, next), end);
    };
    for (let index = this.#nodes.length - 1; index >= 0; index -= 1) {
      const node = this.#nodes[index] as Node;
      const first = this.#first[node.id];
      const second = this.#second[node.id] ?? first;
      if (first === undefined || second === undefined) rebuilt[node.id] = node;
      else rebuilt[node.id] = this.#graph.withSuccessors(node, arrive(first), arrive(second));
    }
    return rebuilt[this.#root.id] ?? this.#root;
  }
}

const NOTHING: readonly Value[] = [];
