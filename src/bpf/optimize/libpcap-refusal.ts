/**
 * Predicts whether libpcap refuses a filter with "expression rejects all packets". libpcap refuses a filter only if its
 * optimiser reduces it to `ret #0`, so this repeats the two parts of that optimiser (1.10) that matter: branches move
 * past tests whose outcome follows from a branch on every path, and afterwards constants are folded at the root.
 * @module
 */
import { buildNodes, type Comparison, type NodeMaker, type Predicate } from '../compile/predicate.ts';
import { fold, type Value } from '../compile/value.ts';
import { decide } from './graph.ts';

/** Larger graphs are not examined: the work grows with the square of their size. A port takes 30 blocks. */
const MAX_BLOCKS = 2_000;
/** Rounds in which only branches move (libpcap's limit against endless loops). */
const MAX_ROUNDS = 100;

/** A test at the end of a basic block. `left` is the accumulator, `right` the constant or the index register. */
interface Block {
  readonly code: Comparison | 'anyBit';
  readonly left: Value;
  readonly right: Value;
  onTrue: Target;
  onFalse: Target;
}

interface End {
  readonly accepts: boolean;
}

type Target = Block | End;
type Branch = 'onTrue' | 'onFalse';

/** A block, or one of its branches, on every path to a node; `before` is the next one towards the root. */
interface Dominator {
  readonly block: Block;
  readonly branch: Branch | undefined;
  readonly before: Dominator | undefined;
  readonly depth: number;
}

interface Edge {
  readonly block: Block;
  readonly branch: Branch;
}

/** @param predicate lowered as libpcap would (`asLibpcap`), over values that are not simplified, without a loop */
export function libpcapRejectsAll(predicate: Predicate): boolean {
  let count = 0;
  const maker: NodeMaker<Target> = {
    test: (test, onTrue, onFalse) => {
      count += 1;
      return blockOf(test, onTrue, onFalse);
    },
    effect: (_, next) => next,
    chain: (_, onTrue) => onTrue,
  };
  let root = buildNodes<Target>(maker, predicate, { accepts: true }, { accepts: false });
  if (count > MAX_BLOCKS) return false;
  if (isBlock(root)) {
    const round = new Round(root);
    for (let rounds = 0; rounds < MAX_ROUNDS && round.run(); rounds += 1);
  }
  while (isBlock(root)) {
    const outcome = root.onTrue === root.onFalse ? true : outcomeOf(root, constantOf);
    if (outcome === undefined) return false;
    root = outcome ? root.onTrue : root.onFalse;
  }
  return !root.accepts;
}

function isBlock(target: Target): target is Block {
  return 'code' in target;
}

/** `(x & mask) = 0` is one instruction, which leaves `x` in the accumulator. */
function blockOf({ value, comparison, operand }: Extract<Predicate, { kind: 'test' }>, yes: Target, no: Target): Block {
  const isMasked = value.kind === 'binary' && value.operator === 'and' && value.right.kind === 'constant';
  if (isMasked && comparison === 'equal' && operand.kind === 'constant' && operand.value === 0) {
    return { code: 'anyBit', left: value.left, right: value.right, onTrue: no, onFalse: yes };
  }
  return { code: comparison, left: value, right: operand, onTrue: yes, onFalse: no };
}

/** One round over all blocks. */
class Round {
  readonly #root: Block;
  /** Blocks by the longest path from them to an end; the root is in the last list. */
  #levels: Block[][] = [];
  #dominators = new Map<Block, Dominator>();
  #entering = new Map<Block, Edge[]>();
  #changed = false;

  constructor(root: Block) {
    this.#root = root;
  }

  /** Runs the round; returns whether anything has changed. */
  run(): boolean {
    this.#changed = false;
    this.#levels = levelsOf(this.#root);
    this.#findDominators();
    for (const block of this.#levels.flat()) this.#decideConstant(block);
    for (const block of this.#levels.flat()) {
      this.#moveBranch({ block, branch: 'onTrue' });
      this.#moveBranch({ block, branch: 'onFalse' });
    }
    this.#findEntering();
    for (const block of this.#levels.flat()) {
      this.#pullUp(block, 'onTrue', 'onFalse');
      this.#pullUp(block, 'onFalse', 'onTrue');
    }
    return this.#changed;
  }

  #findDominators(): void {
    const arriving = new Map<Block, Dominator>();
    this.#dominators = new Map();
    for (const block of this.#levels.toReversed().flat()) {
      const before = arriving.get(block);
      const own = { block, branch: undefined, before, depth: (before?.depth ?? 0) + 1 };
      this.#dominators.set(block, own);
      for (const branch of ['onTrue', 'onFalse'] as const) {
        const next = block[branch];
        if (!isBlock(next)) continue;
        const edge = { block, branch, before: own, depth: own.depth + 1 };
        const known = arriving.get(next);
        const common = known === undefined ? edge : commonOf(known, edge);
        if (common !== undefined) arriving.set(next, common);
      }
    }
  }

  #decideConstant(block: Block): void {
    const outcome = outcomeOf(block, literalOf);
    if (outcome === undefined || block.onTrue === block.onFalse) return;
    if (outcome) block.onFalse = block.onTrue;
    else block.onTrue = block.onFalse;
    this.#changed = true;
  }

  #moveBranch({ block, branch }: Edge): void {
    let target = block[branch];
    if (!isBlock(target)) return;
    if (target.onTrue === target.onFalse) target = target.onTrue;
    const own = { block, branch, before: this.#dominators.get(block), depth: 0 };
    for (let past: Dominator | undefined = own; past !== undefined && isBlock(target); ) {
      const outcome: boolean | undefined = impliedBy(past, target);
      if (outcome === undefined) past = past.before;
      else {
        target = outcome ? target.onTrue : target.onFalse;
        past = own;
      }
    }
    if (target === block[branch]) return;
    block[branch] = target;
    this.#changed = true;
  }

  #findEntering(): void {
    this.#entering = new Map();
    for (const block of this.#levels.toReversed().flat()) {
      for (const branch of ['onTrue', 'onFalse'] as const) {
        const next = block[branch];
        if (!isBlock(next)) continue;
        const edges = this.#entering.get(next);
        if (edges === undefined) this.#entering.set(next, [{ block, branch }]);
        else edges.push({ block, branch });
      }
    }
  }

  /**
   * Among consecutive blocks that share a successor, moves one that tests the value in the accumulator in front of
   * those that load another value.
   */
  #pullUp(block: Block, shared: Branch, along: Branch): void {
    const edges = this.#entering.get(block) ?? [];
    const loaded = edges[0]?.block.left;
    if (loaded === undefined || edges.some((edge) => edge.block.left !== loaded)) return;
    const isInRow = (target: Target): target is Block =>
      isBlock(target) && target[shared] === block[shared] && this.#dominates(block, target);
    let before: Block | undefined;
    let other: Target = block;
    while (isInRow(other) && other.left === loaded) {
      before = other;
      other = other[along];
    }
    if (!isInRow(other)) return;
    let last = other;
    let same = other[along];
    while (isInRow(same) && same.left !== loaded) {
      last = same;
      same = same[along];
    }
    if (!isInRow(same)) return;
    last[along] = same[along];
    same[along] = other;
    if (before !== undefined) before[along] = same;
    else for (const edge of edges) edge.block[edge.branch] = same;
    this.#changed = true;
  }

  #dominates(block: Block, target: Block): boolean {
    for (let past = this.#dominators.get(target); past !== undefined; past = past.before) {
      if (past.block === block && past.branch === undefined) return true;
    }
    return false;
  }
}

/** Returns the blocks of each level, later ones first, as libpcap keeps them. */
function levelsOf(root: Block): Block[][] {
  const levels: Block[][] = [];
  const found = new Map<Target, number>();
  const open: Block[] = [root];
  for (let block = open.at(-1); block !== undefined; block = open.at(-1)) {
    const next = [block.onTrue, block.onFalse].find((target) => isBlock(target) && !found.has(target));
    if (next !== undefined && isBlock(next)) {
      open.push(next);
      continue;
    }
    open.pop();
    if (found.has(block)) continue;
    const level = Math.max(found.get(block.onTrue) ?? 0, found.get(block.onFalse) ?? 0) + 1;
    found.set(block, level);
    levels[level - 1] ??= [];
    levels[level - 1]?.unshift(block);
  }
  return levels;
}

/** Returns the nearest common dominator. */
function commonOf(left: Dominator, right: Dominator): Dominator | undefined {
  let one: Dominator | undefined = left;
  let other: Dominator | undefined = right;
  while (one !== undefined && other !== undefined && one !== other) {
    if (one.block === other.block && one.branch === other.branch) return one;
    if (one.depth >= other.depth) one = one.before;
    else other = other.before;
  }
  return one === other ? one : undefined;
}

/** Returns the outcome of `target` if a branch on the same value implies it. */
function impliedBy({ block, branch }: Dominator, target: Block): boolean | undefined {
  if (branch === undefined || block.code !== target.code || block.left !== target.left) return undefined;
  if (block.right === target.right) return branch === 'onTrue';
  const areConstants = block.right.kind === 'constant' && target.right.kind === 'constant';
  return areConstants && branch === 'onTrue' && block.code === 'equal' ? false : undefined;
}

function outcomeOf({ code, left, right }: Block, numberOf: (value: Value) => number | undefined): boolean | undefined {
  const mask = right.kind === 'constant' ? right.value : undefined;
  if (code === 'anyBit' && mask === 0) return false;
  const one = numberOf(left);
  const other = numberOf(right);
  if (one === undefined || other === undefined) return undefined;
  return code === 'anyBit' ? (one & other) !== 0 : decide(one, code, other);
}

function literalOf(value: Value): number | undefined {
  return value.kind === 'constant' ? value.value : undefined;
}

/** Folds constants in `value`. With a zero operand the loads of the other one are not needed. */
function constantOf(value: Value): number | undefined {
  if (value.kind === 'constant') return value.value;
  if (value.kind === 'negate') {
    const operand = constantOf(value.operand);
    return operand === undefined ? undefined : -operand >>> 0;
  }
  if (value.kind !== 'binary') return undefined;
  const { operator } = value;
  const left = constantOf(value.left);
  const right = constantOf(value.right);
  if (right === 0 && (operator === 'div' || operator === 'mod')) return undefined;
  if (left !== undefined && right !== undefined) return fold(operator, left, right);
  if (right === 0 && (operator === 'mul' || operator === 'and')) return 0;
  if (left === 0 && operator !== 'add' && operator !== 'or' && operator !== 'xor' && operator !== 'sub') return 0;
  return undefined;
}
