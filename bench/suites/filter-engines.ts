/**
 * Compares the filter engines with libpcap's `bpf_filter()` on the same Ethernet frames in memory: times one pass over
 * all frames for every filter of the corpus. libpcap runs both its own programs and those of our compiler. @module
 */
import { messageOf } from '../../src/base/errors.ts';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { BatchEntry, compileToWasm } from '../../src/bpf/engine/wasm-engine.ts';
import type { BpfInstruction } from '../../src/bpf/instruction.ts';
import { webAssembly } from '../../src/wasm/web-assembly.ts';
import type { FrameColumns, loops } from '../support/call-loop.ts';
import { type FilterWorkload, filterWorkload, NAMED_EXPRESSIONS } from '../support/filter-workload.ts';
import { LibpcapPeer, type LibpcapTiming } from '../support/libpcap-filter.ts';
import { type BenchRow, type BenchSuite, geometricMean, measure } from '../support/suite.ts';

const PEER = 'libpcap';
const PEER_SAME = 'libpcap, ours';
const INTERPRETER = 'interpreter';
const CALL = 'wasm, call';
const BATCH = 'wasm, batch';
const COLUMNS = [PEER, PEER_SAME, INTERPRETER, CALL, BATCH] as const;

/** Filters per turn: libpcap and the engines alternate, so that other load on the machine affects both. */
const CHUNK = 8;

type Times = Readonly<Record<string, number | undefined>>;

export const filterEnginesSuite: BenchSuite = {
  name: 'filter-engines',
  about:
    'nanoseconds per frame. libpcap: bpf_filter() with the optimised program of libpcap; others: program of our compiler',
  columns: COLUMNS,
  async run() {
    const workload = await filterWorkload();
    const memory = new FrameMemory(workload);
    const { expressions, programs } = compileAll([...workload.expressions, ...NAMED_EXPRESSIONS]);
    using peer = LibpcapPeer.build(workload);
    await warmInterpreter(memory, programs);
    const all: Times[] = [];
    for (let from = 0; from < programs.length; from += CHUNK) {
      const texts = expressions.slice(from, from + CHUNK);
      const chunk = programs.slice(from, from + CHUNK);
      const peers = peer?.time([...texts, ...chunk]);
      for (const [index, program] of chunk.entries()) {
        const ours = await timeOurs(memory, program, from + index);
        const own = peers?.[index];
        const same = peers?.[chunk.length + index];
        warnOfDifferences(texts[index] ?? '', ours.kept, own);
        all.push({ ...ours.times, [PEER]: own?.time, [PEER_SAME]: same?.time });
      }
    }
    return [...namedRows(expressions, all), ...summaryRows(all)];
  },
};

/** Compiles each distinct expression; skips, with a warning, those that fail here (such as unknown host names). */
function compileAll(texts: readonly string[]): {
  readonly expressions: readonly string[];
  readonly programs: readonly (readonly BpfInstruction[])[];
} {
  const expressions: string[] = [];
  const programs: (readonly BpfInstruction[])[] = [];
  for (const expression of new Set(texts)) {
    try {
      programs.push(compileFilter(expression, { linkType: LinkType.ethernet }).instructions);
      expressions.push(expression);
    } catch (error) {
      process.stderr.write(`${expression}: skipped: ${messageOf(error)}\n`);
    }
  }
  return { expressions, programs };
}

function namedRows(expressions: readonly string[], all: readonly Times[]): readonly BenchRow[] {
  return NAMED_EXPRESSIONS.map((name): BenchRow => ({ name, values: all[expressions.indexOf(name)] ?? {} }));
}

/** Returns the geometric mean over all filters of the times, and of the times divided by libpcap's for the same filter. */
function summaryRows(all: readonly Times[]): readonly BenchRow[] {
  const compared = all.filter((times) => times[PEER] !== undefined);
  const rows = compared.length === 0 ? all : compared;
  const means: Record<string, number | undefined> = {};
  const ratios: Record<string, number | undefined> = {};
  for (const column of COLUMNS) {
    const times = rows.flatMap((row) => row[column] ?? []);
    means[column] = times.length === 0 ? undefined : geometricMean(times);
    const quotients = rows.flatMap((row) => (row[column] ?? Number.NaN) / (row[PEER] ?? Number.NaN));
    ratios[column] = quotients.some(Number.isNaN) ? undefined : geometricMean(quotients);
  }
  return [
    { name: `geometric mean of ${rows.length} filters`, values: means },
    { name: 'the same, libpcap = 1', values: ratios },
  ];
}

/** Warns of a difference, which is not a failure: libpcap has errors in some filters. */
function warnOfDifferences(expression: string, kept: number, own: LibpcapTiming | undefined): void {
  if (own?.time === undefined || own.kept === kept) return;
  process.stderr.write(`${expression}: ${kept} frames match, with libpcap ${own.kept}\n`);
}

/** Loads the loops as a new module for each filter, so that their call sites have type feedback from one filter only. */
async function loadLoops(name: string): Promise<typeof loops> {
  const loaded = (await import(`../support/call-loop.js?filter=${name}`)) as { readonly loops: typeof loops };
  return loaded.loops;
}

/** Runs the interpreter, whose code is shared by all programs, until V8 has optimised it. */
async function warmInterpreter(memory: FrameMemory, programs: readonly (readonly BpfInstruction[])[]): Promise<void> {
  const { countInterpreted } = await loadLoops('warm-up');
  for (let pass = 0; pass < 5; pass += 1) {
    for (const program of programs) countInterpreted(program, memory.bytes, memory.columns);
  }
}

async function timeOurs(
  memory: FrameMemory,
  program: readonly BpfInstruction[],
  index: number,
): Promise<{ readonly kept: number; readonly times: Times }> {
  const { bytes, columns, entries, count } = memory;
  const { countMatches, countInterpreted } = await loadLoops(String(index));
  const interpretAll = (): number => countInterpreted(program, bytes, columns);
  const kept = interpretAll();
  const interpreted = await measure(count, interpretAll, TIMES);
  if (memory.memory === undefined) return { kept, times: { [INTERPRETER]: interpreted } };
  const filter = compileToWasm(program, memory.memory);
  const batchAll = (): number => filter.matchBatch(entries, count, 0);
  const callAll = (): number => countMatches(filter.match, columns);
  if (batchAll() !== kept || callAll() !== kept) throw new Error(`the engines disagree on filter ${index}`);
  const batch = await measure(count, batchAll, TIMES);
  const call = await measure(count, callAll, TIMES);
  return { kept, times: { [INTERPRETER]: interpreted, [CALL]: call, [BATCH]: batch } };
}

/** Milliseconds per filter and engine; enough for V8 to optimise the timed code. */
const TIMES = { time: 10, warmupTime: 20 };

/** Holds all frames in one WebAssembly memory, followed by the table of frames for the batch function. */
class FrameMemory {
  readonly memory;
  readonly bytes: Uint8Array;
  readonly columns: FrameColumns;
  readonly entries: number;
  readonly count: number;

  constructor({ frames }: FilterWorkload) {
    const PAGE = 65_536;
    const START = 64; // address 0 means "no table"
    this.count = frames.length;
    const total = frames.reduce((sum, frame) => sum + frame.bytes.length, START);
    this.entries = Math.ceil(total / BatchEntry.size) * BatchEntry.size;
    const size = this.entries + this.count * BatchEntry.size;
    const api = webAssembly();
    this.memory = api === undefined ? undefined : new api.Memory({ initial: Math.ceil(size / PAGE) });
    this.bytes = this.memory === undefined ? new Uint8Array(size) : new Uint8Array(this.memory.buffer);
    this.columns = {
      addresses: new Int32Array(this.count),
      captured: new Int32Array(this.count),
      wire: new Int32Array(this.count),
    };
    this.#fill(frames, START);
  }

  #fill(frames: FilterWorkload['frames'], start: number): void {
    const table = new DataView(this.bytes.buffer);
    let at = start;
    for (const [index, { bytes, wireLength }] of frames.entries()) {
      this.bytes.set(bytes, at);
      this.columns.addresses[index] = at;
      this.columns.captured[index] = bytes.length;
      this.columns.wire[index] = wireLength;
      const entry = this.entries + index * BatchEntry.size;
      table.setUint32(entry + BatchEntry.frame, at, true);
      table.setUint32(entry + BatchEntry.captured, bytes.length, true);
      table.setUint32(entry + BatchEntry.wire, wireLength, true);
      at += bytes.length;
    }
  }
}
