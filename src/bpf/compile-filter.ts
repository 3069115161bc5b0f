/**
 * Compiles pcap-filter(7) text to classic BPF: tokens and syntax tree (`language/`), predicate (`compile/`), control-flow
 * graph (`optimize/`), instructions (`emit/`). @module
 */
import { parseIpv4 } from '../base/address.ts';
import { readU32 } from '../base/bytes.ts';
import { LinkType, linkTypeName } from '../base/link-type.ts';
import type { JoinPlace, LoweringOptions, NameResolver } from './compile/context.ts';
import { isFilterLinkType } from './compile/layers.ts';
import { lower } from './compile/lower.ts';
import { ValueTable } from './compile/value.ts';
import { emit } from './emit/emit.ts';
import { interpret } from './engine/interpret.ts';
import type { BpfInstruction } from './instruction.ts';
import { FilterError } from './language/filter-error.ts';
import { LimitError, MAX_GRAPH_NODES } from './language/limits.ts';
import { hintFor, parseFilter } from './language/parse.ts';
import type { Expression } from './language/syntax.ts';
import { mayAccept } from './optimize/acceptance.ts';
import { Graph, type Node } from './optimize/graph.ts';
import { mayJoin } from './optimize/joinable.ts';
import { optimize as optimizeGraph } from './optimize/optimize.ts';
import { explainRejection } from './rejection.ts';

/** Link types that filters support, as the error for any other lists them: `1 (EN10MB)`. */
const FILTER_LINK_TYPES = Object.values(LinkType).map((linkType) => `${linkType} (${linkTypeName(linkType)})`);
/** Longer than any frame (libpcap's default). */
const DEFAULT_SNAP_LENGTH = 262_144;

export interface FilterOptions {
  /** Link-layer header type of the frames, a number of `LinkType`; Ethernet by default. */
  readonly linkType?: LinkType;
  /** Bytes to keep of an accepted packet: 1 to 0xffffffff, 262144 by default. */
  readonly snapLength?: number;
  /** Netmask for `ip broadcast`, as a dotted quad; `0.0.0.0` by default, as in tcpdump for files. */
  readonly netmask?: string;
  /** False: the unoptimised program. Verdicts are the same on whole packets; on packets cut short they may differ. */
  readonly optimize?: boolean;
  /** True: refuse extensions of pcap-filter(7). */
  readonly strict?: boolean;
  /** True: compile for a live Linux socket, which has the outermost VLAN tag, the direction and the interface as metadata. */
  readonly live?: boolean;
  /** Resolves names of hosts, networks and Ethernet addresses. */
  readonly resolver?: NameResolver;
}

/** A compiled filter. */
export interface FilterProgram {
  readonly expression: string;
  readonly linkType: LinkType;
  readonly instructions: readonly BpfInstruction[];
  /** Problems of a filter that compiles: no packet can match it. Errors that are not thrown. */
  readonly warnings: readonly FilterError[];
  /** Returns the bytes to keep of a frame; 0 rejects it. Does not throw on any content. */
  match(bytes: Uint8Array, wireLength?: number): number;
}

/**
 * Compiles a filter.
 * @throws FilterError when `expression` is not a filter for this link type
 * @throws RangeError when an option is out of range
 */
export function compileFilter(expression: string, options: FilterOptions = {}): FilterProgram {
  const { instructions, warnings } = translate(expression, options);
  return {
    expression,
    linkType: options.linkType ?? LinkType.ethernet,
    instructions,
    warnings,
    match: (bytes, wireLength = bytes.length) => interpret(instructions, bytes, 0, bytes.length, wireLength),
  };
}

/** A filter in all forms that it goes through. */
export interface Translation {
  /** Undefined for an empty filter. */
  readonly tree: Expression | undefined;
  /** The graph that the instructions were made from; each node comes before its successors. */
  readonly nodes: readonly Node[];
  readonly instructions: readonly BpfInstruction[];
  readonly warnings: readonly FilterError[];
}

/**
 * Compiles a filter and returns the intermediate forms as well.
 * @throws FilterError, RangeError as `compileFilter` does
 */
export function translate(expression: string, options: FilterOptions): Translation {
  const { snapLength = DEFAULT_SNAP_LENGTH, optimize = true } = options;
  if (!Number.isInteger(snapLength) || snapLength < 1 || snapLength > 0xffff_ffff) {
    throw new RangeError(`snapLength is ${snapLength}, not 1 to 4294967295`);
  }
  const lowering = loweringOf(expression, options);
  const tree = parseFilter(expression);
  const build = (joinFamilies: boolean): Built => {
    const values = new ValueTable();
    const graph = new Graph(values, MAX_GRAPH_NODES);
    const { predicate, joinPlaces } = lower(expression, tree, values, { ...lowering, joinFamilies });
    return { graph, joinPlaces, root: graph.build(predicate, graph.accept, graph.reject) };
  };
  const warnings: FilterError[] = [];
  const translation = (graph: Graph, root: Node): Translation => {
    const nodes = graph.reachable(root);
    return { tree, nodes, instructions: emit(nodes, { snapLength, reuse: optimize }), warnings };
  };
  try {
    const separate = build(false);
    const optimized = optimizeGraph(separate.graph, separate.root);
    if (tree !== undefined && !mayAccept(separate.graph, separate.root, optimized)) {
      const { error, isRefused } = explainRejection(expression, tree, lowering);
      if (isRefused) throw error;
      warnings.push(error);
    }
    if (!optimize) return translation(separate.graph, separate.root);
    const plain = translation(separate.graph, optimized);
    if (!mayJoin(plain.nodes, separate.joinPlaces)) return plain;
    const { graph, root } = build(true);
    const joined = translation(graph, optimizeGraph(graph, root));
    return joined.instructions.length < plain.instructions.length ? joined : plain;
  } catch (error) {
    if (error instanceof LimitError) throw tooMuch(expression, error.message);
    throw error instanceof FilterError ? hintFor(error) : error;
  }
}

/**
 * Completes the options of a filter for the lowering.
 * @throws FilterError `FILTER_LINK_TYPE`, `FILTER_NETMASK`
 */
export function loweringOf(expression: string, options: FilterOptions): LoweringOptions {
  const { linkType = LinkType.ethernet } = options;
  if (!isFilterLinkType(linkType)) {
    throw new FilterError(
      'FILTER_LINK_TYPE',
      `link type ${linkType} is not supported`,
      expression,
      { offset: 0, length: expression.length },
      { expected: FILTER_LINK_TYPES },
    );
  }
  return {
    linkType,
    netmask: readNetmask(expression, options.netmask ?? '0.0.0.0'),
    strict: options.strict ?? false,
    live: options.live ?? false,
    resolver: options.resolver ?? {},
    joinFamilies: false,
    asLibpcap: false,
  };
}

function tooMuch(expression: string, what: string): FilterError {
  return new FilterError('FILTER_LIMIT', `the filter is too large for a BPF program: ${what}`, expression, {
    offset: 0,
    length: expression.length,
  });
}

interface Built {
  readonly graph: Graph;
  readonly root: Node;
  readonly joinPlaces: readonly JoinPlace[];
}

function readNetmask(expression: string, text: string): number {
  const bytes = parseIpv4(text);
  if (bytes !== undefined) return readU32(bytes, 0);
  throw new FilterError('FILTER_NETMASK', `${text} is not a netmask; expected a dotted quad`, expression, {
    offset: 0,
    length: expression.length,
  });
}
