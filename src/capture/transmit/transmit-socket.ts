/**
 * Sends frames unchanged, many per call: a packet socket and `sendmmsg`. PACKET_TX_RING was measured
 * (bench/live/replay.ts, docs/adr/0016-replay-by-sendmmsg.md): it is no faster and reports less about frames that the
 * kernel rejects. @module
 */
import { readU32le, writeU16le, writeU32le } from '../../base/bytes.ts';
import { StackError } from '../../base/errors.ts';
import type { LinkType } from '../../base/link-type.ts';
import { AF_PACKET, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_RAW } from '../../sys/constants.ts';
import { InterfaceIoctl, InterfaceRequest, REQUEST_UNION } from '../../sys/interface-request.ts';
import { addressOf, bind, close, errno, sendmmsg, socket } from '../../sys/libc.ts';
import { check, explainPrivilege } from '../../sys/syscall.ts';
import { type CaptureDevice, findDevice } from '../device.ts';
import { LinkLayerAddress } from '../ring/tpacket.ts';
import type { FrameQueue } from './frame-queue.ts';

/** Maximum number of frames per call; more is no faster. */
export const FRAMES_PER_CALL = 256;

/** `struct mmsghdr` and `iovec` of 64-bit Linux. */
const MESSAGE_SIZE = 64;
const MESSAGE_VECTOR = 16;
const MESSAGE_VECTOR_COUNT = 24;
const VECTOR_SIZE = 16;
const VECTOR_LENGTH = 8;
const WORD = 0x1_0000_0000;

/** Sends frames on an interface. An interface, so that tests can replay without a socket. */
export interface FrameTransmitter extends AsyncDisposable {
  readonly interfaceName: string;
  /** What its frames begin with: an Ethernet or an IP header. */
  readonly linkType: LinkType;
  /** Maximum length in bytes of a frame without its link header. */
  readonly mtu: number;
  /**
   * Passes `count` frames of the queue, from `first` on, to the kernel. Does not block.
   * @returns number of frames accepted, at least one; or the negative error number of the first
   */
  send(queue: FrameQueue, first: number, count: number): number;
  /** Idempotent. */
  close(): Promise<void>;
}

export class TransmitSocket implements FrameTransmitter {
  readonly interfaceName: string;
  readonly interfaceIndex: number;
  readonly linkType: LinkType;
  readonly mtu: number;
  readonly #fd: number;
  readonly #messages = new Uint8Array(new ArrayBuffer(FRAMES_PER_CALL * (MESSAGE_SIZE + VECTOR_SIZE)));
  readonly #vectors = FRAMES_PER_CALL * MESSAGE_SIZE;
  #frames: Uint8Array | undefined;
  #framesAddress = 0;
  #open = true;

  /**
   * @throws StackError `PRIVILEGE` without CAP_NET_RAW, `NO_INTERFACE`, `LINK_TYPE` if the interface is neither
   * Ethernet nor raw IP
   * @throws SyscallError `SYSCALL`
   */
  constructor(interfaceName: string) {
    const device = findDevice(interfaceName);
    if (device.cooked) {
      throw new StackError('LINK_TYPE', `cannot send on ${interfaceName}: neither an Ethernet nor a raw IP interface`);
    }
    this.interfaceName = interfaceName;
    this.interfaceIndex = device.index;
    this.linkType = device.linkType;
    this.mtu = mtuOf(interfaceName);
    this.#fd = openSocket(device);
    this.#prepareMessages();
  }

  send(queue: FrameQueue, first: number, count: number): number {
    const total = Math.min(count, FRAMES_PER_CALL);
    if (queue.bytes !== this.#frames) {
      this.#frames = queue.bytes;
      this.#framesAddress = Number(addressOf(queue.bytes)); // below 2^53: user space ends at 2^47
    }
    const messages = this.#messages;
    for (let slot = 0; slot < total; slot += 1) {
      const vector = this.#vectors + slot * VECTOR_SIZE;
      const address = this.#framesAddress + queue.offsetOf(first + slot);
      writeU32le(messages, vector, address % WORD);
      writeU32le(messages, vector + 4, Math.floor(address / WORD));
      writeU32le(messages, vector + VECTOR_LENGTH, queue.lengthOf(first + slot));
    }
    const sent = sendmmsg(this.#fd, messages, total, MSG_DONTWAIT);
    return sent < 0 ? -errno() : sent;
  }

  async close(): Promise<void> {
    if (this.#open) close(this.#fd);
    this.#open = false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #prepareMessages(): void {
    const address = addressOf(this.#messages);
    const words = new BigUint64Array(this.#messages.buffer);
    for (let slot = 0; slot < FRAMES_PER_CALL; slot += 1) {
      const message = slot * MESSAGE_SIZE;
      words[(message + MESSAGE_VECTOR) / 8] = address + BigInt(this.#vectors + slot * VECTOR_SIZE);
      words[(message + MESSAGE_VECTOR_COUNT) / 8] = 1n;
    }
  }
}

/** Opens a socket that sends on the interface and receives nothing, since its protocol is 0. */
function openSocket({ name, index }: CaptureDevice): number {
  const wanted = `send frames on ${name}`;
  let fd: number;
  try {
    fd = check(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), 'socket', wanted);
  } catch (error) {
    throw explainPrivilege(error, 'CAP_NET_RAW');
  }
  const address = new Uint8Array(LinkLayerAddress.size);
  writeU16le(address, LinkLayerAddress.family, AF_PACKET);
  writeU32le(address, LinkLayerAddress.interfaceIndex, index);
  try {
    check(bind(fd, address, address.length), 'bind', wanted);
  } catch (error) {
    close(fd);
    throw error;
  }
  return fd;
}

function mtuOf(name: string): number {
  using request = new InterfaceRequest();
  return request.ask(InterfaceIoctl.getMtu, name) ? readU32le(request.bytes, REQUEST_UNION) : 0;
}
