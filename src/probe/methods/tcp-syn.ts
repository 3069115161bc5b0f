/**
 * TCP SYN probes. The sequence number contains the number of the probe; routers quote it, and the target acknowledges it.
 * No connection is established: no socket listens on the source port, so the kernel replies to a SYN-ACK with RST. @module
 */
import { readU16, readU32 } from '../../base/bytes.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { pseudoHeaderSum } from '../../wire/pseudo-header.ts';
import { encodeTcp, TCP_HEADER_LENGTH, TcpFlag, TcpView } from '../../wire/tcp.ts';
import type { ProbeDraft, ProbeMatch, ProbeMethod } from '../method.ts';
import type { ArrivalEvent, ErrorQueueEvent } from '../transport.ts';
import { IcmpErrorReader } from './icmp-error.ts';

export interface SynMethodOptions {
  readonly family: 4 | 6;
  /** Sequence number of the first probe, random. */
  readonly nonce: number;
  /** Source address, which the checksum covers; `TransportCapabilities` contains it. */
  readonly sourceAddress: Uint8Array;
  readonly sourcePort: number;
  /** 80 by default. With several, the `flow` of a draft selects the port. */
  readonly ports?: readonly number[];
}

const DEFAULT_PORTS: readonly number[] = [80];
const WINDOW = 0xffff;
/** MSS 1,460 (RFC 9293, 3.7.1): firewalls suspect a SYN without it. */
const OPTIONS = Uint8Array.of(2, 4, 0x05, 0xb4);
/** More than any run sends: a larger number belongs to another program. */
const MAX_PROBES = 0x1000_0000;

export class SynMethod implements ProbeMethod {
  readonly protocol = 'tcp';
  readonly family: 4 | 6;
  readonly length = TCP_HEADER_LENGTH + OPTIONS.length;
  /** Ports and sequence number. */
  readonly quotedLength = 8;
  readonly #nonce: number;
  readonly #sourcePort: number;
  readonly #ports: readonly number[];
  readonly #addresses: Uint8Array;
  readonly #addressLength: 4 | 16;
  readonly #view = new TcpView();
  readonly #error = new IcmpErrorReader();

  constructor(options: SynMethodOptions) {
    this.family = options.family;
    this.#nonce = options.nonce >>> 0;
    this.#sourcePort = options.sourcePort;
    this.#ports = options.ports === undefined || options.ports.length === 0 ? DEFAULT_PORTS : options.ports;
    this.#addressLength = options.family === 4 ? 4 : 16;
    this.#addresses = new Uint8Array(2 * this.#addressLength);
    this.#addresses.set(options.sourceAddress);
  }

  encode(draft: ProbeDraft, out: Uint8Array): number {
    this.#addresses.set(draft.destination, this.#addressLength);
    const pseudo = pseudoHeaderSum(this.#addresses, 0, this.#addressLength, IpProtocol.tcp, this.length);
    const several = this.#ports.length > 1;
    const segment = {
      // With one port, flows differ in the source port, which ECMP routers hash.
      sourcePort: several ? this.#sourcePort : this.#sourcePort + draft.flow,
      destinationPort: this.#ports[draft.flow % this.#ports.length] ?? 0,
      sequence: (this.#nonce + draft.index) >>> 0,
      flags: TcpFlag.syn,
      window: WINDOW,
      options: OPTIONS,
    };
    return encodeTcp(segment, pseudo, out);
  }

  match(event: ArrivalEvent | ErrorQueueEvent): ProbeMatch | undefined {
    if (event.kind === 'error-queue') return undefined;
    return event.protocol === IpProtocol.tcp ? this.#matchSegment(event) : this.#matchError(event);
  }

  #matchSegment(event: ArrivalEvent): ProbeMatch | undefined {
    const view = this.#view;
    if (!view.wrap(event.bytes, event.start, event.end) || !this.#isOurPort(view.destinationPort)) return undefined;
    if (!this.#ports.includes(view.sourcePort) || (view.flags & TcpFlag.acknowledgment) === 0) return undefined;
    const index = this.#indexOf((view.acknowledgment - 1) >>> 0);
    if (index === undefined) return undefined;
    const isReset = (view.flags & TcpFlag.reset) !== 0;
    if (!isReset && (view.flags & TcpFlag.syn) === 0) return undefined;
    return {
      kind: 'reply',
      index,
      isFullIndex: true,
      type: 0,
      code: 0,
      mtu: 0,
      isArrival: true,
      // Between namespaces of one machine, checksums are left to hardware offload and stay unset. The acknowledged
      // number, 32 bits that no other program knows, is proof enough.
      isChecksumOk: true,
      port: isReset ? 'closed' : 'open',
      portNumber: view.sourcePort,
    };
  }

  #isOurPort(port: number): boolean {
    const offset = port - this.#sourcePort;
    return offset >= 0 && offset < (this.#ports.length > 1 ? 1 : 1000);
  }

  #indexOf(sequence: number): number | undefined {
    const index = (sequence - this.#nonce) >>> 0;
    return index < MAX_PROBES ? index : undefined;
  }

  #matchError(event: ArrivalEvent): ProbeMatch | undefined {
    const error = this.#error;
    if (!error.read(event)) return undefined;
    const { quote } = error;
    if (quote.protocol !== IpProtocol.tcp || quote.isLaterFragment || quote.transportLength < this.quotedLength)
      return undefined;
    if (!this.#isOurPort(readU16(quote.bytes, quote.transportAt))) return undefined;
    const index = this.#indexOf(readU32(quote.bytes, quote.transportAt + 4));
    if (index === undefined) return undefined;
    return { ...error.describe(), index, isFullIndex: true };
  }
}
