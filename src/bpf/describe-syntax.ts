/** Describes the syntax tree in words. @module */
import type { Arithmetic, Direction, Expression, Identifier, Qualifiers } from './language/syntax.ts';

/** A part of a filter, its position in the text, and its own parts. */
export interface SyntaxDescription {
  readonly text: string;
  readonly offset: number;
  readonly length: number;
  readonly parts: readonly SyntaxDescription[];
}

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  src: 'source',
  dst: 'destination',
  either: 'source or destination',
  both: 'source and destination',
};

const LAYERS = {
  vlan: 'VLAN tag',
  mpls: 'MPLS label',
  pppoed: 'PPPoE discovery',
  pppoes: 'PPPoE session',
  geneve: 'Geneve tunnel',
  vxlan: 'VXLAN tunnel',
} as const;

const EXTENSIONS = {
  '@anyvlan': 'later tests skip up to two VLAN tags',
  '@exthdr': 'later tests skip the extension headers of IPv6',
} as const;

export function describeSyntax(node: Expression): SyntaxDescription {
  const { offset, length } = node;
  const leaf = (text: string): SyntaxDescription => ({ text, offset, length, parts: [] });
  switch (node.kind) {
    case 'chain':
      return describeChain(node);
    case 'not':
      return { text: 'not', offset, length, parts: [describeSyntax(node.operand)] };
    case 'identifier':
      return leaf(describeIdentifier(node.identifier, node.qualifiers));
    case 'protocol':
      return leaf(`protocol ${node.protocol}`);
    case 'relation':
      return leaf(`${arithmeticText(node.left)} ${node.operator} ${arithmeticText(node.right)}`);
    case 'broadcast':
    case 'multicast':
      return leaf(`${node.protocol ?? 'link'} ${node.kind}`);
    case 'length':
      return leaf(`length on the wire ${node.operator} ${node.bytes}`);
    case 'byte':
      return leaf(`byte ${node.index} of the link layer ${node.operator} ${node.value}`);
    case 'inbound':
    case 'outbound':
      return leaf(node.kind === 'inbound' ? 'received by this machine' : 'sent by this machine');
    case 'ifindex':
      return leaf(`on the interface with index ${node.index}`);
    case 'encapsulation':
      return leaf(`${LAYERS[node.layer]}${node.id === undefined ? '' : ` ${node.id}`}; later tests look inside it`);
    case 'extension':
      return leaf(EXTENSIONS[node.extension]);
    case 'llc':
      return leaf(`IEEE 802.2 frame${node.frame === undefined ? '' : ` of type ${node.frame}`}`);
  }
}

/** Associates to the left; a run of one operator is one part. */
function describeChain(node: Extract<Expression, { kind: 'chain' }>): SyntaxDescription {
  let left = describeSyntax(node.first);
  let running = '';
  for (const { operator, operand } of node.rest) {
    const part = describeSyntax(operand);
    const length = part.offset + part.length - left.offset;
    const parts = operator === running ? [...left.parts, part] : [left, part];
    left = { text: operator, offset: left.offset, length, parts };
    running = operator;
  }
  return left;
}

function describeIdentifier(identifier: Identifier, { protocol, direction, type }: Qualifiers): string {
  const way = type === 'proto' || type === 'protochain' || type === 'gateway' ? '' : DIRECTIONS[direction ?? 'either'];
  const words = [protocol, way, type ?? 'host', identifierText(identifier)];
  return words.filter((word) => word !== undefined && word !== '').join(' ');
}

function identifierText(identifier: Identifier): string {
  switch (identifier.form) {
    case 'number':
      return `${identifier.value}`;
    case 'ipv4Network':
      return typeof identifier.prefix === 'number'
        ? `${identifier.text}/${identifier.prefix}`
        : `${identifier.text} mask ${identifier.prefix}`;
    case 'ipv6':
      return identifier.prefix === undefined ? identifier.text : `${identifier.text}/${identifier.prefix}`;
    default:
      return identifier.text;
  }
}

function arithmeticText(node: Arithmetic): string {
  switch (node.kind) {
    case 'number':
      return `${node.value}`;
    case 'length':
      return 'len';
    case 'access':
      return `${node.protocol}[${arithmeticText(node.index)}:${node.size}]`;
    case 'negate':
      return `-${arithmeticText(node.operand)}`;
    case 'binary':
      return `(${arithmeticText(node.left)} ${node.operator} ${arithmeticText(node.right)})`;
  }
}
