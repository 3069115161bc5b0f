/** The fields of TCP and UDP headers that a sanitized frame keeps. @module */
import { foldChecksum } from '../../base/checksum.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { CleanCopy } from './clean-copy.ts';

/** What an IP header tells about the message in it. */
export interface UpperLayer {
  readonly at: number;
  /** The end of its captured part. */
  readonly end: number;
  /** Its length on the wire. */
  readonly length: number;
  /** Sum of the addresses in the copy, for pseudo headers. */
  readonly pseudo: number;
  /** Not a fragment. */
  readonly isWhole: boolean;
}

const TCP_HEADER = 20;
const TCP_CHECKSUM = 16;
const UDP_HEADER = 8;
const UDP_LENGTH = 4;
const UDP_CHECKSUM = 6;
/** RFC 768: 0 means that there is no checksum. */
const NO_CHECKSUM_INSTEAD = 0xffff;

/** No operation, segment size, window scale, SACK permitted, SACK, timestamps: no others are kept. */
const TCP_OPTIONS: readonly number[] = [1, 2, 3, 4, 5, 8];
const END = 0;
const NO_OPERATION = 1;

export function keepTcp(copy: CleanCopy, upper: UpperLayer): void {
  const { at } = upper;
  copy.keep(at, Math.min(TCP_CHECKSUM, upper.end - at));
  if (at + TCP_HEADER > upper.end) return;
  copy.keep(at + TCP_CHECKSUM + 2, 2);
  const headerEnd = Math.min(at + (copy.u8(at + 12) >>> 4) * 4, upper.end);
  // The options that are kept move to the front; the zeros after them end the list.
  let place = at + TCP_HEADER;
  for (let option = at + TCP_HEADER; option < headerEnd && copy.u8(option) !== END; ) {
    const kind = copy.u8(option);
    const length = kind === NO_OPERATION ? 1 : Math.max(2, copy.u8(option + 1));
    if (TCP_OPTIONS.includes(kind) && option + length <= headerEnd) {
      copy.move(option, length, place);
      place += length;
    }
    option += length;
  }
  copy.keep(headerEnd, 0);
  if (upper.isWhole) copy.checksum(at + TCP_CHECKSUM, at, upper.end, pseudoSum(upper, IpProtocol.tcp));
}

export function keepUdp(copy: CleanCopy, upper: UpperLayer): void {
  const { at } = upper;
  copy.keep(at, Math.min(UDP_CHECKSUM, upper.end - at));
  if (at + UDP_HEADER > upper.end) return;
  copy.put(at + UDP_CHECKSUM, 0);
  copy.put(at + UDP_CHECKSUM + 1, 0);
  const length = copy.u16(at + UDP_LENGTH) || upper.length; // 0: a jumbogram, or split by the interface
  if (copy.u16(at + UDP_CHECKSUM) === 0 || !upper.isWhole) return;
  const end = Math.min(upper.end, at + length);
  copy.checksum(at + UDP_CHECKSUM, at, end, pseudoSum({ ...upper, length }, IpProtocol.udp), NO_CHECKSUM_INSTEAD);
}

/** Returns the sum of a pseudo header (RFC 9293, 3.1; RFC 8200, 8.1). */
export function pseudoSum({ pseudo, length }: UpperLayer, protocol: number): number {
  return foldChecksum(pseudo + protocol + (length >>> 16) + (length & 0xffff));
}
