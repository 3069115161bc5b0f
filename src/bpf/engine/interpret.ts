/**
 * Interprets classic BPF. This engine works everywhere, also where code generation is forbidden, and is the reference
 * for the others. `semantics.ts` defines its semantics; `bench/suites/filter-engines.ts` measures it. @module
 */
import { type Ancillary, AncillaryOffset } from '../ancillary.ts';
import { BPF_MEMORY_WORDS, type BpfInstruction } from '../instruction.ts';
import { type LoadedProgram, loadProgram } from './load-program.ts';
import { BACKWARD_JUMP_LIMIT } from './semantics.ts';

/**
 * Filters the frame `bytes[offset, offset + length)`.
 * @param wireLength length of the frame on the wire in bytes
 * @param ancillary metadata of the frame; without it, ancillary loads reject the frame
 * @returns the number of bytes to keep, possibly more than the frame has; 0 rejects
 * @throws ProgramError `BAD_PROGRAM` on the first call with a program that `validate` refuses; never because of the
 * frame
 */
export function interpret(
  instructions: readonly BpfInstruction[],
  bytes: Uint8Array,
  offset = 0,
  length: number = bytes.length - offset,
  wireLength: number = length,
  ancillary?: Ancillary,
): number {
  const captured = Math.min(length, bytes.length - offset);
  return runProgram(loadOnce(instructions), bytes, offset, captured, wireLength, ancillary);
}

const loaded = new WeakMap<readonly BpfInstruction[], LoadedProgram>();
let lastInstructions: readonly BpfInstruction[] = [];
let lastProgram: LoadedProgram = { words: new Int32Array(0) };

/** Programs are immutable, so each is loaded once; the latest is found without a lookup in the map. */
function loadOnce(instructions: readonly BpfInstruction[]): LoadedProgram {
  if (instructions === lastInstructions) return lastProgram;
  let program = loaded.get(instructions);
  if (program === undefined) {
    program = loadProgram(instructions);
    loaded.set(instructions, program);
  }
  lastInstructions = instructions;
  lastProgram = program;
  return program;
}

/** M[]. Runs never overlap, and validated programs store a word before they load it, so it is never cleared. */
const memory = new Int32Array(BPF_MEMORY_WORDS);

/**
 * Runs a loaded program. The frame must be inside `bytes`.
 * The numbers of the cases are those of `Operation`: V8 makes a jump table only for literals. Registers are signed
 * 32-bit numbers, which V8 keeps in machine registers; `>>> 0` makes them unsigned where that matters.
 */
export function runProgram(
  program: LoadedProgram,
  bytes: Uint8Array,
  offset: number,
  length: number,
  wireLength: number,
  ancillary: Ancillary | undefined,
): number {
  const words = program.words;
  let a = 0;
  let x = 0;
  let pc = 0;
  let backwardJumps = 0;
  for (;;) {
    const k = words[pc + 1] as number;
    switch (words[pc]) {
      case 0: {
        // ld [k]
        if (k > length - 4) return 0;
        a = loadWord(bytes, offset + k);
        pc += 2;
        break;
      }
      case 1: {
        // ldh [k]
        if (k > length - 2) return 0;
        a = loadHalf(bytes, offset + k);
        pc += 2;
        break;
      }
      case 2: {
        // ldb [k]
        if (k >= length) return 0;
        a = bytes[offset + k] as number;
        pc += 2;
        break;
      }
      case 3: {
        // ld [x + k]
        const at = (x + k) | 0;
        if (at < 0 || at > length - 4) return 0;
        a = loadWord(bytes, offset + at);
        pc += 2;
        break;
      }
      case 4: {
        // ldh [x + k]
        const at = (x + k) | 0;
        if (at < 0 || at > length - 2) return 0;
        a = loadHalf(bytes, offset + at);
        pc += 2;
        break;
      }
      case 5: {
        // ldb [x + k]
        const at = (x + k) | 0;
        if (at < 0 || at >= length) return 0;
        a = bytes[offset + at] as number;
        pc += 2;
        break;
      }
      case 6: {
        // ldxb 4*([k]&0xf)
        if (k >= length) return 0;
        x = ((bytes[offset + k] as number) & 0xf) << 2;
        pc += 2;
        break;
      }
      case 7: // ld #k
        a = k;
        pc += 2;
        break;
      case 8: // ldx #k
        x = k;
        pc += 2;
        break;
      case 9: // ld #pktlen
        a = wireLength | 0;
        pc += 2;
        break;
      case 10: // ldx #pktlen
        x = wireLength | 0;
        pc += 2;
        break;
      case 11: // ld M[k]
        a = memory[k] as number;
        pc += 2;
        break;
      case 12: // ldx M[k]
        x = memory[k] as number;
        pc += 2;
        break;
      case 13: // st M[k]
        memory[k] = a;
        pc += 2;
        break;
      case 14: // stx M[k]
        memory[k] = x;
        pc += 2;
        break;
      case 15: // tax
        x = a;
        pc += 2;
        break;
      case 16: // txa
        a = x;
        pc += 2;
        break;
      case 17: // add #k
        a = (a + k) | 0;
        pc += 2;
        break;
      case 18: // add x
        a = (a + x) | 0;
        pc += 2;
        break;
      case 19: // sub #k
        a = (a - k) | 0;
        pc += 2;
        break;
      case 20: // sub x
        a = (a - x) | 0;
        pc += 2;
        break;
      case 21: // mul #k
        a = Math.imul(a, k);
        pc += 2;
        break;
      case 22: // mul x
        a = Math.imul(a, x);
        pc += 2;
        break;
      case 23: // div #k
        a = ((a >>> 0) / (k >>> 0)) | 0;
        pc += 2;
        break;
      case 24: // div x
        if (x === 0) return 0;
        a = ((a >>> 0) / (x >>> 0)) | 0;
        pc += 2;
        break;
      case 25: // mod #k
        a = ((a >>> 0) % (k >>> 0)) | 0;
        pc += 2;
        break;
      case 26: // mod x
        if (x === 0) return 0;
        a = ((a >>> 0) % (x >>> 0)) | 0;
        pc += 2;
        break;
      case 27: // and #k
        a &= k;
        pc += 2;
        break;
      case 28: // and x
        a &= x;
        pc += 2;
        break;
      case 29: // or #k
        a |= k;
        pc += 2;
        break;
      case 30: // or x
        a |= x;
        pc += 2;
        break;
      case 31: // xor #k
        a ^= k;
        pc += 2;
        break;
      case 32: // xor x
        a ^= x;
        pc += 2;
        break;
      case 33: // lsh #k
        a <<= k;
        pc += 2;
        break;
      case 34: // lsh x
        a = x >>> 0 > 31 ? 0 : a << x;
        pc += 2;
        break;
      case 35: // rsh #k
        a = (a >>> k) | 0;
        pc += 2;
        break;
      case 36: // rsh x
        a = x >>> 0 > 31 ? 0 : (a >>> x) | 0;
        pc += 2;
        break;
      case 37: // neg
        a = -a | 0;
        pc += 2;
        break;
      case 38: // ja forward
        pc = k;
        break;
      case 39: // ja back
        backwardJumps += 1;
        if (backwardJumps > BACKWARD_JUMP_LIMIT) return 0;
        pc = k;
        break;
      case 40: // jeq #k
        pc = words[pc + (a === k ? 2 : 3)] as number;
        break;
      case 41: // jeq x
        pc = words[pc + (a === x ? 2 : 3)] as number;
        break;
      case 42: // jgt #k
        pc = words[pc + (a >>> 0 > k >>> 0 ? 2 : 3)] as number;
        break;
      case 43: // jgt x
        pc = words[pc + (a >>> 0 > x >>> 0 ? 2 : 3)] as number;
        break;
      case 44: // jge #k
        pc = words[pc + (a >>> 0 >= k >>> 0 ? 2 : 3)] as number;
        break;
      case 45: // jge x
        pc = words[pc + (a >>> 0 >= x >>> 0 ? 2 : 3)] as number;
        break;
      case 46: // jset #k
        pc = words[pc + ((a & k) !== 0 ? 2 : 3)] as number;
        break;
      case 47: // jset x
        pc = words[pc + ((a & x) !== 0 ? 2 : 3)] as number;
        break;
      case 48: // ret #k
        return k >>> 0;
      case 49: // ret a
        return a >>> 0;
      case 50: {
        // ld [SKF_AD_OFF + k]
        if (k === AncillaryOffset.aluXorX) {
          a ^= x;
        } else {
          const value = ancillary === undefined ? -1 : ancillaryValue(ancillary, k);
          if (value < 0) return 0;
          a = value | 0;
        }
        pc += 2;
        break;
      }
      case 51: {
        // ld [k], jeq
        if (k > length - 4) return 0;
        a = loadWord(bytes, offset + k);
        pc = words[pc + (a === words[pc + 4] ? 2 : 3)] as number;
        break;
      }
      case 52: {
        // ldh [k], jeq
        if (k > length - 2) return 0;
        a = loadHalf(bytes, offset + k);
        pc = words[pc + (a === words[pc + 4] ? 2 : 3)] as number;
        break;
      }
      case 53: {
        // ldb [k], jeq
        if (k >= length) return 0;
        a = bytes[offset + k] as number;
        pc = words[pc + (a === words[pc + 4] ? 2 : 3)] as number;
        break;
      }
      case 54: {
        // ldh [k], jset
        if (k > length - 2) return 0;
        a = loadHalf(bytes, offset + k);
        pc = words[pc + ((a & (words[pc + 4] as number)) !== 0 ? 2 : 3)] as number;
        break;
      }
      case 55: {
        // ldb [k], jset
        if (k >= length) return 0;
        a = bytes[offset + k] as number;
        pc = words[pc + ((a & (words[pc + 4] as number)) !== 0 ? 2 : 3)] as number;
        break;
      }
      case 56: {
        // ldh [x + k], jeq
        const at = (x + k) | 0;
        if (at < 0 || at > length - 2) return 0;
        a = loadHalf(bytes, offset + at);
        pc = words[pc + (a === words[pc + 4] ? 2 : 3)] as number;
        break;
      }
      case 57: {
        // ldb [x + k], jeq
        const at = (x + k) | 0;
        if (at < 0 || at >= length) return 0;
        a = bytes[offset + at] as number;
        pc = words[pc + (a === words[pc + 4] ? 2 : 3)] as number;
        break;
      }
      default: // validated programs end in a return
        return 0;
    }
  }
}

function loadHalf(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** Reads a signed number, unlike `readU32`, as the accumulator has it. */
function loadWord(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

/** Returns -1 for metadata that user space does not have. */
function ancillaryValue(ancillary: Ancillary, offset: number): number {
  switch (offset) {
    case AncillaryOffset.protocol:
      return ancillary.protocol;
    case AncillaryOffset.packetType:
      return ancillary.packetType;
    case AncillaryOffset.interfaceIndex:
      return ancillary.interfaceIndex;
    case AncillaryOffset.hardwareType:
      return ancillary.hardwareType;
    case AncillaryOffset.rxHash:
      return ancillary.rxHash;
    case AncillaryOffset.vlanTagPresent:
      return ancillary.vlanTagPresent;
    case AncillaryOffset.vlanTag:
      return ancillary.vlanTag;
    case AncillaryOffset.vlanProtocol:
      return ancillary.vlanProtocol;
    default:
      return -1;
  }
}
