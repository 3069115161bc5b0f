/** The fields of ICMP, ICMPv6 and IGMP messages that a sanitized frame keeps. @module */
import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { CleanCopy } from './clean-copy.ts';
import { pseudoSum, type UpperLayer } from './transport-fields.ts';

const CHECKSUM = 2;
const BODY = 4;
const QUOTE = 8;
/** Messages with the length of a quote and extensions after it (RFC 4884, 4), which are not kept. */
const QUOTE_LENGTH_4 = 5;
const QUOTE_LENGTH_6 = 4;

/** Copies the packet that an error message quotes, from its IP header on. */
type KeepQuote = (at: number) => void;

export function keepIcmp4(copy: CleanCopy, { at, end }: UpperLayer, keepQuote: KeepQuote): void {
  copy.keep(at, CHECKSUM);
  switch (copy.u8(at)) {
    case 0: // echo reply
    case 8: // echo request
    case 10: // router solicitation
      copy.keep(at + BODY, 4);
      break;
    case 3: // destination unreachable
    case 4: // source quench
    case 11: // time exceeded
    case 12: // parameter problem
      copy.keep(at + BODY, 4);
      copy.put(at + QUOTE_LENGTH_4, 0);
      keepQuote(at + QUOTE);
      break;
    case 5: // redirect
      copy.ipv4(at + BODY);
      keepQuote(at + QUOTE);
      break;
    case 9: // router advertisement (RFC 1256, 3): pairs of an address and a preference
      copy.keep(at + BODY, 4);
      for (let index = 0; index < copy.u8(at + BODY) && copy.u8(at + BODY + 1) === 2; index += 1) {
        copy.ipv4(at + 8 + index * 8);
        copy.keep(at + 12 + index * 8, 4);
      }
      break;
    case 13: // timestamp
    case 14:
      copy.keep(at + BODY, 16);
      break;
    case 17: // address mask
    case 18:
      copy.keep(at + BODY, 8);
      break;
    default: // nothing is known about the message
  }
  copy.checksum(at + CHECKSUM, at, end);
}

export function keepIcmp6(copy: CleanCopy, upper: UpperLayer, keepQuote: KeepQuote): void {
  const { at, end } = upper;
  copy.keep(at, CHECKSUM);
  switch (copy.u8(at)) {
    case 1: // destination unreachable
    case 3: // time exceeded
      copy.keep(at + BODY, 4);
      copy.put(at + QUOTE_LENGTH_6, 0);
      keepQuote(at + QUOTE);
      break;
    case 2: // packet too big
    case 4: // parameter problem
      copy.keep(at + BODY, 4);
      keepQuote(at + QUOTE);
      break;
    case 128: // echo request
    case 129: // echo reply
      copy.keep(at + BODY, 4);
      break;
    case 130: // listener query; version 2 has sources (RFC 3810, 5.1)
      copy.keep(at + BODY, 4);
      copy.ipv6(at + 8);
      if (end - at >= 28) copy.keep(at + 24, 4);
      for (let index = 0; end - at >= 28 && index < copy.u16(at + 26); index += 1)
        copyIpv6(copy, at + 28 + index * 16, end);
      break;
    case 131: // listener report
    case 132: // listener done
      copy.keep(at + BODY, 4);
      copy.ipv6(at + 8);
      break;
    case 143: // listener report, version 2
      copy.keep(at + BODY, 4);
      keepRecords(copy, at + 8, end, copy.u16(at + 6), 16);
      break;
    case 133: // router solicitation
      copy.keep(at + BODY, 4);
      keepOptions(copy, at + 8, end, keepQuote);
      break;
    case 134: // router advertisement
      copy.keep(at + BODY, 12);
      keepOptions(copy, at + 16, end, keepQuote);
      break;
    case 135: // neighbour solicitation
    case 136: // neighbour advertisement
      copy.keep(at + BODY, 4);
      copy.ipv6(at + 8);
      keepOptions(copy, at + 24, end, keepQuote);
      break;
    case 137: // redirect
      copy.keep(at + BODY, 4);
      copy.ipv6(at + 8);
      copy.ipv6(at + 24);
      keepOptions(copy, at + 40, end, keepQuote);
      break;
    default: // nothing is known about the message
  }
  if (upper.isWhole) copy.checksum(at + CHECKSUM, at, end, pseudoSum(upper, IpProtocol.icmp6));
}

/** IGMP (RFC 2236, RFC 3376): a group, and the sources or records of version 3. */
export function keepIgmp(copy: CleanCopy, { at, end }: UpperLayer): void {
  copy.keep(at, CHECKSUM);
  const type = copy.u8(at);
  if (type === 0x22) {
    copy.keep(at + BODY, 4);
    keepRecords(copy, at + 8, end, copy.u16(at + 6), 4);
  } else if (type === 0x11 || type === 0x12 || type === 0x16 || type === 0x17) {
    copy.ipv4(at + BODY);
    if (end - at >= 12) copy.keep(at + 8, 4);
    for (let index = 0; end - at >= 12 && index < copy.u16(at + 10); index += 1)
      copyIpv4(copy, at + 12 + index * 4, end);
  }
  copy.checksum(at + CHECKSUM, at, end);
}

/** Group records (RFC 3376, 4.2.4; RFC 3810, 5.2.5): type, length of auxiliary data, number of sources, group, sources. */
function keepRecords(copy: CleanCopy, start: number, end: number, count: number, length: 4 | 16): void {
  const copyAddress = length === 4 ? copyIpv4 : copyIpv6;
  let at = start;
  for (let index = 0; index < count && at + 4 + length <= end; index += 1) {
    copy.keep(at, 4);
    const sources = copy.u16(at + 2);
    for (let source = 0; source <= sources && at + 4 + (source + 1) * length <= end; source += 1) {
      copyAddress(copy, at + 4 + source * length, end);
    }
    at += 4 + (sources + 1) * length + copy.u8(at + 1) * 4;
  }
}

function copyIpv4(copy: CleanCopy, at: number, end: number): void {
  if (at + 4 <= end) copy.ipv4(at);
}

function copyIpv6(copy: CleanCopy, at: number, end: number): void {
  if (at + 16 <= end) copy.ipv6(at);
}

/** Options of neighbour discovery (RFC 4861, 4.6; RFC 8106; RFC 4191). The contents of others are not kept. */
function keepOptions(copy: CleanCopy, start: number, end: number, keepQuote: KeepQuote): void {
  for (let at = start; at + 8 <= end; ) {
    const length = copy.u8(at + 1) * 8;
    if (length === 0 || at + length > end) return;
    copy.keep(at, 2);
    switch (copy.u8(at)) {
      case 1: // source link-layer address
      case 2: // target link-layer address
        if (length === 8) copy.mac(at + 2);
        break;
      case 3: // prefix information
        if (length < 32) break;
        copy.keep(at + 2, 14);
        copy.ipv6Prefix(at + 16, 16, Math.min(128, copy.u8(at + 2)));
        break;
      case 4: // redirected header
        keepQuote(at + 8);
        break;
      case 5: // MTU
        copy.keep(at + 2, 6);
        break;
      case 24: // route information
        copy.keep(at + 2, 6);
        if (length > 8) copy.ipv6Prefix(at + 8, Math.min(16, length - 8), Math.min(128, copy.u8(at + 2)));
        break;
      case 25: // recursive DNS servers
        copy.keep(at + 2, 6);
        for (let server = at + 8; server + 16 <= at + length; server += 16) copy.ipv6(server);
        break;
      default: // nothing is known about the option
    }
    at += length;
  }
}
