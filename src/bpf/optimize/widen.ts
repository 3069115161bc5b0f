/**
 * Combines loads of neighbouring fields: two tests that must both hold, on bytes within one word, become one test of
 * that word. Typical are protocol and fragment offset of IPv4, and type and number of a VLAN. @module
 */
import type { LoadSize, LoadValue, Value } from '../compile/value.ts';
import type { Graph, Node, TestNode } from './graph.ts';
import { mapGraph } from './map-graph.ts';

/** `(load & mask) = k`. */
interface FieldTest {
  readonly load: LoadValue;
  readonly mask: number;
  readonly k: number;
}

const MAX_WIDTH = 4;

export function widenTests(graph: Graph, root: Node): Node {
  const later = laterAlternatives(graph.reachable(root));
  return mapGraph(graph, root, (node, first, second) => {
    const plain = graph.withSuccessors(node, first, second);
    return plain.kind === 'test' && !later.has(node) ? widened(graph, plain) : plain;
  });
}

/** Tests that are not the first alternative of a chain: they join the wider load of the first one. */
function laterAlternatives(nodes: readonly Node[]): ReadonlySet<Node> {
  const later = new Set<Node>();
  for (const node of nodes) {
    if (node.kind !== 'test' || node.onFalse.kind !== 'test' || node.onFalse.onTrue !== node.onTrue) continue;
    if (fieldTest(node)?.load === fieldTest(node.onFalse)?.load) later.add(node.onFalse);
  }
  return later;
}

/** Alternatives (`node` and its successors for false) that all lead to one more test with the same target for false. */
function widened(graph: Graph, node: TestNode): Node {
  const second = node.onTrue;
  if (second.kind !== 'test') return node;
  const both = fieldTest(second);
  if (both === undefined) return node;
  const alternatives: FieldTest[] = [];
  let end: Node = node;
  while (end !== second.onFalse) {
    const field = end.kind === 'test' && end.onTrue === second ? fieldTest(end) : undefined;
    if (end.kind !== 'test' || field === undefined) return node;
    alternatives.push(field);
    end = end.onFalse;
  }
  const first = alternatives[0];
  if (first === undefined || alternatives.some(({ load, mask }) => load !== first.load || mask !== first.mask))
    return node;
  const window = commonWindow(first.load, both.load);
  if (window === undefined || !sameRejections(first.load, both.load, second.onFalse)) return node;
  const word = graph.values.load(window.size, first.load.base, window.offset);
  const at = (field: FieldTest, bits: number) => place(field.load, window.offset + window.size, bits);
  const mask = (at(first, first.mask) | at(both, both.mask)) >>> 0;
  const masked = graph.values.binary('and', word, graph.values.constant(mask));
  return alternatives.reduceRight((next, alternative) => {
    const k = (at(alternative, alternative.k) | at(both, both.k)) >>> 0;
    return graph.test(masked, 'equal', graph.values.constant(k), second.onTrue, next);
  }, second.onFalse);
}

function fieldTest({ value, comparison, operand }: TestNode): FieldTest | undefined {
  if (comparison !== 'equal' || operand.kind !== 'constant') return undefined;
  const k = operand.value;
  if (value.kind === 'load') return { load: value, mask: widthMask(value.size), k };
  if (value.kind !== 'binary' || value.operator !== 'and' || value.right.kind !== 'constant') return undefined;
  if (value.left.kind !== 'load') return undefined;
  const mask = value.right.value;
  return (k & ~mask) === 0 ? { load: value.left, mask, k } : undefined;
}

/** Returns the load with the bytes of both that ends where the later one ends. */
function commonWindow(
  left: LoadValue,
  right: LoadValue,
): { readonly offset: number; readonly size: LoadSize } | undefined {
  if (left.base !== right.base || left.size === MAX_WIDTH || right.size === MAX_WIDTH) return undefined;
  const overlap = left.offset < right.offset + right.size && right.offset < left.offset + left.size;
  const end = Math.max(left.offset + left.size, right.offset + right.size);
  const width = end - Math.min(left.offset, right.offset);
  if (overlap || width > MAX_WIDTH) return undefined;
  const size = width <= 2 ? 2 : 4;
  return end >= size ? { offset: end - size, size } : undefined;
}

/**
 * Returns whether one load rejects the same packets as two: the first reaches as far as the second, or no packet
 * without the bytes of the second is accepted after the first test fails.
 */
function sameRejections(first: Value & { kind: 'load' }, second: Value & { kind: 'load' }, otherwise: Node): boolean {
  if (first.offset + first.size >= second.offset + second.size) return true;
  if (otherwise.needs === Number.POSITIVE_INFINITY) return true;
  return first.base === undefined && otherwise.needs >= second.offset + second.size;
}

/** Returns `bits` of `load` at their position in a word that ends at `end`. */
function place(load: LoadValue, end: number, bits: number): number {
  return (bits << (8 * (end - load.offset - load.size))) >>> 0;
}

function widthMask(size: LoadSize): number {
  return size === 4 ? 0xffff_ffff : size === 2 ? 0xffff : 0xff;
}
