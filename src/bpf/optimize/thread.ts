/**
 * Jump threading: a jump to a test whose outcome is known on that path goes to the successor instead. Tests that become
 * unreachable disappear. @module
 */
import type { Value } from '../compile/value.ts';
import type { Facts } from './facts.ts';
import type { Graph, Node } from './graph.ts';

/** Maximum number of tests that one jump passes in a round, to bound its work; later rounds go further. */
const MAX_PASSED = 64;
/** The key of the jump that leads to the root. */
const ENTRY = -1;

/** Runs one round over the whole graph. */
export function threadJumps<F extends Facts<F>>(graph: Graph, root: Node, none: F): Node {
  return new Threading(graph, root, none).run();
}

class Threading<F extends Facts<F>> {
  readonly #graph: Graph;
  readonly #root: Node;
  readonly #none: F;
  readonly #nodes: readonly Node[];
  /** By the number of a node: the facts that hold on every path to it. */
  readonly #before: (F | undefined)[];
  /** By the number of a node: the targets of its jumps. */
  readonly #first: (Node | undefined)[];
  readonly #second: (Node | undefined)[];
  /**
   * Values that jumps pass and that still may reject the packet, by twice the number of the node, plus one for the
   * second jump.
   */
  readonly #touched = new Map<number, readonly Value[]>();
  #changed = false;

  constructor(graph: Graph, root: Node, none: F) {
    this.#graph = graph;
    this.#root = root;
    this.#none = none;
    this.#nodes = graph.reachable(root);
    this.#before = new Array<F | undefined>(root.id + 1);
    this.#first = new Array<Node | undefined>(root.id + 1);
    this.#second = new Array<Node | undefined>(root.id + 1);
  }

  run(): Node {
    const start = this.#follow(this.#root, this.#none, ENTRY);
    for (const node of this.#nodes) {
      const facts = this.#before[node.id];
      if (facts === undefined) continue;
      // All paths to the node have been followed. Unused facts are garbage at once.
      this.#before[node.id] = undefined;
      this.#routeFrom(node, facts);
    }
    return this.#changed ? this.#rebuild(start) : this.#root;
  }

  #routeFrom(node: Node, facts: F): void {
    const { id } = node;
    switch (node.kind) {
      case 'return':
        break;
      case 'test':
        // Facts are not needed at an end.
        this.#first[id] =
          node.onTrue.kind === 'return' ? node.onTrue : this.#follow(node.onTrue, facts.afterTest(node, true), id * 2);
        this.#second[id] =
          node.onFalse.kind === 'return'
            ? node.onFalse
            : this.#follow(node.onFalse, facts.afterTest(node, false), id * 2 + 1);
        break;
      case 'assign':
        this.#first[id] = this.#follow(node.next, facts.afterAssign(node.variable, node.value), id * 2);
        break;
      case 'touch':
        this.#first[id] = this.#follow(node.next, facts.afterLoad(node.value), id * 2);
        break;
      case 'chain':
        this.#first[id] = this.#follow(node.onTrue, facts, id * 2);
        this.#second[id] = this.#follow(node.onFalse, facts, id * 2 + 1);
        break;
    }
  }

  /** Returns the target of a jump to `start`, and records the facts there. `jump` is its key in `#touched`. */
  #follow(start: Node, factsThere: F, jump: number): Node {
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
    if (touched !== undefined) this.#touched.set(jump, touched);
    if (target !== start) this.#changed = true;
    if (target.kind !== 'return') {
      const known = this.#before[target.id];
      this.#before[target.id] = known === undefined ? facts : known.meet(facts);
    }
    return target;
  }

  #rebuild(start: Node): Node {
    const rebuilt = new Array<Node | undefined>(this.#root.id + 1);
    const arrive = (target: Node, jump: number): Node => {
      const end = rebuilt[target.id] ?? target;
      const touched = this.#touched.get(jump);
      return touched === undefined ? end : touched.reduceRight((next, value) => this.#graph.touch(value, next), end);
    };
    for (let index = this.#nodes.length - 1; index >= 0; index -= 1) {
      const node = this.#nodes[index] as Node;
      const { id } = node;
      const first = this.#first[id];
      if (first === undefined) {
        rebuilt[id] = node;
        continue;
      }
      const onTrue = arrive(first, id * 2);
      const second = this.#second[id];
      rebuilt[id] = this.#graph.withSuccessors(
        node,
        onTrue,
        second === undefined ? onTrue : arrive(second, id * 2 + 1),
      );
    }
    return arrive(start, ENTRY);
  }
}
