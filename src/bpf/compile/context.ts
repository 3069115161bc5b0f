/** Shared state and options of the lowering. @module */
import type { LinkType } from '../../base/link-type.ts';
import { FilterError, type FilterErrorCode, type FilterErrorDetails, type Span } from '../language/filter-error.ts';
import type { Expression } from '../language/syntax.ts';
import type { Layers } from './layers.ts';
import type { Predicate, Tests } from './predicate.ts';
import type { Value, ValueTable } from './value.ts';

/** Resolves names. Compilation is synchronous, so these answer from memory; undefined: unknown name. */
export interface NameResolver {
  /** IPv4 and IPv6 addresses as text. */
  host?(name: string): readonly string[] | undefined;
  /** The MAC address that ethers(5) has for a name. */
  ethernet?(name: string): string | undefined;
  /** IPv4 network number as text, 127 for instance. */
  network?(name: string): string | undefined;
}

export interface LoweringOptions {
  readonly linkType: LinkType;
  /** In host order; undefined: not known. */
  readonly netmask: number | undefined;
  readonly strict: boolean;
  readonly live: boolean;
  readonly resolver: NameResolver;
  /** Whether tests of ports join the paths of IPv4 and IPv6 before they look at the ports. */
  readonly joinFamilies: boolean;
  /** Whether to generate the tests of libpcap 1.10, to find out what its optimiser would do with them. */
  readonly asLibpcap: boolean;
}

/** A test of what both IPv4 and IPv6 carry: the first four bytes behind either header. */
export interface JoinPlace {
  readonly ipv4: Value;
  readonly ipv6: Value;
  /** Whether it is a tunnel: where its header begins is kept for what is tested inside. */
  readonly tunnel: boolean;
}

export interface Context {
  readonly expression: string;
  readonly options: LoweringOptions;
  readonly values: ValueTable;
  readonly tests: Tests;
  readonly layers: Layers;
  /** Where `joinFamilies` makes a difference, as far as the lowering has come. */
  readonly joinPlaces: JoinPlace[];
  /** Receives the predicate of each part of the tree; undefined when the parts are not needed. */
  readonly predicates: Map<Expression, Predicate> | undefined;
  fail(code: FilterErrorCode, reason: string, span: Span, details?: FilterErrorDetails): never;
}

export function failWith(expression: string): Context['fail'] {
  return (code, reason, span, details) => {
    throw new FilterError(code, reason, expression, span, details);
  };
}
