/**
 * Semantics of classic BPF where its descriptions are incomplete, or Linux and libpcap differ. All engines follow this
 * page; tests compare them with each other and with the kernel.
 *
 * - Registers A, X and M[0] to M[15] hold unsigned 32-bit numbers. A and X begin as 0; a word M[] that is loaded before
 *   it is stored makes the program invalid.
 * - A load outside the frame's captured bytes ends the program with 0, as does division or remainder by X = 0.
 * - `[x + k]` is computed in 32 bits and wraps, as in Linux; libpcap's own interpreter rejects the frame instead.
 * - A shift by X of more than 31 gives 0, as in libpcap (Linux leaves it to the processor; x86 shifts modulo 32).
 * - `#pktlen` is the frame's length on the wire.
 * - Loads at `SKF_AD_OFF` of a field in `Ancillary` return it, or reject the frame if there is no `Ancillary` (frames of
 *   files). SKF_AD_ALU_XOR_X is A ^= X, always. The others reject: netlink attributes, mark, queue and CPU do not
 *   reach user space with a frame, SKF_AD_PAY_OFFSET needs the kernel's own dissector, and with SKF_AD_RANDOM a
 *   verdict could not be reproduced.
 * - Loads at SKF_NET_OFF and SKF_LL_OFF reject: user space does not know at which offsets the kernel found those headers.
 * - Backward jumps are limited to `BACKWARD_JUMP_LIMIT` per frame; beyond the limit the frame is rejected. @module
 */
import { type AncillaryLayout, AncillaryOffset } from '../ancillary.ts';
import { BpfAlu, BpfJump } from '../instruction.ts';

/**
 * Limit of backward jumps per frame. `protochain` advances by at least 8 bytes per turn, and no frame is longer than
 * 65,535 + 14 bytes of IP over Ethernet.
 */
export const BACKWARD_JUMP_LIMIT = 8_192;

/** The ancillary data that user space has, by offset from `SKF_AD_OFF`, with the names in `Ancillary`. */
export const SERVED_ANCILLARY: ReadonlyMap<number, Exclude<keyof typeof AncillaryLayout, 'size'>> = new Map([
  [AncillaryOffset.protocol, 'protocol'],
  [AncillaryOffset.packetType, 'packetType'],
  [AncillaryOffset.interfaceIndex, 'interfaceIndex'],
  [AncillaryOffset.hardwareType, 'hardwareType'],
  [AncillaryOffset.rxHash, 'rxHash'],
  [AncillaryOffset.vlanTagPresent, 'vlanTagPresent'],
  [AncillaryOffset.vlanTag, 'vlanTag'],
  [AncillaryOffset.vlanProtocol, 'vlanProtocol'],
]);

/**
 * Executes an ALU instruction on unsigned 32-bit numbers; `neg` ignores `operand`.
 * @param operation one of `BpfAlu`
 * @param operand not 0 for `div` and `mod`, which end the program
 */
export function calculate(operation: number, a: number, operand: number): number {
  switch (operation) {
    case BpfAlu.add:
      return (a + operand) >>> 0;
    case BpfAlu.sub:
      return (a - operand) >>> 0;
    case BpfAlu.mul:
      return Math.imul(a, operand) >>> 0;
    case BpfAlu.div:
      return Math.floor(a / operand);
    case BpfAlu.mod:
      return a % operand;
    case BpfAlu.or:
      return (a | operand) >>> 0;
    case BpfAlu.and:
      return (a & operand) >>> 0;
    case BpfAlu.xor:
      return (a ^ operand) >>> 0;
    case BpfAlu.lsh:
      return operand > 31 ? 0 : (a << operand) >>> 0;
    case BpfAlu.rsh:
      return operand > 31 ? 0 : a >>> operand;
    default:
      return -a >>> 0;
  }
}

/**
 * Returns whether a conditional jump is taken; operands are unsigned.
 * @param operation one of `BpfJump`
 */
export function compare(operation: number, a: number, operand: number): boolean {
  switch (operation) {
    case BpfJump.equal:
      return a === operand;
    case BpfJump.greater:
      return a > operand;
    case BpfJump.greaterOrEqual:
      return a >= operand;
    default:
      return (a & operand) !== 0;
  }
}
