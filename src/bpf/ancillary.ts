/**
 * Metadata of a frame that Linux keeps outside of its bytes, read by loads at `SKF_AD_OFF + n` (linux/filter.h). A live
 * ring fills it from `tpacket3_hdr` and `sockaddr_ll`; a frame from a file has none, and such a load rejects it.
 * @module
 */
import { BpfClass, type BpfInstruction, BpfMode } from './instruction.ts';

/** Offset that turns an absolute load into an ancillary one: -0x1000 as an unsigned number. */
export const SKF_AD_OFF = 0xffff_f000;

/** The width bits in the code of a load, which an ancillary load ignores. */
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
  /** The VLAN tag that the kernel removed from the frame: 1 if there is one, its TCI, and its TPID. */
  readonly vlanTagPresent: number;
  readonly vlanTag: number;
  readonly vlanProtocol: number;
}

/**
 * Layout of `Ancillary` in WebAssembly memory, for compiled programs: 32-bit little-endian words at these byte offsets
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

/** Returns whether a program loads ancillary data; if not, callers need not provide it. */
export function usesAncillary(instructions: readonly BpfInstruction[]): boolean {
  const isAncillaryLoad = BpfClass.ld | BpfMode.absolute;
  return instructions.some(({ code, k }) => (code & ~BPF_SIZE_MASK) === isAncillaryLoad && k >= SKF_AD_OFF);
}
