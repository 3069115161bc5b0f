/** The syntax tree of a filter, independent of the link type. @module */
import type { Span } from './filter-error.ts';
import type { ProtocolWord } from './keywords.ts';

export type Direction = 'src' | 'dst' | 'either' | 'both';
export type IdentifierType = 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'protochain' | 'gateway';

/** The words before an identifier. In `host a or b`, `b` inherits those of `a`. */
export interface Qualifiers extends Span {
  readonly protocol?: ProtocolWord | undefined;
  readonly direction?: Direction | undefined;
  readonly type?: IdentifierType | undefined;
}

export type Identifier =
  | (Span & { readonly form: 'number'; readonly value: number })
  | (Span & { readonly form: 'name'; readonly text: string })
  /** Two to four numbers with dots; their meaning depends on the qualifiers. */
  | (Span & { readonly form: 'dotted'; readonly text: string })
  | (Span & { readonly form: 'ipv4Network'; readonly text: string; readonly prefix: number | string })
  | (Span & { readonly form: 'ipv6'; readonly text: string; readonly prefix?: number })
  | (Span & { readonly form: 'mac'; readonly text: string })
  | (Span & { readonly form: 'arcnet'; readonly text: string });

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';
export type RelationalOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type AccessSize = 1 | 2 | 4;

export type Arithmetic =
  | (Span & { readonly kind: 'number'; readonly value: number })
  | (Span & { readonly kind: 'length' })
  | (Span & {
      readonly kind: 'access';
      readonly protocol: ProtocolWord;
      readonly index: Arithmetic;
      readonly size: AccessSize;
    })
  | (Span & { readonly kind: 'negate'; readonly operand: Arithmetic })
  | (Span & {
      readonly kind: 'binary';
      readonly operator: ArithmeticOperator;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
    });

/** Layers that move the tests after them inward. */
export type Encapsulation = 'vlan' | 'mpls' | 'pppoed' | 'pppoes' | 'geneve' | 'vxlan';

/** Extensions of pcap-filter(7): always true; like an encapsulation they change the tests after them. */
export type Extension = '@anyvlan' | '@exthdr';

export type LinkedOperator = 'and' | 'or';

export type Expression =
  /** `first op term op term ...`: `and` and `or` have equal precedence, from left to right. */
  | (Span & { readonly kind: 'chain'; readonly first: Expression; readonly rest: readonly ChainLink[] })
  | (Span & { readonly kind: 'not'; readonly operand: Expression })
  | (Span & { readonly kind: 'identifier'; readonly qualifiers: Qualifiers; readonly identifier: Identifier })
  | (Span & { readonly kind: 'protocol'; readonly protocol: ProtocolWord })
  | (Span & {
      readonly kind: 'relation';
      readonly operator: RelationalOperator;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
    })
  | (Span & { readonly kind: 'broadcast' | 'multicast'; readonly protocol?: ProtocolWord | undefined })
  /** `less` and `greater`; both include the given length. */
  | (Span & { readonly kind: 'length'; readonly operator: '<=' | '>='; readonly bytes: number })
  | (Span & {
      readonly kind: 'byte';
      readonly index: number;
      readonly operator: '=' | '<' | '>' | '&' | '|';
      readonly value: number;
    })
  | (Span & { readonly kind: 'inbound' | 'outbound' })
  | (Span & { readonly kind: 'ifindex'; readonly index: number })
  | (Span & { readonly kind: 'encapsulation'; readonly layer: Encapsulation; readonly id?: number | undefined })
  | (Span & { readonly kind: 'extension'; readonly extension: Extension })
  | (Span & { readonly kind: 'llc'; readonly frame?: string | undefined });

export interface ChainLink {
  readonly operator: LinkedOperator;
  readonly operand: Expression;
}
