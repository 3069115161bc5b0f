/**
 * Explains filters that no packet can match: which terms exclude each other, and whether libpcap refuses the filter.
 * @module
 */
import { describeLinkType, type LinkType } from '../base/link-type.ts';
import type { LoweringOptions } from './compile/context.ts';
import { lower } from './compile/lower.ts';
import { all, assign, hasLoop, type Predicate, setsVariable } from './compile/predicate.ts';
import { ValueTable } from './compile/value.ts';
import { FilterError, quoted, type Span } from './language/filter-error.ts';
import { LimitError } from './language/limits.ts';
import type { ChainLink, Expression } from './language/syntax.ts';
import { mayAccept } from './optimize/acceptance.ts';
import { Graph } from './optimize/graph.ts';
import { libpcapRejectsAll } from './optimize/libpcap-refusal.ts';
import { comparedVariables, optimize } from './optimize/optimize.ts';

/** Maximum number of nodes of a filter whose terms are compared; the error of a larger one covers the whole filter. */
const MAX_NODES = 2_000;
/** Maximum number of terms, nearest first, that are compared with the one that excludes them. */
const MAX_CANDIDATES = 64;

export interface Rejection {
  /** The error that names the terms: thrown if `isRefused`, else a warning. */
  readonly error: FilterError;
  /** Whether libpcap refuses the filter as well. */
  readonly isRefused: boolean;
}

/**
 * Explains a filter that is known to match nothing.
 * @param tree the syntax tree of the filter
 */
export function explainRejection(expression: string, tree: Expression, options: LoweringOptions): Rejection {
  const isRefused = isRefusedByLibpcap(expression, tree, options);
  const parts = new Exclusion(expression, tree, options).find();
  const message = [...describeParts(expression, parts, options.linkType), 'no packet can match this filter'].join('; ');
  const where = parts.length > 0 ? parts : tree;
  return { error: new FilterError('FILTER_REJECTS_ALL', message, expression, where), isRefused };
}

function describeParts(expression: string, parts: readonly Span[], linkType: LinkType): readonly string[] {
  const [first, second] = parts.map((part) => quoted(expression, part));
  if (first === undefined) return [];
  if (second !== undefined) return [`${first} and ${second} exclude each other`];
  return [`${first} cannot match on ${describeLinkType(linkType)}`];
}

/** Returns whether libpcap refuses the filter, which it does in its optimiser. */
function isRefusedByLibpcap(expression: string, tree: Expression, options: LoweringOptions): boolean {
  if (isUnoptimised(tree)) return false;
  try {
    const { predicate } = lower(expression, tree, new ValueTable(false), {
      ...options,
      asLibpcap: true,
    });
    return !hasLoop(predicate) && libpcapRejectsAll(predicate);
  } catch (error) {
    if (error instanceof LimitError) return false;
    throw error;
  }
}

/**
 * Returns whether libpcap does not optimise the filter: Geneve turns its optimiser off, and it does not have extensions
 * or VXLAN.
 */
function isUnoptimised(node: Expression): boolean {
  switch (node.kind) {
    case 'chain':
      return isUnoptimised(node.first) || node.rest.some(({ operand }) => isUnoptimised(operand));
    case 'not':
      return isUnoptimised(node.operand);
    case 'encapsulation':
      return node.layer === 'geneve' || node.layer === 'vxlan';
    default:
      return node.kind === 'extension';
  }
}

/** Part of the filter with its predicate. `node` is undefined for the front of a chain. */
interface Term extends Span {
  readonly predicate: Predicate;
  readonly node: Expression | undefined;
}

/** Finds the two smallest terms that exclude each other, or the smallest one that never matches. */
class Exclusion {
  readonly #tree: Expression;
  readonly #values = new ValueTable();
  /** The predicate of each part of the tree. */
  readonly #predicates = new Map<Expression, Predicate>();

  constructor(expression: string, tree: Expression, options: LoweringOptions) {
    this.#tree = tree;
    lower(expression, tree, this.#values, options, this.#predicates);
  }

  /** Returns two terms, one term, or none if the filter is too large to be searched. */
  find(): readonly Span[] {
    const whole = this.#term(this.#tree);
    const graph = new Graph(this.#values, Number.POSITIVE_INFINITY);
    const root = graph.build(whole.predicate, graph.accept, graph.reject);
    return graph.reachable(root).length > MAX_NODES ? [] : this.#within(whole);
  }

  /** Returns the parts of a term that never matches. */
  #within(term: Term): readonly Span[] {
    const { node } = term;
    if (node?.kind === 'not' && node.operand.kind === 'not') return this.#within(this.#term(node.operand.operand));
    if (node?.kind !== 'chain') return [term];
    const first = this.#term(node.first);
    if (this.#isEmpty(first)) return this.#within(first);
    let links = 0;
    for (let end = node.rest.length; end - links > 1; ) {
      const middle = (links + end) >> 1;
      if (this.#isEmpty(this.#front(node, middle))) end = middle;
      else links = middle;
    }
    const last = this.#term((node.rest[links] as ChainLink).operand);
    if (this.#isEmpty(last)) return this.#within(last);
    const front = this.#front(node, links);
    const excluded = this.#conditions(front, node, links).find((condition) => this.#isEmpty(condition, last)) ?? front;
    const left = this.#narrow(excluded, last);
    return [left, this.#narrow(last, left)];
  }

  /** Returns the part of `term` that `other` excludes. */
  #narrow(term: Term, other: Term): Term {
    if (term.node?.kind !== 'chain') return term;
    const conditions = this.#conditions(term, term.node, term.node.rest.length);
    const excluded = conditions.find((condition) => condition !== term && this.#isEmpty(condition, other));
    return excluded === undefined ? term : this.#narrow(excluded, other);
  }

  /** Returns the conditions that the first `links` links of a chain require, the last one first. */
  #conditions(whole: Term, chain: Extract<Expression, { kind: 'chain' }>, links: number): readonly Term[] {
    const start = chain.rest.slice(0, links).findLastIndex(({ operator }) => operator === 'or') + 1;
    const last = chain.rest.slice(start, links).map(({ operand }) => this.#term(operand));
    const front = start === links ? whole : this.#front(chain, start);
    return [front, ...last].toReversed().slice(0, MAX_CANDIDATES);
  }

  /** Returns a chain up to its link number `links`. */
  #front(chain: Extract<Expression, { kind: 'chain' }>, links: number): Term {
    if (links === 0) return this.#term(chain.first);
    const rest = chain.rest.slice(0, links).map(({ operator, operand }) => {
      return { operator, part: this.#term(operand).predicate };
    });
    const end = chain.rest[links - 1]?.operand ?? chain.first;
    return {
      predicate: { kind: 'sequence', first: this.#term(chain.first).predicate, rest },
      node: undefined,
      offset: chain.offset,
      length: end.offset + end.length - chain.offset,
    };
  }

  #term(node: Expression): Term {
    const { offset, length } = node;
    return { predicate: this.#predicates.get(node) as Predicate, node, offset, length };
  }

  /** Returns whether no packet matches all of `terms`. */
  #isEmpty(...terms: readonly Term[]): boolean {
    const ordered = terms.toSorted((left, right) => left.offset - right.offset);
    const predicate = all(...ordered.map((term) => term.predicate));
    const graph = new Graph(this.#values, Number.POSITIVE_INFINITY);
    const build = (whole: Predicate) => graph.build(whole, graph.accept, graph.reject);
    // Inside a tunnel whose own test is not among the terms, assume that this test has succeeded.
    const tunnels = [...comparedVariables(graph.reachable(build(predicate)))]
      .filter((variable) => !setsVariable(predicate, variable))
      .map((variable) => assign(variable, this.#values.constant(1)));
    const root = build(all(...tunnels, predicate));
    return !mayAccept(graph, root, optimize(graph, root));
  }
}
