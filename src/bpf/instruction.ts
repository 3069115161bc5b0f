/** Classic BPF instructions, as in the kernel's `struct sock_filter` (linux/filter.h, linux/bpf_common.h). @module */

/** One instruction. `code` 0 to 0xffff, `jt` and `jf` 0 to 255 instructions forward, `k` an unsigned 32-bit number. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Instruction classes: the low three bits of a code. */
export const BpfClass = {
  ld: 0x00,
  ldx: 0x01,
  st: 0x02,
  stx: 0x03,
  alu: 0x04,
  jmp: 0x05,
  ret: 0x06,
  misc: 0x07,
} as const;

/** Widths of packet loads. */
export const BpfSize = { word: 0x00, half: 0x08, byte: 0x10 } as const;

/** Addressing modes of loads. */
export const BpfMode = {
  immediate: 0x00,
  absolute: 0x20,
  indirect: 0x40,
  memory: 0x60,
  length: 0x80,
  header: 0xa0,
} as const;

/** Arithmetic (class `alu`). */
export const BpfAlu = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  neg: 0x80,
  mod: 0x90,
  xor: 0xa0,
} as const;

/** Jumps (class `jmp`); all compare unsigned. */
export const BpfJump = { always: 0x00, equal: 0x10, greater: 0x20, greaterOrEqual: 0x30, set: 0x40 } as const;

/** The second operand: the constant k or the index register. */
export const BpfSource = { k: 0x00, x: 0x08 } as const;

/** Operand of `ret`. */
export const BpfReturn = { k: 0x00, a: 0x10 } as const;

/** Class `misc`. */
export const BpfMisc = { tax: 0x00, txa: 0x80 } as const;

/** Scratch words M[0] to M[15] (BPF_MEMWORDS). */
export const BPF_MEMORY_WORDS = 16;

/** Maximum length of a program in the kernel (BPF_MAXINSNS). */
export const BPF_MAX_INSTRUCTIONS = 4096;
