/** Compiles arithmetic and relations: `proto[index:size]` becomes a load, guarded by the tests for `proto`. @module */
import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import type { ProtocolWord } from '../language/keywords.ts';
import type { Arithmetic, ArithmeticOperator, Expression } from '../language/syntax.ts';
import type { Context } from './context.ts';
import type { Position } from './layers.ts';
import { carries } from './link-protocols.ts';
import { firstFragment, ipv6PayloadOf } from './port-tests.ts';
import { all, any, assign, compare, not, type Predicate } from './predicate.ts';
import { protocolTest } from './protocol-tests.ts';
import type { BinaryOperator, LoadSize, Value, ValueTable } from './value.ts';

const OPERATORS: Readonly<Record<ArithmeticOperator, BinaryOperator>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
  '<<': 'lsh',
  '>>': 'rsh',
};
const MAX_SHIFT = 31;

/** The positions where the bytes of a protocol begin. */
type Origin = 'link' | 'network' | 'ipv4Payload' | 'ipv6Payload';

const ORIGINS: ReadonlyMap<ProtocolWord, Origin> = new Map([
  ['link', 'link'],
  ...(['ip', 'arp', 'rarp', 'atalk', 'decnet', 'lat', 'sca', 'moprc', 'mopdl', 'ip6'] as const).map(networkOrigin),
  ...(['tcp', 'udp', 'sctp', 'icmp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp'] as const).map(payloadOrigin),
  ['icmp6', 'ipv6Payload'],
]);

function networkOrigin(word: ProtocolWord): [ProtocolWord, Origin] {
  return [word, 'network'];
}

function payloadOrigin(word: ProtocolWord): [ProtocolWord, Origin] {
  return [word, 'ipv4Payload'];
}

export function relationTest(context: Context, relation: Extract<Expression, { kind: 'relation' }>): Predicate {
  const conditions: Predicate[] = [];
  const left = lowerArithmetic(context, relation.left, conditions);
  const right = lowerArithmetic(context, relation.right, conditions);
  return all(...conditions, relate(context, relation.operator, left, right));
}

/** Compiles a relation, with a constant on the right side, where BPF has its operand. */
function relate(context: Context, operator: string, left: Value, right: Value): Predicate {
  const flip = left.kind === 'constant' && right.kind !== 'constant' && !context.options.asLibpcap;
  const [value, operand] = flip ? [right, left] : [left, right];
  switch (operator) {
    case '=':
      return compare(value, 'equal', operand);
    case '!=':
      return not(compare(value, 'equal', operand));
    case '>':
      return flip ? not(compare(value, 'greaterOrEqual', operand)) : compare(value, 'greater', operand);
    case '>=':
      return flip ? not(compare(value, 'greater', operand)) : compare(value, 'greaterOrEqual', operand);
    case '<':
      return flip ? compare(value, 'greater', operand) : not(compare(value, 'greaterOrEqual', operand));
    case '<=':
      return flip ? compare(value, 'greaterOrEqual', operand) : not(compare(value, 'greater', operand));
    default:
      throw new RangeError(`no relation ${operator} in ${context.expression}`);
  }
}

/** Returns the value of `node`, and appends to `conditions` the tests that must hold before it is loaded. */
function lowerArithmetic(context: Context, node: Arithmetic, conditions: Predicate[]): Value {
  const { values } = context;
  switch (node.kind) {
    case 'number':
      return values.constant(node.value);
    case 'length':
      return values.length();
    case 'negate':
      return values.negate(lowerArithmetic(context, node.operand, conditions));
    case 'binary': {
      const left = lowerArithmetic(context, node.left, conditions);
      // As in libpcap, an operation keeps the conditions of its left side only: `ip[0] + tcp[0]` is loaded from any IPv4 packet.
      const right = lowerArithmetic(context, node.right, []);
      checkConstantOperand(context, node, right);
      return values.binary(OPERATORS[node.operator], left, right);
    }
    case 'access':
      return lowerAccess(context, node, conditions);
  }
}

/** Refuses a number that is out of range, as libpcap does; with a computed value the test fails at run time instead. */
function checkConstantOperand(context: Context, node: Extract<Arithmetic, { kind: 'binary' }>, right: Value): void {
  if (right.kind !== 'constant') return;
  const { operator } = node;
  if ((operator === '/' || operator === '%') && node.right.kind === 'number' && right.value === 0) {
    context.fail('FILTER_NUMBER', 'division by zero', node.right);
  }
  if ((operator === '<<' || operator === '>>') && node.right.kind === 'number' && right.value > MAX_SHIFT) {
    context.fail('FILTER_NUMBER', `shift by ${right.value} is out of range (0 to ${MAX_SHIFT})`, node.right);
  }
}

function lowerAccess(context: Context, node: Extract<Arithmetic, { kind: 'access' }>, conditions: Predicate[]): Value {
  const { layers, values, tests } = context;
  const origin = ORIGINS.get(node.protocol);
  if (origin === undefined) {
    return context.fail('FILTER_QUALIFIER', `"${node.protocol}" cannot be indexed`, node, {
      expected: [...ORIGINS.keys()].map((word) => `${word}[...]`),
    });
  }
  const ofIndex: Predicate[] = [];
  const index = lowerArithmetic(context, node.index, ofIndex);
  // The conditions of the index come first, except for the test of the EtherType, as in libpcap.
  if (origin === 'ipv4Payload' && layers.ipv6Payload === undefined)
    conditions.push(carries(context, EtherType.ipv4, node));
  conditions.push(...ofIndex);
  const behind = (base: Value | undefined) =>
    loadAt(values, node.size, index, { base, offset: layers.payload.offset + layers.labelLength });
  switch (origin) {
    case 'link':
      return loadAt(values, node.size, index, layers.linkHeader);
    case 'network':
      conditions.push(protocolTest(context, node.protocol, node));
      return behind(layers.payload.base);
    case 'ipv4Payload':
      return behind(payloadStart(context, node, conditions));
    case 'ipv6Payload': {
      const payload = ipv6PayloadOf(context);
      conditions.push(carries(context, EtherType.ipv6, node), tests.equal(payload.protocol, IpProtocol.icmp6));
      return behind(payload.headerEnd);
    }
  }
}

/** Loads `size` bytes at any `index` from a position. The kernel must not read a large index as ancillary data. */
function loadAt(values: ValueTable, size: LoadSize, index: Value, { base, offset }: Position): Value {
  return values.load(size, base === undefined ? index : values.binary('add', index, base), offset);
}

/** Returns the start of the payload of IPv4, in first fragments only; after `@exthdr` also of IPv6. */
function payloadStart(context: Context, node: Extract<Arithmetic, { kind: 'access' }>, conditions: Predicate[]): Value {
  const { layers, values } = context;
  const ipv4 = [protocolTest(context, node.protocol, node), firstFragment(context)];
  if (layers.ipv6Payload === undefined) {
    conditions.push(...ipv4);
    return layers.ipv4HeaderEnd();
  }
  const start = values.variable();
  const ipv6 = [carries(context, EtherType.ipv6, node), protocolTest(context, node.protocol, node)];
  conditions.push(
    any(
      all(carries(context, EtherType.ipv4, node), ...ipv4, assign(start, layers.ipv4HeaderEnd())),
      all(...ipv6, assign(start, layers.ipv6Payload.headerEnd)),
    ),
  );
  return start;
}

const BYTE_MAX = 0xff;

/** Compiles `byte INDEX OPERATOR VALUE`, a test of one byte counted from the start of the link-layer header. */
export function byteTest(context: Context, node: Extract<Expression, { kind: 'byte' }>): Predicate {
  const { layers, tests, values } = context;
  if (node.value > BYTE_MAX)
    context.fail('FILTER_NUMBER', `no byte is ${node.value}, the largest is ${BYTE_MAX}`, node);
  const byte = loadAt(values, 1, values.constant(node.index), layers.linkHeader);
  switch (node.operator) {
    case '=':
      return tests.equal(byte, node.value);
    case '<':
      return not(tests.atLeast(byte, node.value));
    case '>':
      return tests.greater(byte, node.value);
    case '&':
      return tests.anyBit(byte, node.value);
    case '|':
      return not(tests.equal(values.binary('or', byte, values.constant(node.value)), 0));
  }
}
