/** TPACKET_V3 memory layout (linux/if_packet.h). Offsets and lengths in bytes, numbers in host order. @module */

/** Sockets of family AF_PACKET: level and options. */
export const SOL_PACKET = 263;
export const PacketOption = {
  addMembership: 1,
  rxRing: 5,
  statistics: 6,
  version: 10,
  reserve: 12,
  timestamp: 17,
  fanout: 18,
} as const;

/**
 * How the sockets of a fanout group share frames (PACKET_FANOUT_…): by flow, by CPU, or to the next one when a ring is
 * full.
 */
export const FanoutType = { hash: 0, cpu: 2, rollover: 3 } as const;
/** For the first socket of a group: the kernel assigns an unused number. */
export const PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
export const PACKET_MR_PROMISC = 1;
export const TPACKET_V3 = 2;
export const ETH_P_ALL = 0x0003;

/** `struct sockaddr_ll` */
export const LinkLayerAddress = {
  family: 0,
  protocol: 2,
  interfaceIndex: 4,
  hardwareType: 8,
  packetType: 10,
  addressLength: 11,
  address: 12,
  size: 20,
} as const;

/** `struct tpacket_block_desc` with `struct tpacket_hdr_v1`, from the start of the block. */
export const BlockHeader = { status: 8, frames: 12, firstFrame: 16, used: 20, sequence: 24, size: 48 } as const;

/** `struct tpacket3_hdr`, from the start of the frame, and the `sockaddr_ll` after it. */
export const FrameHeader = {
  nextOffset: 0,
  seconds: 4,
  nanoseconds: 8,
  capturedLength: 12,
  wireLength: 16,
  status: 20,
  macOffset: 24,
  networkOffset: 26,
  rxHash: 28,
  vlanTci: 32,
  vlanTpid: 36,
  linkLayerAddress: 48,
} as const;

/** Block status: ours to read, or the kernel's to fill. */
export const TP_STATUS_KERNEL = 0;
export const TP_STATUS_USER = 1;

/** Frame status: the header holds the tag that was removed from the frame, and its TPID. */
export const TP_STATUS_VLAN_VALID = 1 << 4;
export const TP_STATUS_VLAN_TPID_VALID = 1 << 6;

/** `struct tpacket_req3`: seven 32-bit words. */
export interface RingGeometry {
  readonly blockSize: number;
  readonly blockCount: number;
  /** Milliseconds after which the kernel delivers a partially filled block. */
  readonly blockTimeout: number;
}

/**
 * Encodes `struct tpacket_req3` for `setsockopt(PACKET_RX_RING)`. In version 3 the frame size only limits the count.
 */
export function encodeRingRequest(geometry: RingGeometry): Uint32Array {
  const frameSize = 2048;
  return new Uint32Array([
    geometry.blockSize,
    geometry.blockCount,
    frameSize,
    (geometry.blockSize / frameSize) * geometry.blockCount,
    geometry.blockTimeout,
    0,
    0,
  ]);
}

/** `struct tpacket_stats_v3`: packets, drops, freezes as 32-bit words. */
export const STATISTICS_WORDS = 3;
