/**
 * Emits the program of a graph. Nodes are emitted in the order of `layOut`. A value that a register holds on every path to
 * a node is not loaded again, and a jump whose registers hold more than those of other paths skips the loads at the start
 * of the node. @module
 */
import type { Value, VariableValue } from '../compile/value.ts';
import { walkValue } from '../compile/value.ts';
import { BpfClass, type BpfInstruction, BpfReturn, BpfSource } from '../instruction.ts';
import type { Node, TestNode } from '../optimize/graph.ts';
import { CodeBuffer, JUMP_EQUAL, JUMP_GREATER, JUMP_GREATER_OR_EQUAL, JUMP_SET, type Label } from './code-buffer.ts';
import { emitHeaderChain } from './header-chain.ts';
import { layOut } from './layout.ts';
import { assignWords } from './memory-words.ts';
import { meet, NOTHING_KNOWN, type RegisterState } from './registers.ts';
import { SpillRequest, ValueCode } from './value-code.ts';

export interface EmitOptions {
  /** What `ret` returns for an accepted packet. */
  readonly snapLength: number;
  /** Whether registers are reused between nodes; if not, each node loads all values that it needs. */
  readonly reuse: boolean;
}

/** A path into a node that has not been emitted yet. */
interface Edge {
  readonly label: Label;
  readonly state: RegisterState;
  /** Whether the preceding code falls through into the node. */
  readonly fallsIn: boolean;
}

/**
 * Returns the program of a graph, given as all its `nodes`, each before its successors.
 * @throws LimitError when the program is too long, or M[] is too small for variables and intermediate results
 */
export function emit(nodes: readonly Node[], options: EmitOptions): BpfInstruction[] {
  const order = layOut(nodes);
  const inMemory: VariableValue[] = [];
  for (;;) {
    try {
      return new Emitter(options, assignWords(nodes, inMemory), indexVariables(order)).run(nodes, order);
    } catch (error) {
      if (!(error instanceof SpillRequest)) throw error;
      inMemory.push(error.variable);
    }
  }
}

/** Returns the variables that loads use as an index, and that therefore belong in X. */
function indexVariables(nodes: readonly Node[]): ReadonlySet<Value> {
  const found = new Set<Value>();
  for (const node of nodes) {
    if (node.kind === 'return' || node.kind === 'chain') continue;
    walkValue(node.value, (part) => {
      if (part.kind === 'load' && part.base?.kind === 'variable') found.add(part.base);
    });
  }
  return found;
}

class Emitter {
  readonly #code = new CodeBuffer();
  readonly #values: ValueCode;
  readonly #options: EmitOptions;
  readonly #indexVariables: ReadonlySet<Value>;
  /** By the number of a node. */
  #edges: (Edge[] | undefined)[] = [];

  constructor(options: EmitOptions, words: ReadonlyMap<VariableValue, number>, variablesInX: ReadonlySet<Value>) {
    this.#options = options;
    this.#indexVariables = variablesInX;
    this.#values = new ValueCode(this.#code, words);
  }

  run(nodes: readonly Node[], order: readonly Node[]): BpfInstruction[] {
    const root = nodes[0] as Node;
    this.#edges = new Array<Edge[] | undefined>(root.id + 1);
    this.#edge(root, NOTHING_KNOWN, true);
    for (let index = 0; index < order.length; index += 1) this.#emitNode(order[index] as Node, order[index + 1]);
    // Both returns, that for accepted packets first, as in libpcap's programs.
    for (const node of [nodes.at(-1), nodes.at(-2)]) {
      const edges = node?.kind === 'return' ? this.#edges[node.id] : undefined;
      if (node?.kind !== 'return' || edges === undefined) continue;
      this.#placeAll(edges);
      this.#code.push(BpfClass.ret | BpfReturn.k, node.accept ? this.#options.snapLength : 0);
    }
    return this.#code.link(this.#options.reuse);
  }

  #placeAll(edges: readonly Edge[]): void {
    for (const { label } of edges) this.#code.place(label);
  }

  /** Adds a path into `node`. */
  #edge(node: Node, state: RegisterState, fallsIn = false): Label {
    const label = this.#code.label();
    const edge = { label, state: this.#options.reuse ? state : NOTHING_KNOWN, fallsIn };
    const edges = this.#edges[node.id];
    if (edges === undefined) this.#edges[node.id] = [edge];
    else edges.push(edge);
    return label;
  }

  #emitNode(node: Node, following: Node | undefined): void {
    const edges = this.#edges[node.id] ?? [];
    switch (node.kind) {
      case 'return':
        break;
      case 'test':
        this.#emitTest(node, edges);
        break;
      case 'assign':
        this.#enter(edges);
        this.#values.assign(node.variable, node.value, this.#indexVariables.has(node.variable) ? 'x' : 'a');
        this.#continueWith(node.next, following);
        break;
      case 'touch':
        this.#enter(edges);
        this.#values.loadA(node.value);
        this.#continueWith(node.next, following);
        break;
      case 'chain': {
        this.#enter(edges);
        const onTrue = this.#edge(node.onTrue, NOTHING_KNOWN);
        const onFalse = this.#edge(node.onFalse, NOTHING_KNOWN);
        emitHeaderChain(this.#code, node, onTrue, onFalse);
        break;
      }
    }
  }

  /** Starts a node: places the labels of all paths into it. */
  #enter(edges: readonly Edge[]): void {
    this.#placeAll(edges);
    this.#values.state = meet(edges.map((edge) => edge.state));
  }

  /** Continues with the only successor, by falling through or by a jump. */
  #continueWith(next: Node, following: Node | undefined): void {
    const fallsIn = next === following;
    const label = this.#edge(next, this.#values.state, fallsIn);
    if (!fallsIn) this.#code.jumpAlways(label);
  }

  #emitTest(node: TestNode, edges: readonly Edge[]): void {
    const { value, operand } = node;
    const mask = this.#bitMask(node, edges);
    const loaded = mask === undefined ? value : mask.value;
    if (operand.kind === 'constant') this.#loadForEdges(loaded, edges);
    else {
      this.#enter(edges);
      this.#values.loadBoth(value, operand);
    }
    const { state } = this.#values;
    const onTrue = this.#edge(node.onTrue, state);
    const onFalse = this.#edge(node.onFalse, state);
    const jump = jumpCode(node);
    // A set bit makes the masked value differ from 0.
    if (mask !== undefined) this.#code.jump(JUMP_SET, mask.bits, onFalse, onTrue);
    else if (operand.kind === 'constant') this.#code.jump(jump, operand.value, onTrue, onFalse);
    else this.#code.jump(jump | BpfSource.x, 0, onTrue, onFalse);
  }

  /** Returns x and bits of `(x & bits) = 0`, which is one jump on x, unless A already holds the masked value. */
  #bitMask(node: TestNode, edges: readonly Edge[]): { readonly value: Value; readonly bits: number } | undefined {
    const { value, operand, comparison } = node;
    if (comparison !== 'equal' || operand.kind !== 'constant' || operand.value !== 0) return undefined;
    if (value.kind !== 'binary' || value.operator !== 'and' || value.right.kind !== 'constant') return undefined;
    if (edges.every((edge) => edge.state.a.includes(value))) return undefined;
    return { value: value.left, bits: value.right.value };
  }

  /**
   * Loads `value` into A. A path whose A already holds the value enters after the load, a path whose X holds the base of
   * the load after the load of X.
   */
  #loadForEdges(value: Value, edges: readonly Edge[]): void {
    const base = value.kind === 'load' ? value.base : undefined;
    const first: Edge[] = [];
    const based: Edge[] = [];
    const ready: Edge[] = [];
    for (const edge of edges) {
      const { state, fallsIn } = edge;
      if (!fallsIn && state.a.includes(value)) ready.push(edge);
      else if (!fallsIn && base !== undefined && state.x.includes(base)) based.push(edge);
      else first.push(edge);
    }
    const states = ready.map((edge) => edge.state);
    if (first.length + based.length > 0) {
      if (base !== undefined && based.length > 0) this.#loadBase(base, first, based);
      else this.#enter(first);
      this.#values.loadA(value);
      states.push(this.#values.state);
    }
    this.#placeAll(ready);
    this.#values.state = meet(states);
  }

  /** Loads `base` into X on the paths `first`; on those of `based` it is already there. */
  #loadBase(base: Value, first: readonly Edge[], based: readonly Edge[]): void {
    const states = based.map((edge) => edge.state);
    if (first.length > 0) {
      this.#enter(first);
      this.#values.loadX(base);
      states.unshift(this.#values.state);
    }
    this.#placeAll(based);
    this.#values.state = meet(states);
  }
}

function jumpCode(node: TestNode): number {
  switch (node.comparison) {
    case 'equal':
      return JUMP_EQUAL;
    case 'greater':
      return JUMP_GREATER;
    case 'greaterOrEqual':
      return JUMP_GREATER_OR_EQUAL;
  }
}
