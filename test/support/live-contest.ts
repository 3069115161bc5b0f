/**
 * Compares the frames that a filter matches on a live socket and in a file, in tapline and in libpcap: the live program of
 * tapline on frames with and without the outermost VLAN tag, which the kernel removes, its file program on the whole
 * frames, and both programs of libpcap. @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readU16 } from '../../src/base/bytes.ts';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { interpret } from '../../src/bpf/engine/interpret.ts';
import { ProgramError } from '../../src/bpf/engine/program-error.ts';
import { validate } from '../../src/bpf/engine/validate.ts';
import type { BpfInstruction } from '../../src/bpf/instruction.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { captureOf } from './filter-contest.ts';
import { VLAN_POOL } from './filter-pools.ts';
import { LayerModel, type LiveFrame } from './layer-model.ts';
import type { LibpcapOracle, OracleAnswer } from './libpcap-oracle.ts';
import { type LayeredFilter, leavesOf, randomLayeredFilter, textOf } from './random-layered-filter.ts';
import { randomPacket } from './random-packet.ts';
import { RandomSource } from './random-source.ts';

/** Bytes appended to a packet: longer than all its headers with Geneve options, so that no load fails. */
const PADDING = 2_000;
const TAG_AT = 12;
const TAG_LENGTH = 4;
/** Tags that Linux removes from a frame (skb_vlan_untag); others stay. */
const REMOVED_TYPES: readonly number[] = [0x8100, 0x88a8];
const DLT_EN10MB = 1;

export interface LiveContestResult {
  readonly filters: number;
  /** Filters and frames; a frame with a tag that the kernel removes counts twice, with and without it. */
  readonly pairs: number;
  readonly matches: number;
  /** Pairs on frames whose tag the kernel has removed. */
  readonly removed: number;
  /** Pairs that were also compared with libpcap's program for files, and with its live one. */
  readonly besideLibpcap: number;
  readonly besideLibpcapLive: number;
  /** Pairs for which libpcap's live program is one that the kernel refuses: it reads words that it has not set. */
  readonly refusedByKernel: number;
  readonly explained: Readonly<Record<Explanation, number>>;
  readonly unexplained: readonly string[];
}

/** Differences that docs/filter.md gives a reason for. */
type Explanation =
  /** A test before the first `vlan` sees the frame without the removed tag, as in libpcap. */
  | 'test before vlan'
  /** libpcap reads positions that a failed `geneve` has not set. */
  | 'libpcap: geneve not found'
  /** Inside Geneve, libpcap still expects the MPLS labels that precede it. */
  | 'libpcap: mpls before geneve'
  /** libpcap's live program does not move the layers on paths that bypass the `vlan` test. */
  | 'libpcap: vlan bypassed'
  /** Arithmetic before `vlan` overwrites the words for `vlan` in libpcap's live program. */
  | 'libpcap: arithmetic before vlan'
  /** libpcap's optimised and unoptimised live programs differ, and one of them agrees. */
  | 'libpcap: optimiser';

interface Contestant {
  readonly filter: LayeredFilter;
  readonly text: string;
  /** Programs that must agree: optimised and plain. */
  readonly live: readonly (readonly BpfInstruction[])[];
  readonly file: readonly (readonly BpfInstruction[])[];
}

/** Runs `filters` random filters on `packets` random packets. Without `isLive`, libpcap's live programs are left out. */
export function holdLiveContest(
  oracle: LibpcapOracle | undefined,
  isLive: boolean,
  seed: number,
  filters: number,
  packets: number,
): LiveContestResult {
  const random = new RandomSource(seed);
  const wholes = Array.from({ length: packets }, () => randomFrame(random));
  const contestants: Contestant[] = [];
  while (contestants.length < filters) {
    const contestant = compileAll(randomLayeredFilter(random));
    if (contestant !== undefined) contestants.push(contestant);
  }
  const { file, live } = askLibpcap(oracle, isLive, wholes, contestants);
  const contest = new Contest();
  for (const [index, contestant] of contestants.entries()) {
    contest.run(contestant, wholes, file[index], live[index]);
  }
  return { filters, ...contest.count, explained: contest.explained, unexplained: contest.unexplained };
}

/** Returns a frame of 14 bytes or more, half of them with an additional tag, and padded. */
function randomFrame(random: RandomSource): Uint8Array {
  const packet = randomPacket(random, LinkType.ethernet);
  const tag = [random.pick([0x81, 0x81, 0x88, 0x91]), 0, random.below(8) << 5, 0];
  tag[1] = tag[0] === 0x88 ? 0xa8 : 0;
  const id = random.pick(VLAN_POOL);
  tag[2] = (tag[2] ?? 0) | (id >> 8);
  tag[3] = id & 0xff;
  const front = random.oneIn(2) ? [...packet.subarray(0, TAG_AT), ...tag] : [...packet.subarray(0, TAG_AT)];
  return Uint8Array.of(...front, ...packet.subarray(TAG_AT), ...new Uint8Array(PADDING));
}

/** Returns the programs of a filter; undefined if both forms refuse it. */
function compileAll(filter: LayeredFilter): Contestant | undefined {
  const text = textOf(filter);
  const compileWith = (live: boolean) => {
    try {
      return [true, false].map(
        (optimize) => compileFilter(text, { linkType: LinkType.ethernet, live, optimize }).instructions,
      );
    } catch (error) {
      if (error instanceof FilterError) return error.code;
      throw new Error(text, { cause: error });
    }
  };
  const live = compileWith(true);
  const file = compileWith(false);
  if (typeof live === 'string' && live === file) return undefined;
  // Words that exclude each other in a file need not do so on a live socket: `ip and vlan`.
  if (file === 'FILTER_REJECTS_ALL' || live === 'FILTER_REJECTS_ALL') return undefined;
  if (typeof live === 'string' || typeof file === 'string') throw new Error(`${text}: live ${live}, file ${file}`);
  return { filter, text, live, file };
}

function askLibpcap(
  oracle: LibpcapOracle | undefined,
  isLive: boolean,
  wholes: readonly Uint8Array[],
  contestants: readonly Contestant[],
): { readonly file: readonly OracleAnswer[]; readonly live: readonly OracleAnswer[] } {
  if (oracle === undefined) return { file: [], live: [] };
  const folder = mkdtempSync(join(tmpdir(), 'tapline-live-contest-'));
  try {
    const path = join(folder, 'frames.pcap');
    writeFileSync(path, captureOf(DLT_EN10MB, wholes));
    const queries = contestants.map(({ text }) => ({ file: 0, expression: text }));
    return { file: oracle.ask([path], queries), live: isLive ? oracle.ask(['live'], queries) : [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The views of a frame on a live socket: with the tag in the frame, and without the tag if the kernel removes it. */
function viewsOf(whole: Uint8Array): readonly LiveFrame[] {
  const others = { protocol: 0, packetType: 0, interfaceIndex: 1, hardwareType: 1, rxHash: 0 };
  const asItIs = { ...others, whole, bytes: whole, vlanTagPresent: 0, vlanTag: 0, vlanProtocol: 0 };
  const vlanProtocol = readU16(whole, TAG_AT);
  if (!REMOVED_TYPES.includes(vlanProtocol)) return [asItIs];
  const bytes = Uint8Array.of(...whole.subarray(0, TAG_AT), ...whole.subarray(TAG_AT + TAG_LENGTH));
  return [asItIs, { ...others, whole, bytes, vlanTagPresent: 1, vlanTag: readU16(whole, TAG_AT + 2), vlanProtocol }];
}

class Contest {
  readonly count = { pairs: 0, matches: 0, removed: 0, besideLibpcap: 0, besideLibpcapLive: 0, refusedByKernel: 0 };
  readonly explained: Record<Explanation, number> = {
    'test before vlan': 0,
    'libpcap: geneve not found': 0,
    'libpcap: mpls before geneve': 0,
    'libpcap: vlan bypassed': 0,
    'libpcap: arithmetic before vlan': 0,
    'libpcap: optimiser': 0,
  };
  readonly unexplained: string[] = [];
  readonly #model = new LayerModel();
  readonly #views = new Map<Uint8Array, readonly LiveFrame[]>();

  run(
    contestant: Contestant,
    wholes: readonly Uint8Array[],
    file: OracleAnswer | undefined,
    live: OracleAnswer | undefined,
  ): void {
    const differing = new Map<string, number[]>();
    const report = (what: string, frame: number) => differing.set(what, [...(differing.get(what) ?? []), frame]);
    const isRefused = live?.ok === true && !(isValid(live.program) && isValid(live.plainProgram));
    for (const [number, whole] of wholes.entries()) {
      let views = this.#views.get(whole);
      if (views === undefined) {
        views = viewsOf(whole);
        this.#views.set(whole, views);
      }
      for (const frame of views) {
        this.count.pairs += 1;
        const fails = (what: string) => report(`${what}${frame.vlanTagPresent === 1 ? ', tag removed' : ''}`, number);
        const ours = this.#compareOurs(contestant, frame, fails);
        if (file?.ok === true && frame.vlanTagPresent === 0) this.#compareFile(contestant, frame, file, number, fails);
        if (isRefused) this.count.refusedByKernel += 1;
        else if (live?.ok === true) this.#compareLive(contestant, frame, live, ours, fails);
      }
    }
    for (const [what, frames] of differing) {
      this.unexplained.push(`${contestant.text}: ${what}: frames ${frames.slice(0, 5).join(', ')} of ${frames.length}`);
    }
  }

  /** Compares our programs with each other and with the model. Returns the live verdict. */
  #compareOurs({ filter, live, file }: Contestant, frame: LiveFrame, fails: (what: string) => void): boolean {
    const [ours = false, plain = false] = live.map((program) => runLive(program, frame));
    const [inFile, plainInFile] = file.map((program) => interpret(program, frame.whole) > 0);
    if (ours !== plain) fails('live program, optimised and plain');
    if (inFile !== plainInFile) fails('file program, optimised and plain');
    if (inFile !== this.#model.verdict(filter, frame, 'file').matches) fails('file program and model');
    if (ours !== this.#model.verdict(filter, frame, 'live').matches) fails('live program and model');
    if (ours) this.count.matches += 1;
    this.count.removed += frame.vlanTagPresent;
    if (ours === inFile) return ours;
    const [first] = leavesOf(filter);
    // The model, which has agreed, knows no other reason; a filter that begins with `vlan` has none.
    if (frame.vlanTagPresent === 0 || first?.text.startsWith('vlan') === true) fails('live program and file program');
    else this.explained['test before vlan'] += 1;
    return ours;
  }

  #compareFile(
    { filter, file }: Contestant,
    frame: LiveFrame,
    answer: Extract<OracleAnswer, { ok: true }>,
    number: number,
    fails: (what: string) => void,
  ): void {
    this.count.besideLibpcap += 1;
    const ours = interpret(file[0] ?? [], frame.whole) > 0 ? '1' : '0';
    if (ours === answer.optimised[number] && ours === answer.plain[number]) return;
    const reason = this.#reasonInside(filter, frame);
    if (reason === undefined) fails('file program and libpcap');
    else this.explained[reason] += 1;
  }

  #compareLive(
    { filter }: Contestant,
    frame: LiveFrame,
    { program, plainProgram }: Extract<OracleAnswer, { ok: true }>,
    ours: boolean,
    fails: (what: string) => void,
  ): void {
    this.count.besideLibpcapLive += 1;
    const optimised = runLive(program, frame);
    const plain = runLive(plainProgram, frame);
    if (optimised === ours && plain === ours) return;
    const reason = this.#reasonLive(filter, frame, ours, optimised, plain);
    if (reason === undefined) fails('live program and libpcap');
    else this.explained[reason] += 1;
  }

  #reasonLive(
    filter: LayeredFilter,
    frame: LiveFrame,
    ours: boolean,
    optimised: boolean,
    plain: boolean,
  ): Explanation | undefined {
    const inside = this.#reasonInside(filter, frame);
    if (inside !== undefined) return inside;
    const bypassed = this.#model.verdict(filter, frame, 'libpcap').matches;
    if (optimised === bypassed && plain === bypassed) return 'libpcap: vlan bypassed';
    if (hasArithmeticBeforeVlan(filter)) return 'libpcap: arithmetic before vlan';
    return optimised !== plain && (ours === optimised || ours === plain) ? 'libpcap: optimiser' : undefined;
  }

  /** Returns why libpcap may differ inside Geneve. */
  #reasonInside(filter: LayeredFilter, frame: LiveFrame): Explanation | undefined {
    if (!this.#model.verdict(filter, frame, 'libpcap').isDefined) return 'libpcap: geneve not found';
    const leaves = leavesOf(filter);
    const labels = leaves.findIndex(({ text }) => text.startsWith('mpls'));
    const tunnel = leaves.findLastIndex(({ text }) => text.startsWith('geneve'));
    return labels >= 0 && labels < tunnel ? 'libpcap: mpls before geneve' : undefined;
  }
}

function hasArithmeticBeforeVlan(filter: LayeredFilter): boolean {
  const leaves = leavesOf(filter);
  return leaves
    .slice(
      0,
      leaves.findIndex(({ text }) => text.startsWith('vlan')),
    )
    .some(({ text }) => text.includes('['));
}

function isValid(program: readonly BpfInstruction[]): boolean {
  try {
    validate(program);
    return true;
  } catch (error) {
    if (error instanceof ProgramError) return false;
    throw error;
  }
}

function runLive(program: readonly BpfInstruction[], frame: LiveFrame): boolean {
  return interpret(program, frame.bytes, 0, frame.bytes.length, frame.bytes.length, frame) > 0;
}
