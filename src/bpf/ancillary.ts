/**
 * What Linux knows of a frame besides its bytes: loads at `SKF_AD_OFF + n` (linux/filter.h). A live ring fills it from
 * the frame's `tpacket3_hdr` and `sockaddr_ll`; a file has none, and then such a load rejects the frame. @module
 */
import { BpfClass, type BpfInstruction, BpfMode } from './instruction.ts';

/** Offset that turns an absolute load into an ancillary one: -0x1000 as an unsigned number. */
export const SKF_AD_OFF = 0xffff_f000;

/** The width in a load's code: an ancillary value has its own. */
const BPF_SIZE_MASK = 0x18;

/** Offsets from `SKF_AD_OFF`. */
export const AncillaryOffset = {
  protocol: 0,
  packetType: 4,
  interfaceIndex: 8,
  netlinkAttribute: 12,
  netlinkAttributeNested: 16,
  mark: 20,
  queue: 24,
  hardwareType: 28,
  rxHash: 32,
  cpu: 36,
  aluXorX: 40,
  vlanTag: 44,
  vlanTagPresent: 48,
  payloadOffset: 52,
  random: 56,
  vlanProtocol: 60,
} as const;

/** Unsigned numbers in host order. */
export interface Ancillary {
  /** EtherType (SKF_AD_PROTOCOL). */
  readonly protocol: number;
  /** PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4 (SKF_AD_PKTTYPE). */
  readonly packetType: number;
  readonly interfaceIndex: number;
  /** ARPHRD number (SKF_AD_HATYPE). */
  readonly hardwareType: number;
  readonly rxHash: number;
  /** The tag that the kernel took out of the frame: 1 when there is one, its TCI, and its TPID. */
  readonly vlanTagPresent: number;
  readonly vlanTag: number;
  readonly vlanProtocol: number;
}

/**
 * The same in engine memory, for programs compiled to WebAssembly: 32-bit little-endian words at these byte offsets
 * from the address that the caller passes.
 */
export const AncillaryLayout = {
  protocol: 0,
  packetType: 4,
  interfaceIndex: 8,
  hardwareType: 12,
  rxHash: 16,
  vlanTagPresent: 20,
  vlanTag: 24,
  vlanProtocol: 28,
  size: 32,
} as const;

/** True when a program loads anything of it: only then has a caller to fill it in. */
export function usesAncillary(instructions: readonly BpfInstruction[]): boolean {
  const isAncillaryLoad = BpfClass.ld | BpfMode.absolute;
  return instructions.some(({ code, k }) => (code & ~BPF_SIZE_MASK) === isAncillaryLoad && k >= SKF_AD_OFF);
}
