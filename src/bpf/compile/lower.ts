/** Lowers a syntax tree to a predicate for one link type. @module */

import { describeLinkType, LinkType } from '../../base/link-type.ts';
import { AncillaryOffset } from '../ancillary.ts';
import type { Span } from '../language/filter-error.ts';
import type { ChainLink, Expression } from '../language/syntax.ts';
import { byteTest, relationTest } from './arithmetic-tests.ts';
import { type Context, failWith, type JoinPlace, type LoweringOptions } from './context.ts';
import { encapsulationTest } from './encapsulations.ts';
import { extensionTest } from './extensions.ts';
import { factorSequence } from './factor.ts';
import { broadcastTest, multicastTest } from './host-tests.ts';
import { identifierTest } from './identifier-test.ts';
import { Layers } from './layers.ts';
import { all, any, not, type Predicate, readsVariables, Tests, TRUE } from './predicate.ts';
import { llcTest, protocolTest } from './protocol-tests.ts';
import { pruneSetups } from './prune.ts';
import type { Value, ValueTable } from './value.ts';

/** `PACKET_OUTGOING` (linux/if_packet.h). */
const PACKET_OUTGOING = 4;
const COOKED_PACKET_TYPE = 0;
const COOKED2_PACKET_TYPE = 10;
const COOKED2_INTERFACE = 4;

export interface Lowered {
  readonly predicate: Predicate;
  /** The places where `joinFamilies` makes a difference. */
  readonly joinPlaces: readonly JoinPlace[];
  /** Setups that run before the first test. Part of `predicate`, but not of the predicates of the tree's parts. */
  readonly prologue: readonly Predicate[];
}

/**
 * Lowers `tree` to a predicate. An undefined tree (an empty filter) is always true.
 * @param predicates receives the predicate of each part of the tree
 * @throws FilterError
 */
export function lower(
  expression: string,
  tree: Expression | undefined,
  values: ValueTable,
  options: LoweringOptions,
  predicates?: Map<Expression, Predicate>,
): Lowered {
  if (tree === undefined) return { predicate: TRUE, joinPlaces: [], prologue: [] };
  const context: Context = {
    expression,
    options,
    values,
    tests: new Tests(values),
    layers: new Layers(options.linkType, values),
    joinPlaces: [],
    prologue: [],
    predicates,
    fail: failWith(expression),
  };
  const filter = lowerNode(context, tree);
  const { joinPlaces, prologue } = context;
  const whole = all(...prologue, filter);
  const predicate = values.variableCount > 0 ? pruneSetups(whole) : whole;
  const isFirst = prologue.length > 0 && predicate.kind === 'all';
  return { predicate, joinPlaces, prologue: isFirst ? predicate.parts.slice(0, prologue.length) : [] };
}

function lowerNode(context: Context, node: Expression): Predicate {
  const predicate = lowerPart(context, node);
  context.predicates?.set(node, predicate);
  return predicate;
}

/** Inside a tunnel, a test of bytes also fails if the tunnel's own test has not succeeded. */
function lowerPart(context: Context, node: Expression): Predicate {
  if (node.kind === 'chain') return lowerChain(context, node.first, node.rest);
  if (node.kind === 'not') return not(lowerNode(context, node.operand));
  const { tunnelFound } = context.layers;
  const test = lowerTest(context, node);
  if (tunnelFound === undefined || !readsVariables(test)) return test;
  const guarded = onlyIf(context.tests.equal(tunnelFound, 1), test);
  return node.kind === 'extension' ? any(guarded, TRUE) : guarded;
}

/** Returns `test` as a test that fails without `condition`. Alternatives stay alternatives, which lists rely on. */
function onlyIf(condition: Predicate, test: Predicate): Predicate {
  if (test.kind === 'any') return any(...test.parts.map((part) => onlyIf(condition, part)));
  return all(condition, ...(test.kind === 'all' ? test.parts : [test]));
}

function lowerTest(context: Context, node: Exclude<Expression, { kind: 'chain' | 'not' }>): Predicate {
  switch (node.kind) {
    case 'identifier':
      return identifierTest(context, node.identifier, node.qualifiers);
    case 'protocol':
      return protocolTest(context, node.protocol, node);
    case 'relation':
      return relationTest(context, node);
    case 'broadcast':
      return broadcastTest(context, node.protocol, node);
    case 'multicast':
      return multicastTest(context, node.protocol, node);
    case 'length':
      return lengthTest(context, node);
    case 'byte':
      return byteTest(context, node);
    case 'inbound':
      return not(outboundTest(context, node));
    case 'outbound':
      return outboundTest(context, node);
    case 'ifindex':
      return interfaceTest(context, node);
    case 'encapsulation':
      return encapsulationTest(context, node.layer, node.id, node);
    case 'extension':
      return extensionTest(context, node.extension, node);
    case 'llc':
      return llcTest(context, node.frame, node);
  }
}

/** Joins operands from left to right, `and` and `or` with equal precedence: `a or b and c` is `(a or b) and c`. */
function lowerChain(context: Context, first: Expression, rest: readonly ChainLink[]): Predicate {
  const start = lowerNode(context, first);
  const links = rest.map(({ operator, operand }) => ({ operator, part: lowerNode(context, operand) }));
  const sequence = { kind: 'sequence', first: start, rest: links } as const;
  return context.options.asLibpcap ? sequence : factorSequence(sequence);
}

function lengthTest({ tests, values }: Context, node: Extract<Expression, { kind: 'length' }>): Predicate {
  const length = values.length();
  return node.operator === '>=' ? tests.atLeast(length, node.bytes) : not(tests.greater(length, node.bytes));
}

/** Tests the direction, which is a property of the whole packet: inside a tunnel the outermost header still has it. */
function outboundTest(context: Context, node: Extract<Expression, { kind: 'inbound' | 'outbound' }>): Predicate {
  const { options, tests, values } = context;
  switch (options.linkType) {
    case LinkType.linuxSll:
      return tests.equal(values.load(2, undefined, COOKED_PACKET_TYPE), PACKET_OUTGOING);
    case LinkType.linuxSll2:
      return tests.equal(values.load(1, undefined, COOKED2_PACKET_TYPE), PACKET_OUTGOING);
    default: {
      const files = 'on LINUX_SLL and LINUX_SLL2 files';
      const packetType = liveOnly(context, AncillaryOffset.packetType, { field: 'direction', files }, node);
      return tests.equal(packetType, PACKET_OUTGOING);
    }
  }
}

function interfaceTest(context: Context, node: Extract<Expression, { kind: 'ifindex' }>): Predicate {
  const { options, tests, values } = context;
  if (options.linkType === LinkType.linuxSll2) {
    return tests.equal(values.load(4, undefined, COOKED2_INTERFACE), node.index);
  }
  const where = { field: 'interface index', files: 'on LINUX_SLL2 files' };
  return tests.equal(liveOnly(context, AncillaryOffset.interfaceIndex, where, node), node.index);
}

/** Returns a value that only the kernel has. Frames of a file have none, so the test would silently match nothing. */
function liveOnly(
  { options, values, fail }: Context,
  offset: number,
  { field, files }: { readonly field: string; readonly files: string },
  node: Span & { readonly kind: string },
): Value {
  if (options.live) return values.ancillary(offset);
  const reason = `${describeLinkType(options.linkType)} frames carry no ${field}`;
  return fail('FILTER_LINK_TYPE', `${reason}; "${node.kind}" works in the filter of a live capture and ${files}`, node);
}
