/** Valid BPF programs and frames for them: random programs, and those of tcpdump for the corpus. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { SKF_AD_OFF } from '../../src/bpf/ancillary.ts';
import { assemble } from '../../src/bpf/engine/assemble.ts';
import { OPCODES, type Opcode, type OperandForm } from '../../src/bpf/engine/opcode.ts';
import type { BpfInstruction } from '../../src/bpf/instruction.ts';

export interface ProgramOptions {
  /** Includes loads at SKF_AD_OFF. */
  readonly ancillary?: boolean;
  /** Includes shifts by X; the result of a large shift in Linux depends on the processor. */
  readonly indexShifts?: boolean;
  /** Includes `ja` to an earlier instruction. */
  readonly backwardJumps?: boolean;
}

/** Memory words that every program stores at its start, so that later loads of them are valid. */
const MEMORY_WORDS = [0, 1, 15];
const MEMORY_HEAD: readonly BpfInstruction[] = [
  { code: 0x00, jt: 0, jf: 0, k: 0x8000_0003 }, // ld #k
  ...MEMORY_WORDS.map((k): BpfInstruction => ({ code: 0x02, jt: 0, jf: 0, k })), // st M[k]
];

interface Seed {
  readonly pick: number;
  readonly k: number;
  readonly jt: number;
  readonly jf: number;
}

const seed: fc.Arbitrary<Seed> = fc.record({
  pick: fc.nat(0xffff),
  k: fc.oneof(
    { weight: 6, arbitrary: fc.nat(40) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        0,
        1,
        0x7fff_fffc,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0xffff,
        0x0800,
        0x07ff,
        0x0a00_0000,
        0x0aff_ffff,
      ),
    },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
  ),
  jt: fc.nat(5),
  jf: fc.nat(5),
});

/** Draws programs of 2 to about 50 instructions that `validate` accepts, with the option `backwardJumps`. */
export function programs(options: ProgramOptions = {}): fc.Arbitrary<readonly BpfInstruction[]> {
  const choices = weighted(options);
  return fc.array(seed, { minLength: 1, maxLength: 45 }).map((seeds) => {
    const body = seeds.map((entry, index) => build(entry, index, seeds.length, choices, options));
    const isMemoryUsed = body.some(({ code }) => (code & 0xe7) === 0x60 || (code & 0xe7) === 0x61);
    return [...(isMemoryUsed ? MEMORY_HEAD : []), ...body, { code: 0x06, jt: 0, jf: 0, k: seeds[0]?.k ?? 0 }];
  });
}

/** Returns every opcode once, and packet loads and comparisons several times; returns are rare. */
function weighted(options: ProgramOptions): readonly Opcode[] {
  return OPCODES.flatMap((opcode) => {
    const isShift = opcode.mnemonic === 'lsh' || opcode.mnemonic === 'rsh';
    if (isShift && opcode.operand === 'index' && options.indexShifts === false) return [];
    const often: readonly OperandForm[] = ['absolute', 'indirect', 'header'];
    const weight = often.includes(opcode.operand) || (opcode.code & 0x07) === 0x05 ? 4 : 1;
    return Array.from({ length: weight }, () => opcode);
  });
}

function build(
  { pick, k, jt, jf }: Seed,
  index: number,
  length: number,
  choices: readonly Opcode[],
  options: ProgramOptions,
): BpfInstruction {
  const { code, mnemonic, operand } = choices[pick % choices.length] as Opcode;
  const left = length - index - 1; // instructions between this one and the last return
  const jump = { jt: Math.min(jt, left), jf: Math.min(jf, left) };
  const plain = { code, jt: 0, jf: 0 };
  switch (operand) {
    case 'target': {
      const isBackward = options.backwardJumps === true && k % 3 === 0 && index > 0;
      return { ...plain, k: isBackward ? (-1 - (pick % (index + 1))) >>> 0 : jump.jt };
    }
    case 'memory':
      return { ...plain, k: MEMORY_WORDS[k % MEMORY_WORDS.length] ?? 0 };
    case 'absolute':
      return {
        ...plain,
        k: options.ancillary === true && k % 5 === 0 ? SKF_AD_OFF + 4 * (pick % 16) : outOfReserved(k),
      };
    case 'header':
      return { ...plain, k: outOfReserved(k) };
    default:
      if ((code & 0x07) === 0x05) return { code, ...jump, k: operand === 'index' ? 0 : k };
      if (mnemonic === 'div' || mnemonic === 'mod') return { ...plain, k: operand === 'index' ? 0 : Math.max(1, k) };
      if (mnemonic === 'lsh' || mnemonic === 'rsh') return { ...plain, k: operand === 'index' ? 0 : k % 32 };
      return { ...plain, k: operand === 'none' || operand === 'index' || operand === 'length' ? 0 : k };
  }
}

/** Moves a fixed offset below SKF_LL_OFF (-0x200000); offsets from there on have special meanings. */
function outOfReserved(k: number): number {
  return k >= 0xffe0_0000 ? 3 : k;
}

/** Draws short frames, so that some loads are out of bounds, with bytes that are common in headers. */
export const frames: fc.Arbitrary<Uint8Array> = fc
  .array(fc.oneof(fc.nat(255), fc.constantFrom(0, 8, 0x45, 6, 17, 0x86, 0xdd, 0x81)), { maxLength: 60 })
  .map((bytes) => Uint8Array.from(bytes));

/** Draws Ethernet frames of the protocols that filters test, truncated at any place. */
export const etherFrames: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom([0x08, 0x00], [0x86, 0xdd], [0x08, 0x06], [0x81, 0x00, 0, 5, 0x08, 0x00], [0x88, 0x47], [0, 60]),
    fc.constantFrom([0x45], [0x46], [0x60]),
    fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 6, 17, 10, 80, 0xff)), { minLength: 0, maxLength: 80 }),
  )
  .map(([type, version, rest]) => Uint8Array.from([...new Array(12).fill(2), ...type, ...version, ...rest]));

export interface CorpusProgram {
  readonly expression: string;
  readonly instructions: readonly BpfInstruction[];
}

/** Returns the Ethernet expressions of the corpus that libpcap accepts. */
export function ethernetExpressions(corpus: string): readonly string[] {
  return readFileSync(join(corpus, 'filters.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { expr: string; dlt: string; ok: boolean })
    .filter((row) => row.ok && row.dlt === 'EN10MB')
    .map((row) => row.expr);
}

/** Returns the programs of libpcap, from `tcpdump -ddd`, for every `step`th Ethernet expression that it accepts. */
export function corpusPrograms(corpus: string, tcpdump: string, step: number): readonly CorpusProgram[] {
  return ethernetExpressions(corpus).flatMap((expression, index) => {
    if (index % step !== 0) return [];
    const printed = spawnSync(tcpdump, ['-y', 'EN10MB', '-ddd', '--', expression], { encoding: 'utf8' });
    if (printed.status !== 0) return []; // some depend on the names and interfaces of the machine
    return [{ expression, instructions: assemble(printed.stdout, { backwardJumps: true }) }];
  });
}
