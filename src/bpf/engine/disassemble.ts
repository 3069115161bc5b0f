/** Prints programs in the three forms of tcpdump: `-d` as text, `-dd` as C, `-ddd` as numbers. @module */
import { AncillaryOffset, SKF_AD_OFF } from '../ancillary.ts';
import type { BpfInstruction } from '../instruction.ts';
import { isAbsoluteLoad, isAlwaysJump, isJump, type Opcode, opcodeOf } from './opcode.ts';

/** The names that libpcap gives to ancillary loads, as in `ldb [vlanp]`. */
export const ANCILLARY_NAMES: ReadonlyMap<number, string> = new Map([
  [AncillaryOffset.protocol, 'proto'],
  [AncillaryOffset.packetType, 'type'],
  [AncillaryOffset.interfaceIndex, 'ifidx'],
  [AncillaryOffset.netlinkAttribute, 'nla'],
  [AncillaryOffset.netlinkAttributeNested, 'nlan'],
  [AncillaryOffset.mark, 'mark'],
  [AncillaryOffset.queue, 'queue'],
  [AncillaryOffset.hardwareType, 'hatype'],
  [AncillaryOffset.rxHash, 'rxhash'],
  [AncillaryOffset.cpu, 'cpu'],
  [AncillaryOffset.aluXorX, 'xor_x'],
  [AncillaryOffset.vlanTag, 'vlan_tci'],
  [AncillaryOffset.vlanTagPresent, 'vlanp'],
  [AncillaryOffset.payloadOffset, 'poff'],
  [AncillaryOffset.random, 'random'],
  [AncillaryOffset.vlanProtocol, 'vlan_tpid'],
]);

export type DisassemblyForm = 'text' | 'c' | 'decimal';

/**
 * Prints a program as tcpdump does, one instruction per line, each with a newline: `text` is `-d`, `c` is `-dd`,
 * `decimal` is `-ddd` (the number of instructions first).
 */
export function disassemble(instructions: readonly BpfInstruction[], form: DisassemblyForm = 'text'): string {
  if (form === 'decimal') {
    const lines = instructions.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}\n`);
    return `${instructions.length}\n${lines.join('')}`;
  }
  const print = form === 'c' ? cInitializer : numberedInstruction;
  return instructions.map((instruction, index) => `${print(instruction, index)}\n`).join('');
}

function cInitializer({ code, jt, jf, k }: BpfInstruction): string {
  return `{ 0x${code.toString(16)}, ${jt}, ${jf}, 0x${k.toString(16).padStart(8, '0')} },`;
}

/** Prints a line of `-d`: `(003) jeq      #0x6             jt 4	jf 7`. */
function numberedInstruction(instruction: BpfInstruction, index: number): string {
  const { mnemonic, operand } = describeInstruction(instruction, index);
  const head = `(${String(index).padStart(3, '0')}) ${mnemonic.padEnd(8)} `;
  if (!isJump(instruction.code) || isAlwaysJump(instruction.code)) return head + operand;
  return `${head}${operand.padEnd(16)} jt ${index + 1 + instruction.jt}\tjf ${index + 1 + instruction.jf}`;
}

/** Prints the mnemonic and operand of the instruction at `index`, with a jump target only for `ja`. */
export function describeInstruction(
  instruction: BpfInstruction,
  index: number,
): { readonly mnemonic: string; readonly operand: string } {
  const opcode = opcodeOf(instruction.code);
  if (opcode === undefined) return { mnemonic: 'unimp', operand: `0x${instruction.code.toString(16)}` };
  return { mnemonic: opcode.mnemonic, operand: operandText(opcode, instruction, index) };
}

function operandText(opcode: Opcode, { code, k }: BpfInstruction, index: number): string {
  const signed = k | 0; // libpcap prints these with %d
  switch (opcode.operand) {
    case 'none':
      return '';
    case 'absolute': {
      const name = isAbsoluteLoad(code) && k >= SKF_AD_OFF ? ANCILLARY_NAMES.get(k - SKF_AD_OFF) : undefined;
      return `[${name ?? signed}]`;
    }
    case 'indirect':
      return `[x + ${signed}]`;
    case 'header':
      return `4*([${signed}]&0xf)`;
    case 'length':
      return '#pktlen';
    case 'memory':
      return `M[${signed}]`;
    case 'decimal':
      return `#${signed}`;
    case 'hexadecimal':
      return `#0x${k.toString(16)}`;
    case 'index':
      return 'x';
    case 'target':
      return String((index + 1 + signed) | 0);
  }
}
