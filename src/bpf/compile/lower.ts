/** Translates the syntax tree to a predicate for one link type. @module */

import { LinkType } from '../../base/link-type.ts';
import { AncillaryOffset } from '../ancillary.ts';
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
import type { ValueTable } from './value.ts';

/** `PACKET_OUTGOING` (linux/if_packet.h). */
const PACKET_OUTGOING = 4;
const COOKED_PACKET_TYPE = 0;
const COOKED2_PACKET_TYPE = 10;
const COOKED2_INTERFACE = 4;

export interface Lowered {
  readonly predicate: Predicate;
  /** The places where `joinFamilies` makes a difference. */
  readonly joinPlaces: readonly JoinPlace[];
}

/**
 * Returns the predicate of `tree`. An undefined tree, that of an empty filter, is always true.
 * @throws FilterError
 */
export function lower(
  expression: string,
  tree: Expression | undefined,
  values: ValueTable,
  options: LoweringOptions,
): Lowered {
  if (tree === undefined) return { predicate: TRUE, joinPlaces: [] };
  const context: Context = {
    expression,
    options,
    values,
    tests: new Tests(values),
    layers: new Layers(options.linkType, values),
    joinPlaces: [],
    prologue: [],
    fail: failWith(expression),
  };
  const filter = lowerNode(context, tree);
  const { joinPlaces, prologue } = context;
  const predicate = all(...prologue, filter);
  return { predicate: values.variableCount > 0 ? pruneSetups(predicate) : predicate, joinPlaces };
}

function lowerNode(context: Context, node: Expression): Predicate {
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
      return not(outboundTest(context));
    case 'outbound':
      return outboundTest(context);
    case 'ifindex':
      return interfaceTest(context, node.index);
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
  return factorSequence({
    kind: 'sequence',
    first: start,
    rest: rest.map(({ operator, operand }) => ({ operator, part: lowerNode(context, operand) })),
  });
}

function lengthTest({ tests, values }: Context, node: Extract<Expression, { kind: 'length' }>): Predicate {
  const length = values.length();
  return node.operator === '>=' ? tests.atLeast(length, node.bytes) : not(tests.greater(length, node.bytes));
}

/** Tests the direction of the whole packet, which the outermost header has, also inside a tunnel. */
function outboundTest({ options, tests, values }: Context): Predicate {
  switch (options.linkType) {
    case LinkType.linuxSll:
      return tests.equal(values.load(2, undefined, COOKED_PACKET_TYPE), PACKET_OUTGOING);
    case LinkType.linuxSll2:
      return tests.equal(values.load(1, undefined, COOKED2_PACKET_TYPE), PACKET_OUTGOING);
    default:
      return tests.equal(values.ancillary(AncillaryOffset.packetType), PACKET_OUTGOING);
  }
}

function interfaceTest({ options, tests, values }: Context, index: number): Predicate {
  if (options.linkType === LinkType.linuxSll2) return tests.equal(values.load(4, undefined, COOKED2_INTERFACE), index);
  return tests.equal(values.ancillary(AncillaryOffset.interfaceIndex), index);
}
