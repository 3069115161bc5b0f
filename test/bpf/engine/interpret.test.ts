import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ancillary } from '../../../src/bpf/ancillary.ts';
import { assemble } from '../../../src/bpf/engine/assemble.ts';
import { interpret } from '../../../src/bpf/engine/interpret.ts';
import { trace } from '../../../src/bpf/engine/trace.ts';
import { frames, programs } from '../../support/bpf-programs.ts';

const ANCILLARY: Ancillary = {
  protocol: 0x0800,
  packetType: 4,
  interfaceIndex: 7,
  hardwareType: 772,
  rxHash: 0xfedc_ba98,
  vlanTagPresent: 1,
  vlanTag: 0x6005,
  vlanProtocol: 0x88a8,
};

/** Runs a program in assembler notation on the bytes 0, 1, 2 and so on. */
function run(text: string, length = 32, wireLength = length, ancillary?: Ancillary): number {
  const frame = Uint8Array.from({ length }, (_, index) => index);
  return interpret(assemble(text, { backwardJumps: true }), frame, 0, length, wireLength, ancillary);
}

describe('loads', () => {
  test('widths are big-endian, unsigned', () => {
    expect(run('ld [1]\nret a')).toBe(0x0102_0304);
    expect(run('ldh [1]\nret a')).toBe(0x0102);
    expect(run('ldb [9]\nret a')).toBe(9);
    expect(run('ldx #2\nld [x + 3]\nret a')).toBe(0x0506_0708);
    expect(run('ldx #2\nldh [x + 3]\nret a')).toBe(0x0506);
    expect(run('ldx #2\nldb [x + 3]\nret a')).toBe(5);
    expect(run('ldxb 4*([21]&0xf)\ntxa\nret a')).toBe(20);
    expect(interpret(assemble('ld [0]\nret a'), Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc))).toBe(0xfffe_fdfc);
  });

  test.each([
    ['ld [28]', 0x1c1d_1e1f],
    ['ld [29]', 0],
    ['ldh [30]', 0x1e1f],
    ['ldh [31]', 0],
    ['ldb [31]', 31],
    ['ldb [32]', 0],
    ['ld [0x7fffffff]', 0],
    ['ldh [0x80000000]', 0],
    ['ldb [0xfff00000]', 0], // SKF_NET_OFF
    ['ldb [0xffe00000]', 0], // SKF_LL_OFF
    ['ldx #28\nld [x + 0]', 0x1c1d_1e1f],
    ['ldx #29\nld [x + 0]', 0],
    ['ldx #0xffffffff\nldb [x + 4]', 3], // wraps, as in Linux
    ['ldx #0x7fffffff\nldb [x + 1]', 0],
    ['ldx #0xfffff000\nldb [x + 0]', 0], // indirect loads are never ancillary
  ])('%s at the frame’s edge', (load, expected) => {
    expect(run(`${load}\nret a`)).toBe(expected);
  });

  test('loads are limited by offset and length, not by the array', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, index) => index);
    const program = assemble('ldb [3]\nret a');
    expect(interpret(program, bytes, 40, 4)).toBe(43);
    expect(interpret(program, bytes, 40, 3)).toBe(0);
  });

  test('a length beyond the array does not allow loads beyond it', () => {
    expect(interpret(assemble('ldb [4]\nret #7'), new Uint8Array(4), 0, 100)).toBe(0);
  });

  test('#pktlen is the length on the wire', () => {
    expect(run('ld #pktlen\nret a', 32, 1500)).toBe(1500);
    expect(run('ldx #pktlen\ntxa\nret a', 32, 1500)).toBe(1500);
  });
});

describe('arithmetic', () => {
  test.each([
    ['ld #5\nadd #0xffffffff', 4],
    ['ld #5\nsub #6', 0xffff_ffff],
    ['ld #0x10001\nmul #0x10001', 0x20001],
    ['ld #0xffffffff\ndiv #2', 0x7fff_ffff],
    ['ld #0xffffffff\nmod #10', 5],
    ['ld #0xf0f0\nand #0xff00', 0xf000],
    ['ld #0x80000000\nor #1', 0x8000_0001],
    ['ld #0xffffffff\nxor #1', 0xffff_fffe],
    ['ld #1\nlsh #31', 0x8000_0000],
    ['ld #0x80000000\nrsh #31', 1],
    ['ld #1\nneg', 0xffff_ffff],
    ['ldx #3\nld #10\nsub x', 7],
    ['ldx #3\nld #10\nmod x', 1],
    ['ldx #0\nld #10\ndiv x', 0],
    ['ldx #0\nld #10\nmod x', 0],
    ['ldx #31\nld #1\nlsh x', 0x8000_0000],
    ['ldx #32\nld #1\nlsh x\nor #4', 4],
    ['ldx #32\nld #0xffffffff\nrsh x\nor #4', 4],
    ['ldx #0xffffffff\nld #3\nadd x', 2],
    ['ldx #6\nld #5\nxor x', 3],
    ['ldx #6\nld #5\nld [xor_x]', 3],
    ['ld #9\nst M[15]\nld #0\nld M[15]', 9],
    ['ldx #9\nstx M[0]\nldx #0\nldx M[0]\ntxa', 9],
  ])('%s', (text, expected) => {
    expect(run(`${text}\nret a`)).toBe(expected);
  });

  test('division by X = 0 rejects, even when the program returns a constant', () => {
    expect(run('div x\nret #1')).toBe(0);
  });
});

describe('jumps', () => {
  test.each([
    ['jeq', 7, 7, true],
    ['jeq', 0xffff_ffff, 0xffff_ffff, true],
    ['jgt', 0x8000_0000, 1, true],
    ['jgt', 1, 0x8000_0000, false],
    ['jgt', 7, 7, false],
    ['jge', 7, 7, true],
    ['jge', 1, 0xffff_ffff, false],
    ['jset', 0x8000_0000, 0x8000_0000, true],
    ['jset', 6, 1, false],
  ])('%s of %d and %d: %s', (mnemonic, a, operand, expected) => {
    const tail = ', yes, no\nno: ret #2\nyes: ret #1';
    expect(run(`ld #${a}\n${mnemonic} #${operand}${tail}`)).toBe(expected ? 1 : 2);
    expect(run(`ldx #${operand}\nld #${a}\n${mnemonic} x${tail}`)).toBe(expected ? 1 : 2);
  });

  test('a loop ends, and an endless loop is stopped', () => {
    expect(run('ld #10\nagain: sub #1\njeq #0, out\nja again\nout: ret #3')).toBe(3);
    expect(run('again: add #1\nja again\nret #1')).toBe(0);
  });
});

describe('ancillary loads', () => {
  test.each([
    ['proto', 0x0800],
    ['type', 4],
    ['ifidx', 7],
    ['hatype', 772],
    ['rxhash', 0xfedc_ba98],
    ['vlanp', 1],
    ['vlan_tci', 0x6005],
    ['vlan_tpid', 0x88a8],
  ])('%s is served live and rejects in a file', (name, expected) => {
    expect(run(`ldb [${name}]\nret a`, 0, 0, ANCILLARY)).toBe(expected);
    expect(run(`ld [${name}]\nret #1`)).toBe(0);
  });

  test.each(['nla', 'nlan', 'mark', 'queue', 'cpu', 'poff', 'random'])('%s is not available in user space', (name) => {
    expect(run(`ld [${name}]\nret #1`, 32, 32, ANCILLARY)).toBe(0);
  });
});

test('the loaded form agrees with direct interpretation of the instructions', () => {
  const options = { ancillary: true, indexShifts: true, backwardJumps: true };
  fc.assert(
    fc.property(programs(options), frames, fc.nat(2000), fc.boolean(), (program, frame, more, isLive) => {
      const ancillary = isLive ? ANCILLARY : undefined;
      const wireLength = frame.length + more;
      const expected = trace(program, frame, wireLength, ancillary).verdict;
      expect(interpret(program, frame, 0, frame.length, wireLength, ancillary)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
});
