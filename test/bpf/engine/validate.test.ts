import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProgramError } from '../../../src/bpf/engine/program-error.ts';
import { hasBackwardJump, validate } from '../../../src/bpf/engine/validate.ts';
import type { BpfInstruction } from '../../../src/bpf/instruction.ts';
import { programs } from '../../support/bpf-programs.ts';

const RET: BpfInstruction = { code: 0x06, jt: 0, jf: 0, k: 1 };

function plain(code: number, k = 0, jt = 0, jf = 0): BpfInstruction {
  return { code, jt, jf, k };
}

describe('rules of bpf_check_classic (net/core/filter.c)', () => {
  test.each<[string, BpfInstruction[], RegExp]>([
    ['nothing', [], /empty/],
    ['too much', Array.from({ length: 4097 }, () => RET), /4096/],
    ['no return at the end', [plain(0x00)], /not a return/],
    ['an unknown code', [plain(0x08), RET], /0x8 is not an opcode/],
    ['ret x, which libpcap knows and Linux does not', [plain(0x0e)], /0xe is not an opcode/],
    ['division by 0', [plain(0x34), RET], /division/],
    ['remainder by 0', [plain(0x94), RET], /division/],
    ['a shift by 32', [plain(0x64, 32), RET], /shift by 32/],
    ['M[16]', [plain(0x02, 16), RET], /M\[16\]/],
    ['a load of what was never stored', [plain(0x60, 3), RET], /M\[3\]/],
    ['a load of what one way stores', [plain(0x15, 0, 1, 0), plain(0x02, 3), plain(0x60, 3), RET], /M\[3\]/],
    ['a jump past the end', [plain(0x15, 0, 1, 0), RET], /outside/],
    ['a far jump past the end', [plain(0x05, 1), RET], /outside/],
    ['a jump back', [plain(0x00), plain(0x05, 0xffff_fffe), RET], /forward jumps only/],
    ['an unknown ancillary value', [plain(0x20, 0xffff_f001), RET], /SKF_AD_OFF \+ 1/],
    ['a number that is too wide', [plain(0x00, 2 ** 32), RET], /does not fit/],
    ['a fraction', [plain(0x00, 0.5), RET], /does not fit/],
  ])('%s is refused', (_, instructions, message) => {
    expect(() => validate(instructions)).toThrow(ProgramError);
    expect(() => validate(instructions)).toThrow(message);
  });

  test('the error names the instruction', () => {
    expect(() => validate([RET, plain(0x64, 32), RET])).toThrow(
      expect.objectContaining({ code: 'BAD_PROGRAM', instruction: 1 }),
    );
  });

  test('accepts backward jumps with the option, but not to before the start', () => {
    const loop = [plain(0x00), plain(0x05, 0xffff_fffe), RET];
    expect(() => validate(loop, { backwardJumps: true })).not.toThrow();
    expect(hasBackwardJump(loop)).toBe(true);
    expect(() => validate([plain(0x05, 0xffff_fffe), RET], { backwardJumps: true })).toThrow(/outside/);
  });

  test('a backward jump does not make unset memory words valid', () => {
    // 0: jeq, 1, 3 | 1: st M[3] | 2: ja 4 | 3: ja 2, past the store | 4: ld M[3] | 5: ret
    const irreducible = [
      plain(0x15, 0, 0, 2),
      plain(0x02, 3),
      plain(0x05, 1),
      plain(0x05, 0xffff_fffe),
      plain(0x60, 3),
      RET,
    ];
    expect(() => validate(irreducible, { backwardJumps: true })).toThrow(/M\[3\]/);
  });

  test('the generator makes valid programs', () => {
    fc.assert(fc.property(programs({ ancillary: true }), (program) => validate(program)));
  });
});
