/** Frames with every message that the printers support, from the encoders of `src/wire`. @module */
import { parseIpv4, parseIpv6 } from '../../src/base/address.ts';
import { writeU16 } from '../../src/base/bytes.ts';
import { checksumSum } from '../../src/base/checksum.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { encodeIpv4, type Ipv4Header } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { pseudoHeaderSum } from '../../src/wire/pseudo-header.ts';
import { encodeTcp, type TcpSegment } from '../../src/wire/tcp.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { joinBytes } from './capture-file.ts';
import { fromHex } from './hex.ts';

const NOTHING = new Uint8Array(0);

/** Returns the 4 or 16 bytes of a valid address. */
export function address(text: string): Uint8Array {
  return parseIpv4(text) ?? parseIpv6(text) ?? NOTHING;
}

const FROM4 = '192.0.2.1';
const TO4 = '198.51.100.2';
const FROM6 = '2001:db8::1';
const TO6 = '2001:db8::2';

export function ethernet(etherType: number, payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(14);
  encodeEthernet({ destination: fromHex('020000000002'), source: fromHex('020000000001'), etherType }, head);
  return joinBytes(head, payload);
}

export function ipv4(protocol: number, payload: Uint8Array, fields: Partial<Ipv4Header> = {}): Uint8Array {
  const head = new Uint8Array(60);
  const end = encodeIpv4(
    {
      source: address(FROM4),
      destination: address(TO4),
      protocol,
      timeToLive: 64,
      payloadLength: payload.length,
      ...fields,
    },
    head,
  );
  return ethernet(0x0800, joinBytes(head.subarray(0, end), payload));
}

export function ipv6(
  nextHeader: number,
  payload: Uint8Array,
  fields: { hopLimit?: number; trafficClass?: number; flowLabel?: number; payloadLength?: number } = {},
): Uint8Array {
  const head = new Uint8Array(40);
  encodeIpv6(
    {
      source: address(FROM6),
      destination: address(TO6),
      nextHeader,
      hopLimit: 64,
      payloadLength: payload.length,
      ...fields,
    },
    head,
  );
  return ethernet(0x86dd, joinBytes(head, payload));
}

/** Returns the checksum of the pseudo header with the addresses above. */
function pseudo(version: 4 | 6, protocol: number, length: number): number {
  return version === 4
    ? pseudoHeaderSum(joinBytes(address(FROM4), address(TO4)), 0, 4, protocol, length)
    : pseudoHeaderSum(joinBytes(address(FROM6), address(TO6)), 0, 16, protocol, length);
}

export function tcp(segment: Partial<TcpSegment>, version: 4 | 6 = 4): Uint8Array {
  const length = 20 + (segment.options?.length ?? 0) + (segment.payload?.length ?? 0);
  const out = new Uint8Array(length);
  const whole = { sourcePort: 40_000, destinationPort: 9999, flags: 2, window: 1000, sequence: 1000, ...segment };
  encodeTcp(whole, pseudo(version, 6, length), out);
  return out;
}

export function udp(sourcePort: number, destinationPort: number, payload: Uint8Array, version: 4 | 6 = 4): Uint8Array {
  const out = new Uint8Array(8 + payload.length);
  encodeUdp({ sourcePort, destinationPort, payload }, out, 0, pseudo(version, 17, out.length));
  return out;
}

/** Builds an ICMP message with a correct checksum. @param rest the bytes after the checksum, or their hexadecimal text */
export function icmp4(type: number, code: number, rest: string | Uint8Array): Uint8Array {
  const bytes = joinBytes(new Uint8Array([type, code, 0, 0]), typeof rest === 'string' ? fromHex(rest) : rest);
  writeU16(bytes, 2, ~checksumSum(bytes, 0, bytes.length));
  return ipv4(1, bytes);
}

export function icmp6(type: number, code: number, rest: string | Uint8Array): Uint8Array {
  const bytes = joinBytes(new Uint8Array([type, code, 0, 0]), typeof rest === 'string' ? fromHex(rest) : rest);
  writeU16(bytes, 2, ~checksumSum(bytes, 0, bytes.length, pseudo(6, 58, bytes.length)));
  return ipv6(58, bytes);
}

export function igmp(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  writeU16(bytes, 2, 0);
  writeU16(bytes, 2, ~checksumSum(bytes, 0, bytes.length));
  return ipv4(2, bytes, { timeToLive: 1 });
}

/** Returns the first bytes of the IP packet in `frame`, as an ICMP error quotes them. */
export function quoteOf(frame: Uint8Array, length = 28): Uint8Array {
  return frame.slice(14, 14 + length);
}
