/**
 * The intermediate form: an acyclic graph of tests. A node tests one value and has two successors, or has an effect and
 * one successor, or ends the program. Equal nodes are one object, so equal blocks merge as soon as they are made;
 * successors are made first, so the `id` of a node is larger than those of all nodes behind it. @module
 */
import { InternTable } from '../compile/intern-table.ts';
import { buildNodes, type Comparison, type NodeMaker, type Predicate } from '../compile/predicate.ts';
import type { Value, ValueTable, VariableValue } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import { LimitError } from '../language/limits.ts';

interface GraphNode {
  readonly id: number;
  /**
   * Minimum length in bytes of the packets that can be accepted from here on; infinite where nothing is accepted. A
   * load below this bound cannot be the one that rejects the packet.
   */
  readonly needs: number;
}

export type Node =
  | (GraphNode & { readonly kind: 'return'; readonly accept: boolean })
  | (GraphNode & {
      readonly kind: 'test';
      readonly value: Value;
      readonly comparison: Comparison;
      readonly operand: Value;
      readonly onTrue: Node;
      readonly onFalse: Node;
    })
  | (GraphNode & {
      readonly kind: 'assign';
      readonly variable: VariableValue;
      readonly value: Value;
      readonly next: Node;
    })
  /** Rejects packets that are too short for `value`, without any other effect. */
  | (GraphNode & { readonly kind: 'touch'; readonly value: Value; readonly next: Node })
  | (GraphNode & {
      readonly kind: 'chain';
      readonly family: 'ip' | 'ip6';
      readonly protocol: number;
      readonly headerOffset: number;
      readonly onTrue: Node;
      readonly onFalse: Node;
    });

export type TestNode = Extract<Node, { kind: 'test' }>;

/** First numbers of the keys of nodes. */
const KEYS = { equal: 0, greater: 1, greaterOrEqual: 2, assign: 3, touch: 4, ip: 5, ip6: 6, return: 7 } as const;

export class Graph {
  readonly values: ValueTable;
  readonly accept: Node;
  readonly reject: Node;
  readonly #known = new InternTable<Node>();
  #limit: number;
  /** The last result of `reachable`: consecutive passes ask for the same root. */
  #order: readonly Node[] = [];

  constructor(values: ValueTable, limit: number) {
    this.values = values;
    this.#limit = limit;
    this.accept = this.#return(true, 0);
    this.reject = this.#return(false, Number.POSITIVE_INFINITY);
  }

  #return(accept: boolean, needs: number): Node {
    const id = this.#nextId();
    this.#known.find(KEYS.return, id, 0, 0, 0);
    return this.#known.add<Node>({ kind: 'return', id, needs, accept });
  }

  /** Lets the graph grow by this number of nodes. */
  allow(nodes: number): void {
    this.#limit = this.#known.size + nodes;
  }

  /** Builds the graph of `predicate`, which continues at `onTrue` and `onFalse`. */
  build(predicate: Predicate, onTrue: Node, onFalse: Node): Node {
    const maker: NodeMaker<Node> = {
      test: ({ value, comparison, operand }, yes, no) => this.test(value, comparison, operand, yes, no),
      effect: (effect, next) =>
        effect.kind === 'assign' ? this.assign(effect.variable, effect.value, next) : this.touch(effect.value, next),
      chain: ({ family, protocol, headerOffset }, yes, no) => this.chain(family, protocol, headerOffset, yes, no),
    };
    return buildNodes(maker, predicate, onTrue, onFalse);
  }

  test(value: Value, comparison: Comparison, operand: Value, onTrue: Node, onFalse: Node): Node {
    if (value.kind === 'constant' && operand.kind === 'constant') {
      return decide(value.value, comparison, operand.value) ? onTrue : onFalse;
    }
    if (onTrue === onFalse) return this.touch(operand, this.touch(value, onTrue));
    const normal = this.#normalize(value, comparison, operand);
    if (normal !== undefined) return this.test(normal.value, comparison, normal.operand, onTrue, onFalse);
    const key = KEYS[comparison];
    const known = this.#known.find(key, value.id, operand.id, onTrue.id, onFalse.id);
    if (known !== undefined) return known;
    const needs = Math.max(traitsOf(value).fixedEnd, traitsOf(operand).fixedEnd, Math.min(onTrue.needs, onFalse.needs));
    return this.#known.add<Node>({
      kind: 'test',
      id: this.#nextId(),
      needs,
      value,
      comparison,
      operand,
      onTrue,
      onFalse,
    });
  }

  /** Turns `x + 3 = 10` into `x = 7`, and a difference of 0 into an equality. */
  #normalize(value: Value, comparison: Comparison, operand: Value): { value: Value; operand: Value } | undefined {
    if (comparison !== 'equal' || operand.kind !== 'constant' || value.kind !== 'binary') return undefined;
    const { operator, left, right } = value;
    if (operator === 'sub' && operand.value === 0) return { value: left, operand: right };
    if (right.kind !== 'constant') return undefined;
    if (operator === 'add') return { value: left, operand: this.values.constant(operand.value - right.value) };
    if (operator === 'xor') return { value: left, operand: this.values.constant(operand.value ^ right.value) };
    return undefined;
  }

  assign(variable: VariableValue, value: Value, next: Node): Node {
    if (next.kind === 'return') return this.touch(value, next);
    const known = this.#known.find(KEYS.assign, variable.id, value.id, next.id, 0);
    if (known !== undefined) return known;
    const needs = Math.max(traitsOf(value).fixedEnd, next.needs);
    return this.#known.add<Node>({ kind: 'assign', id: this.#nextId(), needs, variable, value, next });
  }

  /** Makes a node that rejects packets too short for `value`; returns `next` itself if it does that already. */
  touch(value: Value, next: Node): Node {
    const { mayReject, fixedOnly, fixedEnd } = traitsOf(value);
    if (!mayReject) return next;
    if (fixedOnly && fixedEnd <= next.needs) return next;
    if (next === this.reject) return next;
    const known = this.#known.find(KEYS.touch, value.id, next.id, 0, 0);
    if (known !== undefined) return known;
    const needs = Math.max(fixedEnd, next.needs);
    return this.#known.add<Node>({ kind: 'touch', id: this.#nextId(), needs, value, next });
  }

  chain(family: 'ip' | 'ip6', protocol: number, headerOffset: number, onTrue: Node, onFalse: Node): Node {
    const key = KEYS[family];
    const known = this.#known.find(key, protocol, headerOffset, onTrue.id, onFalse.id);
    if (known !== undefined) return known;
    const id = this.#nextId();
    return this.#known.add<Node>({ kind: 'chain', id, needs: 0, family, protocol, headerOffset, onTrue, onFalse });
  }

  /** Returns `node` with other successors. */
  withSuccessors(node: Node, first: Node, second: Node): Node {
    switch (node.kind) {
      case 'return':
        return node;
      case 'test':
        if (first === node.onTrue && second === node.onFalse) return node;
        return this.test(node.value, node.comparison, node.operand, first, second);
      case 'assign':
        return first === node.next ? node : this.assign(node.variable, node.value, first);
      case 'touch':
        return first === node.next ? node : this.touch(node.value, first);
      case 'chain':
        return this.chain(node.family, node.protocol, node.headerOffset, first, second);
    }
  }

  /** Returns all nodes that are reachable from `root`, each before its successors; so `root` is the first. */
  reachable(root: Node): readonly Node[] {
    if (this.#order[0] === root) return this.#order;
    const order: Node[] = [];
    const found = new Array<Node | undefined>(root.id + 1);
    found[root.id] = root;
    // Successors have smaller numbers.
    for (let id = root.id; id >= 0; id -= 1) {
      const node = found[id];
      if (node === undefined) continue;
      order.push(node);
      const first = firstSuccessor(node);
      const second = secondSuccessor(node);
      if (first !== undefined) found[first.id] = first;
      if (second !== undefined) found[second.id] = second;
    }
    this.#order = order;
    return order;
  }

  #nextId(): number {
    if (this.#known.size >= this.#limit) throw new LimitError(`more than ${this.#limit} nodes`);
    return this.#known.size;
  }
}

export function decide(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case 'equal':
      return left === right;
    case 'greater':
      return left > right;
    case 'greaterOrEqual':
      return left >= right;
  }
}

/** Returns the successor for true, or the only one. */
export function firstSuccessor(node: Node): Node | undefined {
  if (node.kind === 'return') return undefined;
  return node.kind === 'test' || node.kind === 'chain' ? node.onTrue : node.next;
}

/** Returns the successor for false. */
export function secondSuccessor(node: Node): Node | undefined {
  return node.kind === 'test' || node.kind === 'chain' ? node.onFalse : undefined;
}
