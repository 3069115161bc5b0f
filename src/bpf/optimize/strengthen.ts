/**
 * Replaces tests by cheaper ones with the same outcome. Tests of high bits (networks, version numbers) become
 * comparisons with the ends of a range, which leave the loaded value in A for the next test and can be merged. Tests
 * with shifts and of single bits become one instruction shorter. @module
 */
import { naturalMask, type Value, type ValueTable } from '../compile/value.ts';
import type { Graph, Node, TestNode } from './graph.ts';
import { mapGraph } from './map-graph.ts';

/** Returns the graph with each test in its cheapest form. */
export function strengthen(graph: Graph, root: Node): Node {
  const repeated = valuesTestedTwice(graph.reachable(root));
  return mapGraph(graph, root, (node, first, second) =>
    node.kind === 'test' && !repeated.has(node.value)
      ? cheapest(graph, node, first, second)
      : graph.withSuccessors(node, first, second),
  );
}

/** A masked value that is compared several times is better masked once. */
function valuesTestedTwice(nodes: readonly Node[]): ReadonlySet<Value> {
  const once = new Set<Value>();
  const twice = new Set<Value>();
  for (const node of nodes) {
    if (node.kind !== 'test' || node.value.kind !== 'binary') continue;
    if (once.has(node.value)) twice.add(node.value);
    once.add(node.value);
  }
  return twice;
}

function cheapest(graph: Graph, test: TestNode, onTrue: Node, onFalse: Node): Node {
  const { value, comparison, operand } = test;
  const plain = () => graph.test(value, comparison, operand, onTrue, onFalse);
  if (operand.kind !== 'constant' || value.kind !== 'binary' || value.right.kind !== 'constant') return plain();
  const k = operand.value;
  const { operator, left } = value;
  const amount = value.right.value;
  if (operator === 'and' && comparison === 'equal') {
    if (k !== 0 && amount === k && isSingleBit(k)) {
      return graph.test(value, 'equal', graph.values.constant(0), onFalse, onTrue);
    }
    if ((k & ~amount) !== 0) return graph.touch(left, onFalse);
    const low = lowBits(naturalMask(left), amount);
    if (low !== undefined) return inRange(graph, left, k, (k | low) >>> 0, onTrue, onFalse);
  }
  if (operator === 'rsh') {
    const width = 2 ** amount;
    const max = naturalMask(left);
    if (k * width > max) return graph.touch(left, onFalse);
    const last = Math.min(max, k * width + width - 1);
    if (comparison === 'equal') return inRange(graph, left, k * width, last, onTrue, onFalse);
    if (comparison === 'greater') return graph.test(left, 'greater', graph.values.constant(last), onTrue, onFalse);
    return graph.test(left, 'greaterOrEqual', graph.values.constant(k * width), onTrue, onFalse);
  }
  return plain();
}

/** Returns the bits of `natural` below `mask`, if the mask consists of all bits above them. */
function lowBits(natural: number, mask: number): number | undefined {
  const low = (natural & ~mask) >>> 0;
  return (low & (low + 1)) === 0 && low !== natural ? low : undefined;
}

function inRange(graph: Graph, value: Value, low: number, high: number, onTrue: Node, onFalse: Node): Node {
  const { values } = graph;
  if (low === high) return graph.test(value, 'equal', values.constant(low), onTrue, onFalse);
  const belowEnd = high >= naturalMask(value) ? onTrue : atMost(graph, values, value, high, onTrue, onFalse);
  if (low === 0) return belowEnd === onTrue ? graph.touch(value, onTrue) : belowEnd;
  return graph.test(value, 'greaterOrEqual', values.constant(low), belowEnd, onFalse);
}

function atMost(graph: Graph, values: ValueTable, value: Value, high: number, onTrue: Node, onFalse: Node): Node {
  return graph.test(value, 'greater', values.constant(high), onFalse, onTrue);
}

function isSingleBit(value: number): boolean {
  return (value & (value - 1)) === 0;
}
