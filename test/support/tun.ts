/** TUN device in a lab host whose packets a function answers (Documentation/networking/tuntap.rst). @module */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { parseAddress } from '../../src/base/address.ts';
import type { LabHost } from '../../src/lab/index.ts';
import { addAddress } from '../../src/netlink/address.ts';
import { setLink } from '../../src/netlink/link.ts';
import { ioctl } from '../../src/sys/libc.ts';
import { type Readiness, watchReadable } from '../../src/sys/readiness.ts';

const TUNSETIFF = 0x4004_54ca;
const TUNSETLINK = 0x4004_54cd;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const NAME = 'tun0';
const O_RDWR_NONBLOCK = 0o2 | 0o4000;

/** Answers an IP packet that the kernel sent to the device with any number of packets. */
export type TunResponder = (packet: Uint8Array) => readonly Uint8Array[];

export class TunDevice implements Disposable {
  readonly #fd: number;
  readonly #watch: Readiness;

  private constructor(fd: number, responder: TunResponder) {
    this.#fd = fd;
    const buffer = new Uint8Array(65_536);
    this.#watch = watchReadable(fd, () => {
      let length = 0;
      try {
        length = readSync(fd, buffer, 0, buffer.length, null);
      } catch {
        return; // EAGAIN
      }
      for (const answer of responder(buffer.slice(0, length))) writeSync(fd, answer);
    });
  }

  /**
   * Creates the device.
   * @param address address of the host with prefix length, such as `10.77.0.1/24`; the responder has all other addresses
   * @param hardwareType an ARPHRD number
   */
  static async open(
    host: LabHost,
    address: string,
    responder: TunResponder,
    hardwareType?: number,
  ): Promise<TunDevice> {
    const fd = host.run(() => openSync('/dev/net/tun', O_RDWR_NONBLOCK));
    const request = new Uint8Array(40); // struct ifreq: a name of 16 bytes, then flags
    request.set(new TextEncoder().encode(NAME));
    new DataView(request.buffer).setUint16(16, IFF_TUN | IFF_NO_PI, true);
    if (host.run(() => ioctl(fd, TUNSETIFF, request)) !== 0) throw new Error('cannot create a TUN device');
    if (hardwareType !== undefined && host.run(() => ioctl(fd, TUNSETLINK, BigInt(hardwareType))) !== 0) {
      throw new Error(`cannot set the TUN device to hardware type ${hardwareType}`);
    }
    const { index } = await host.link(NAME);
    const wanted = { wanted: `set ${NAME} up` };
    await host.netlink.execute(setLink(index, { up: true }), wanted);
    const [text = '', length = '24'] = address.split('/');
    const bytes = parseAddress(text) ?? new Uint8Array(0);
    await host.netlink.execute(
      addAddress({ interfaceIndex: index, address: bytes, prefixLength: Number(length) }),
      wanted,
    );
    return new TunDevice(fd, responder);
  }

  /** Sends a packet to the host. */
  send(packet: Uint8Array): void {
    writeSync(this.#fd, packet);
  }

  [Symbol.dispose](): void {
    this.#watch.close();
    closeSync(this.#fd);
  }
}
