/** The state that all parts of the lowering share. @module */
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
  /** The MAC address of a name in ethers(5). */
  ethernet?(name: string): string | undefined;
  /** The IPv4 network number as text, for example `127`. */
  network?(name: string): string | undefined;
}

export interface LoweringOptions {
  readonly linkType: LinkType;
  /** In host order; undefined when unknown. */
  readonly netmask: number | undefined;
  readonly strict: boolean;
  readonly live: boolean;
  readonly resolver: NameResolver;
  /** Whether port tests join the paths of IPv4 and IPv6 before they load the ports. */
  readonly joinFamilies: boolean;
  /** Whether to generate the tests of libpcap 1.10, to find out what its optimiser would do with them. */
  readonly asLibpcap: boolean;
}

/** A test of the payload of both IPv4 and IPv6: the first four bytes after either header. */
export interface JoinPlace {
  readonly ipv4: Value;
  readonly ipv6: Value;
  /** Whether the payload is a tunnel, whose position is kept for the tests inside it. */
  readonly tunnel: boolean;
}

export interface Context {
  readonly expression: string;
  readonly options: LoweringOptions;
  readonly values: ValueTable;
  readonly tests: Tests;
  readonly layers: Layers;
  /** The places found so far where `joinFamilies` makes a difference. */
  readonly joinPlaces: JoinPlace[];
  /** Setups that run before the first test, because their variables hold on every path through the filter. */
  readonly prologue: Predicate[];
  /** Receives the predicate of each part of the tree; undefined when the parts are not needed. */
  readonly predicates: Map<Expression, Predicate> | undefined;
  fail(code: FilterErrorCode, reason: string, span: Span, details?: FilterErrorDetails): never;
}

export function failWith(expression: string): Context['fail'] {
  return (code, reason, span, details) => {
    throw new FilterError(code, reason, expression, span, details);
  };
}
