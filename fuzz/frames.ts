/** Seed frames for the mutations: one of every kind that the dissector supports, from our own encoders. @module */

import { encodeArp } from '../src/wire/arp.ts';
import { encodeEthernet, encodeVlanTag } from '../src/wire/ethernet.ts';
import { encodeIpv4 } from '../src/wire/ipv4.ts';
import { encodeIpv6 } from '../src/wire/ipv6.ts';
import { encodeTcp } from '../src/wire/tcp.ts';
import { encodeUdp } from '../src/wire/udp.ts';

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function encoded(length: number, fill: (out: Uint8Array) => number): Uint8Array {
  const out = new Uint8Array(length);
  return out.subarray(0, fill(out));
}

const ADDRESS4 = hex('c0000201');
const ADDRESS6 = hex('20010db8000000000000000000000001');
const MAC = hex('020000000001');

function ethernet(etherType: number, payload: Uint8Array): Uint8Array {
  return join(
    encoded(14, (out) => encodeEthernet({ destination: MAC, source: MAC, etherType }, out)),
    payload,
  );
}

function ipv4(protocol: number, payload: Uint8Array): Uint8Array {
  const fields = { source: ADDRESS4, destination: ADDRESS4, protocol, timeToLive: 64, payloadLength: payload.length };
  return join(
    encoded(60, (out) => encodeIpv4({ ...fields, options: hex('94040000') }, out)),
    payload,
  );
}

function ipv6(nextHeader: number, payload: Uint8Array): Uint8Array {
  const fields = { source: ADDRESS6, destination: ADDRESS6, nextHeader, hopLimit: 64, payloadLength: payload.length };
  return join(
    encoded(40, (out) => encodeIpv6(fields, out)),
    payload,
  );
}

function datagram(port: number, payload: Uint8Array): Uint8Array {
  return encoded(8 + payload.length, (out) => encodeUdp({ sourcePort: 4000, destinationPort: port, payload }, out));
}

/** DNS response for www.example.com with A, MX, TXT and SRV records. */
const DNS = hex(
  '123481800001000400000001 03777777076578616d706c6503636f6d00 00010001 c00c0001000100000e100004c0000207' +
    'c00c000f000100000e100009000a046d61696cc010 c00c0010000100000e1000060568656c6c6f c00c0021000100000e1000080001000203e8c010' +
    '0000291000000000000000',
);
const TCP = encoded(60, (out) =>
  encodeTcp(
    {
      sourcePort: 40_000,
      destinationPort: 80,
      flags: 0x12,
      options: hex(
        '020405b40402080a0000000100000000 0103030701010512000000010000000200000003 00000004'.slice(0, 66),
      ).subarray(0, 32),
    },
    0,
    out,
  ),
);
const UDP = encoded(60, (out) => encodeUdp({ sourcePort: 53, destinationPort: 53, payload: new Uint8Array(20) }, out));
const ARP = encoded(60, (out) =>
  encodeArp(
    {
      hardwareType: 1,
      protocolType: 0x0800,
      operation: 1,
      senderHardware: MAC,
      senderProtocol: ADDRESS4,
      targetHardware: MAC,
      targetProtocol: ADDRESS4,
    },
    out,
  ),
);
const EXTENSIONS = hex('2b00050200000100 2c02000100000000 20010000000000000000000000000001 110000010000070b');

/** Ethernet frames. */
export const SEED_FRAMES: readonly Uint8Array[] = [
  ethernet(0x0800, ipv4(6, TCP)),
  ethernet(0x0800, ipv4(17, UDP)),
  ethernet(0x0800, ipv4(1, join(hex('030300000000 05dc'), ipv4(17, UDP)))),
  ethernet(0x0800, ipv4(2, hex('220000000000000204000000ef01020301000001ef010204c0000205'))),
  ethernet(0x0800, ipv4(47, join(hex('b0000800000000000000000a00000007'), ipv4(6, TCP)))),
  ethernet(0x0800, ipv4(47, join(hex('00006558'), ethernet(0x0800, ipv4(4, ipv4(41, ipv6(6, TCP))))))),
  ethernet(0x0800, ipv4(51, join(hex('0604000000000100000000010102030405060708090a0b0c'), TCP))),
  ethernet(0x86dd, ipv6(0, join(EXTENSIONS, UDP))),
  ethernet(0x86dd, ipv6(60, join(hex('3a00050200000100'), hex('8000000012340007')))),
  ethernet(
    0x86dd,
    ipv6(
      58,
      join(
        hex('8600000040c8070800000001000000020101020000000001'),
        hex('0304 40c0 00000010 00000020 00000000'),
        ADDRESS6,
      ),
    ),
  ),
  ethernet(0x86dd, ipv6(58, join(hex('8f000000000000020400 0001'), ADDRESS6, ADDRESS6, hex('01000000'), ADDRESS6))),
  ethernet(0x86dd, ipv6(58, join(hex('0104000000000000'), ipv6(17, UDP)))),
  ethernet(0x0806, ARP),
  ethernet(0x0800, ipv4(17, datagram(4789, join(hex('0800000000000700'), ethernet(0x0800, ipv4(6, TCP)))))),
  ethernet(
    0x0800,
    ipv4(17, datagram(6081, join(hex('0240655800000a00 0000800100000000'), ethernet(0x0800, ipv4(6, TCP))))),
  ),
  ethernet(0x0800, ipv4(17, datagram(53, DNS))),
  ethernet(0x0800, ipv4(132, hex('00150016 00000001 00000000 0300001000000001000000000000 0000'))),
  ethernet(
    0x0800,
    ipv4(
      6,
      join(TCP.subarray(0, 12), hex('50'), TCP.subarray(13, 20), new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')),
    ),
  ),
  ethernet(
    0x8100,
    join(
      encoded(4, (out) => encodeVlanTag({ identifier: 7, etherType: 0x88a8 }, out)),
      hex('00010800'),
      ipv4(6, TCP),
    ),
  ),
  ethernet(0x8847, join(hex('000100400006414000064140'), ipv4(6, TCP))),
  ethernet(0x8864, join(hex('110000170050 0021'), ipv4(6, TCP))),
  ethernet(60, join(hex('aaaa030000000800'), ipv4(6, TCP))),
  ethernet(
    38,
    hex('4242030000000000800100190 6eab88000000000800100190 6eab880800501001400020 00f00'.replaceAll(' ', '')),
  ),
];
