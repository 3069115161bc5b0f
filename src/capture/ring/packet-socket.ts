/** A packet socket with a TPACKET_V3 ring (packet(7), Documentation/networking/packet_mmap.rst). @module */
import { StackError } from '../../base/errors.ts';
import { LinkType } from '../../base/link-type.ts';
import type { BpfInstruction } from '../../bpf/index.ts';
import { AF_PACKET, SO_ERROR, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_RAW, SOL_SOCKET } from '../../sys/constants.ts';
import { type DriverRequest, driverRequest } from '../../sys/interface-request.ts';
import { bind, close, errno, getsockopt, type Pointer, setsockopt, socket } from '../../sys/libc.ts';
import { attachFilter, detachFilter } from '../../sys/socket-filter.ts';
import { check, Errno, explainPrivilege, syscallError } from '../../sys/syscall.ts';
import { ANY_INTERFACE_INDEX, type CaptureDevice } from '../device.ts';
import { enableHardwareTimestamps, TimestampSource, type TimestampType } from '../hardware-timestamps.ts';
import type { FanoutGroup } from '../live-source.ts';
import type { CaptureMemory } from '../memory.ts';
import { type FanoutOption, joinFanoutGroup } from './fanout-group.ts';
import {
  ETH_P_ALL,
  encodeRingRequest,
  LinkLayerAddress,
  PACKET_MR_PROMISC,
  PacketOption,
  type RingGeometry,
  SOL_PACKET,
  STATISTICS_WORDS,
  TPACKET_V3,
} from './tpacket.ts';

/**
 * Bytes that the kernel leaves free before each frame, for the cooked header (20) and the VLAN tag (4). Two more before
 * an Ethernet header of 14, so that the frame begins on a multiple of 4, like the data of a PCAPNG block (af_packet.c,
 * tpacket_rcv: the kernel aligns the network header).
 */
function headroomFor({ cooked, linkType }: CaptureDevice): number {
  return !cooked && linkType === LinkType.ethernet ? 34 : 32;
}

/** Milliseconds after which no frame enters a ring that refuses frames. */
export const REFUSAL_DELAY = 2;

/** Counters since the last read: `struct tpacket_stats_v3`. */
export interface RingCounters {
  readonly packets: number;
  readonly drops: number;
  readonly freezes: number;
}

export class PacketSocket {
  readonly fd: number;
  readonly #device: CaptureDevice;
  readonly #counters = new Uint32Array(STATISTICS_WORDS);
  readonly #length = new Uint32Array(1);
  #open = true;

  /**
   * Opens a socket that is not bound: no frame arrives before ring and filter are in place.
   * @throws StackError `PRIVILEGE` without CAP_NET_RAW
   * @throws SyscallError `SYSCALL`
   */
  constructor(device: CaptureDevice) {
    this.#device = device;
    // On `any` frames arrive whole: without their link header, inner tags would be lost (docs/adr/0020).
    const isHeaderless = device.cooked && device.index !== ANY_INTERFACE_INDEX;
    const type = (isHeaderless ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC;
    try {
      this.fd = check(socket(AF_PACKET, type, 0), 'socket', `open a packet socket on ${device.name}`);
    } catch (error) {
      throw explainPrivilege(error, 'CAP_NET_RAW');
    }
  }

  /**
   * Creates the kernel ring and maps it into `memory`.
   * @throws StackError `MEMORY` if the kernel cannot allocate it
   */
  attachRing(memory: CaptureMemory, geometry: RingGeometry): void {
    this.#set(PacketOption.version, new Uint32Array([TPACKET_V3]), 'use TPACKET_V3');
    this.#set(
      PacketOption.reserve,
      new Uint32Array([headroomFor(this.#device)]),
      'reserve headroom in the packet ring',
    );
    const request = encodeRingRequest(geometry);
    if (setsockopt(this.fd, SOL_PACKET, PacketOption.rxRing, request, request.byteLength) < 0) {
      const size = geometry.blockSize * geometry.blockCount;
      throw new StackError('MEMORY', `cannot allocate a packet ring of ${size} bytes; reduce the buffer size (-B)`);
    }
    memory.mapRing(this.fd);
  }

  /** Attaches a filter to the socket. False: the kernel rejects the program, and all frames arrive. */
  attachFilter(instructions: readonly BpfInstruction[]): boolean {
    return attachFilter(this.fd, instructions);
  }

  /**
   * Joins the group `id`, or creates one; the socket must be bound. From here on the sockets of the group share the
   * frames.
   * @returns the number of the group
   * @throws SyscallError `SYSCALL`: EINVAL for a group of another mode or interface, ENOSPC for a full one
   */
  joinFanout(group: FanoutGroup, isUp: boolean): number {
    const { name } = this.#device;
    const wanted = `share the frames of ${name} by ${group.mode}`;
    // The kernel would say EINVAL: only a socket that receives frames can join.
    if (!isUp) throw syscallError('setsockopt', Errno.ENETDOWN, wanted, name);
    const value = new Uint32Array(1);
    const option: FanoutOption = {
      set: (fanout) => {
        value[0] = fanout;
        return setsockopt(this.fd, SOL_PACKET, PacketOption.fanout, value, value.byteLength) < 0 ? errno() : 0;
      },
      get: () => {
        this.#length[0] = value.byteLength;
        check(getsockopt(this.fd, SOL_PACKET, PacketOption.fanout, value, this.#length), 'getsockopt', wanted);
        return value[0] ?? 0;
      },
    };
    return joinFanoutGroup(option, group, wanted);
  }

  /** Undoes `refuseFrames`. */
  acceptFrames(): void {
    detachFilter(this.fd);
  }

  /** Stops new frames from entering the ring. Those in it stay. */
  refuseFrames(): void {
    attachFilter(this.fd, [{ code: 0x06, jt: 0, jf: 0, k: 0 }]); // ret #0
  }

  /**
   * Binds the socket: frames begin to arrive, or will once the interface comes up.
   * @returns whether the interface is up
   * @throws SyscallError `SYSCALL`
   */
  start(promiscuous: boolean): boolean {
    const address = new Uint8Array(LinkLayerAddress.size);
    const view = new DataView(address.buffer);
    view.setUint16(LinkLayerAddress.family, AF_PACKET, true);
    view.setUint16(LinkLayerAddress.protocol, ETH_P_ALL, false);
    view.setInt32(LinkLayerAddress.interfaceIndex, this.#device.index, true);
    check(bind(this.fd, address, address.length), 'bind', `capture on ${this.#device.name}`);
    const error = this.takeError(); // bind succeeds on an interface that is down, and leaves ENETDOWN (af_packet.c)
    if (error !== 0 && !isInterfaceDownError(error))
      throw syscallError('bind', error, `capture on ${this.#device.name}`);
    if (promiscuous && this.#device.index !== ANY_INTERFACE_INDEX) this.#joinPromiscuous();
    return error === 0;
  }

  /** Joins as a membership, which the kernel drops when the socket closes. */
  #joinPromiscuous(): void {
    const membership = new Uint8Array(16); // struct packet_mreq
    const view = new DataView(membership.buffer);
    view.setInt32(0, this.#device.index, true);
    view.setUint16(4, PACKET_MR_PROMISC, true);
    this.#set(
      PacketOption.addMembership,
      membership,
      `enable promiscuous mode on ${this.#device.name} (-p disables it)`,
    );
  }

  /**
   * Uses the clock of the device for the timestamps of frames that it stamps.
   * @returns false if the device has no such timestamps
   * @throws StackError `PRIVILEGE` without CAP_NET_ADMIN
   */
  useDeviceClock(type: Exclude<TimestampType, 'host'>): boolean {
    const { name, index } = this.#device;
    if (index === ANY_INTERFACE_INDEX) return false;
    const ask: DriverRequest = (request, data) => driverRequest(this.fd, request, name, data);
    if (!enableHardwareTimestamps(name, type, ask)) return false;
    const source = new Uint32Array([TimestampSource[type]]);
    this.#set(PacketOption.timestamp, source, `use hardware timestamps on ${name}`);
    return true;
  }

  /** Reads the counters of the kernel, which resets them. */
  readCounters(): RingCounters {
    this.#length[0] = this.#counters.byteLength;
    const result = getsockopt(this.fd, SOL_PACKET, PacketOption.statistics, this.#counters, this.#length);
    const [packets = 0, drops = 0, freezes = 0] = result < 0 ? [] : this.#counters;
    return { packets, drops, freezes };
  }

  /** Returns and clears the pending error of the socket; 0 if there is none. */
  takeError(): number {
    const error = new Uint32Array(1);
    this.#length[0] = error.byteLength;
    getsockopt(this.fd, SOL_SOCKET, SO_ERROR, error, this.#length);
    return error[0] ?? 0;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    close(this.fd);
  }

  #set(option: number, value: ArrayBufferView & Pointer, wanted: string): void {
    check(setsockopt(this.fd, SOL_PACKET, option, value, value.byteLength), 'setsockopt', wanted);
  }
}

/** Returns whether a packet socket gets this error when its interface goes down or is removed. */
export function isInterfaceDownError(error: number): boolean {
  return error === Errno.ENETDOWN || error === Errno.ENXIO || error === Errno.ENODEV;
}
