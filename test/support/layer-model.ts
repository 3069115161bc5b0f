/**
 * Model of filters with encapsulations, evaluated word by word: each leaf is compiled as a separate file filter, preceded
 * by the encapsulations written before it. The model itself only decides which bytes a leaf sees, and evaluates `and`,
 * `or` and `not`. Frames must be long enough for every load, because a failing load rejects the whole frame. @module
 */
import { LinkType } from '../../src/base/link-type.ts';
import type { Ancillary } from '../../src/bpf/ancillary.ts';
import { compileFilter, type FilterProgram } from '../../src/bpf/compile-filter.ts';
import { type LayeredFilter, type Leaf, leavesOf } from './random-layered-filter.ts';

/** A frame as it was on the wire, and as a live socket shows it, with the tag in its metadata if the kernel removed it. */
export interface LiveFrame extends Ancillary {
  readonly whole: Uint8Array;
  /** The frame in the ring; the same as `whole` if the kernel has not removed a tag. */
  readonly bytes: Uint8Array;
}

/**
 * `file`: on the whole frame. `live`: tests before the first `vlan` see the frame without a removed tag. `libpcap`: as
 * `live`, but the layers move only on paths through the filter that have evaluated the `vlan` test.
 */
export type Meaning = 'file' | 'live' | 'libpcap';

/** A verdict; `isDefined` is false if a test inside a tunnel ran without the tunnel; libpcap then reads unset words. */
export interface Verdict {
  readonly matches: boolean;
  readonly isDefined: boolean;
}

interface Evaluation {
  readonly frame: LiveFrame;
  readonly meaning: Meaning;
  /** The encapsulations that have been evaluated, and whether they were found. */
  readonly found: Map<Leaf, boolean>;
  isDefined: boolean;
}

export class LayerModel {
  readonly #programs = new Map<string, FilterProgram>();
  #verdicts = new Map<string, boolean>();
  #frame: LiveFrame | undefined;

  /** Evaluates `filter` on `frame`. */
  verdict(filter: LayeredFilter, frame: LiveFrame, meaning: Meaning): Verdict {
    if (frame !== this.#frame) this.#verdicts = new Map();
    this.#frame = frame;
    const evaluation: Evaluation = { frame, meaning, found: new Map(), isDefined: true };
    const matches = this.#evaluate(filter, leavesOf(filter), evaluation);
    return { matches, isDefined: evaluation.isDefined };
  }

  #evaluate(filter: LayeredFilter, leaves: readonly Leaf[], evaluation: Evaluation): boolean {
    switch (filter.kind) {
      case 'leaf':
        return this.#evaluateLeaf(filter.leaf, leaves, evaluation);
      case 'not':
        return !this.#evaluate(filter.operand, leaves, evaluation);
      case 'chain': {
        let result = this.#evaluate(filter.first, leaves, evaluation);
        for (const { operator, operand } of filter.rest) {
          if (result === (operator === 'and')) result = this.#evaluate(operand, leaves, evaluation);
        }
        return result;
      }
    }
  }

  #evaluateLeaf(leaf: Leaf, leaves: readonly Leaf[], evaluation: Evaluation): boolean {
    const { frame, meaning, found } = evaluation;
    const before = leaves.slice(0, leaves.indexOf(leaf)).filter(({ isEncapsulation }) => isEncapsulation);
    const [outermost = leaf] = before;
    const isBehindOutermostVlan = outermost.text.startsWith('vlan');
    const bytes = meaning === 'file' || isBehindOutermostVlan ? frame.whole : frame.bytes;
    const isUnmoved =
      meaning === 'libpcap' && frame.vlanTagPresent === 0 && isBehindOutermostVlan && !found.has(outermost);
    const context = isUnmoved ? before.slice(1) : before;
    const isInside = context.every((other) => !isTunnel(other) || found.get(other) === true);
    if (!isInside) evaluation.isDefined = false;
    const result = isInside && this.#matches([...context.map(inContext), leaf.text].join(' and '), bytes);
    if (leaf.isEncapsulation) found.set(leaf, result);
    return result;
  }

  #matches(text: string, bytes: Uint8Array): boolean {
    const key = `${bytes.length} ${text}`;
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    let program = this.#programs.get(text);
    if (program === undefined) {
      program = compileFilter(text, { linkType: LinkType.ethernet, optimize: false });
      this.#programs.set(text, program);
    }
    const verdict = program.match(bytes) > 0;
    this.#verdicts.set(key, verdict);
    return verdict;
  }
}

/** Returns the encapsulation as a condition: the tunnel, whose position depends on the packet, or nothing. */
function inContext(leaf: Leaf): string {
  return isTunnel(leaf) ? leaf.text : `(${leaf.text} or greater 0)`;
}

function isTunnel({ text }: Leaf): boolean {
  return text.startsWith('geneve') || text.startsWith('vxlan');
}
