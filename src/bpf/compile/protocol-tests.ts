/** Tests protocols: single words, `proto`, `protochain`, and the frame types of IEEE 802.2. @module */

import { nearestWord } from '../../base/nearest-word.ts';
import { EtherType, IpProtocol, MAX_802_3_LENGTH } from '../../base/protocol-numbers.ts';
import type { Span } from '../language/filter-error.ts';
import type { ProtocolWord } from '../language/keywords.ts';
import type { Context } from './context.ts';
import { carries, FilterEtherType, LlcSap } from './link-protocols.ts';
import { all, any, not, type Predicate } from './predicate.ts';

const IPV4_PROTOCOL = 9;
const IPV6_NEXT_HEADER = 6;
/** Offset of the next header in a fragment header that is the first extension header. */
const AFTER_IPV6_HEADER = 0;
const MAX_IP_PROTOCOL = 255;
const MAX_ACCESS_POINT = 0xff;
const MAX_ETHER_TYPE = 0xffff;

/** Network layer protocol identifiers of ISO/IEC TR 9577. */
const OSI_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['clnp', 0x81],
  ['esis', 0x82],
  ['isis', 0x83],
]);
const ISIS = 0x83;
/** Types of IS-IS protocol data units (ISO/IEC 10589, 9.5 to 9.13); the high three bits of the byte are reserved. */
const IsisPdu = {
  l1Hello: 15,
  l2Hello: 16,
  pointHello: 17,
  l1Lsp: 18,
  l2Lsp: 20,
  l1Csnp: 24,
  l2Csnp: 25,
  l1Psnp: 26,
  l2Psnp: 27,
} as const;
const ISIS_TYPE_OFFSET = 4;
const ISIS_TYPE_MASK = 0x1f;

const ISIS_GROUPS: ReadonlyMap<ProtocolWord, readonly number[]> = new Map([
  ['l1', [IsisPdu.l1Psnp, IsisPdu.l1Csnp, IsisPdu.l1Lsp, IsisPdu.l1Hello, IsisPdu.pointHello]],
  ['l2', [IsisPdu.l2Psnp, IsisPdu.l2Csnp, IsisPdu.l2Lsp, IsisPdu.l2Hello, IsisPdu.pointHello]],
  ['iih', [IsisPdu.pointHello, IsisPdu.l2Hello, IsisPdu.l1Hello]],
  ['lsp', [IsisPdu.l2Lsp, IsisPdu.l1Lsp]],
  ['snp', [IsisPdu.l2Psnp, IsisPdu.l2Csnp, IsisPdu.l1Psnp, IsisPdu.l1Csnp]],
  ['csnp', [IsisPdu.l2Csnp, IsisPdu.l1Csnp]],
  ['psnp', [IsisPdu.l2Psnp, IsisPdu.l1Psnp]],
]);

/** Words for payloads of the link layer. */
const LINK_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['ip', EtherType.ipv4],
  ['ip6', EtherType.ipv6],
  ['arp', EtherType.arp],
  ['rarp', EtherType.reverseArp],
  ['atalk', FilterEtherType.appleTalk],
  ['aarp', FilterEtherType.appleTalkArp],
  ['decnet', FilterEtherType.decnet],
  ['sca', FilterEtherType.sca],
  ['lat', FilterEtherType.lat],
  ['mopdl', FilterEtherType.mopDump],
  ['moprc', FilterEtherType.mopRemoteConsole],
  ['iso', LlcSap.osi],
  ['stp', LlcSap.spanningTree],
  ['ipx', LlcSap.ipx],
  ['netbeui', LlcSap.netBeui],
]);

/** Names that are valid after `ether proto` only. */
const ETHER_PROTO_NAMES: ReadonlyMap<string, number> = new Map([
  ['loopback', FilterEtherType.loopback],
  ['lldp', FilterEtherType.lldp],
  ['slow', FilterEtherType.slow],
]);

/** Words for upper-layer protocols, with the network layer that carries them; undefined: IPv4 and IPv6. */
const IP_PROTOCOLS: ReadonlyMap<ProtocolWord, { readonly number: number; readonly network: 'ip' | 'ip6' | undefined }> =
  new Map([
    ['tcp', { number: IpProtocol.tcp, network: undefined }],
    ['udp', { number: IpProtocol.udp, network: undefined }],
    ['sctp', { number: IpProtocol.sctp, network: undefined }],
    ['ah', { number: IpProtocol.ah, network: undefined }],
    ['esp', { number: IpProtocol.esp, network: undefined }],
    ['pim', { number: IpProtocol.pim, network: undefined }],
    ['icmp', { number: IpProtocol.icmp, network: 'ip' }],
    ['igmp', { number: IpProtocol.igmp, network: 'ip' }],
    ['igrp', { number: 9, network: 'ip' }],
    ['vrrp', { number: IpProtocol.vrrp, network: 'ip' }],
    ['carp', { number: IpProtocol.vrrp, network: 'ip' }],
    ['icmp6', { number: IpProtocol.icmp6, network: 'ip6' }],
  ]);

/** Compiles a single protocol word. */
export function protocolTest(context: Context, word: ProtocolWord, span: Span): Predicate {
  const linkProtocol = LINK_PROTOCOLS.get(word);
  if (linkProtocol !== undefined) return carries(context, linkProtocol, span);
  const upper = IP_PROTOCOLS.get(word);
  if (upper !== undefined) return protoTest(context, upper.number, upper.network, span);
  const osi = OSI_PROTOCOLS.get(word);
  if (osi !== undefined) return osiTest(context, osi, span);
  const group = ISIS_GROUPS.get(word);
  if (group !== undefined)
    return all(osiTest(context, ISIS, span), any(...group.map((type) => isisTypeTest(context, type))));
  return context.fail('FILTER_QUALIFIER', `"${word}" cannot stand alone`, span);
}

/** Compiles `[word] proto number`. */
export function protoTest(context: Context, number: number, word: ProtocolWord | undefined, span: Span): Predicate {
  switch (word) {
    case undefined:
      return any(protoTest(context, number, 'ip', span), protoTest(context, number, 'ip6', span));
    case 'link':
      checkLinkProtocol(context, number, span);
      return carries(context, number, span);
    case 'ip':
      checkRange(context, number, MAX_IP_PROTOCOL, span);
      return all(
        carries(context, EtherType.ipv4, span),
        context.tests.equal(context.layers.network(IPV4_PROTOCOL, 1), number),
      );
    case 'ip6':
      checkRange(context, number, MAX_IP_PROTOCOL, span);
      return all(carries(context, EtherType.ipv6, span), ipv6ProtocolTest(context, number));
    case 'iso':
      checkRange(context, number, 0xff, span);
      return osiTest(context, number, span);
    case 'isis':
      checkRange(context, number, 0xff, span);
      return all(osiTest(context, ISIS, span), isisTypeTest(context, number));
    default:
      return context.fail('FILTER_QUALIFIER', `"${word}" cannot qualify "proto"`, span, {
        expected: ['"ip"', '"ip6"', '"ether"', '"iso"', '"isis"'],
      });
  }
}

/** Tests the next header in the fixed header, or in a fragment header directly after it. */
function ipv6ProtocolTest({ layers, tests }: Context, number: number): Predicate {
  if (layers.ipv6Payload !== undefined) return tests.equal(layers.ipv6Payload.protocol, number);
  const nextHeader = layers.network(IPV6_NEXT_HEADER, 1);
  return any(
    tests.equal(nextHeader, number),
    all(tests.equal(nextHeader, IpProtocol.fragment), tests.equal(layers.behindIpv6(AFTER_IPV6_HEADER, 1), number)),
  );
}

function osiTest(context: Context, number: number, span: Span): Predicate {
  return all(carries(context, LlcSap.osi, span), context.tests.equal(context.layers.osi(0, 1), number));
}

/** Types have five bits; a larger number is compared with the whole byte. */
function isisTypeTest({ layers, tests, options }: Context, type: number): Predicate {
  if (type > ISIS_TYPE_MASK || options.asLibpcap) return tests.equal(layers.osi(ISIS_TYPE_OFFSET, 1), type);
  return tests.maskedEqual(layers.osi(ISIS_TYPE_OFFSET, 1), ISIS_TYPE_MASK, type);
}

/** Compiles `[ip|ip6] protochain number`: the protocol anywhere in the chain of extension headers. */
export function protochainTest(
  context: Context,
  number: number,
  word: ProtocolWord | undefined,
  span: Span,
): Predicate {
  const { layers } = context;
  if (layers.payload.base !== undefined) {
    return context.fail('FILTER_ENCAPSULATION', '"protochain" cannot follow headers of variable length', span);
  }
  checkRange(context, number, MAX_IP_PROTOCOL, span);
  const headerOffset = layers.payload.offset + layers.labelLength;
  const chain = (family: 'ip' | 'ip6') =>
    all(carries(context, family === 'ip' ? EtherType.ipv4 : EtherType.ipv6, span), {
      kind: 'chain',
      family,
      protocol: number,
      headerOffset,
    });
  if (word === undefined) return any(chain('ip'), chain('ip6'));
  if (word === 'ip' || word === 'ip6') return chain(word);
  return context.fail('FILTER_QUALIFIER', `"${word}" cannot qualify "protochain"`, span, {
    expected: ['"ip"', '"ip6"'],
  });
}

/** Returns the number of a name after `proto` or `protochain`. `upperLayer`: names of /etc/protocols are valid. */
export function protocolByName(
  context: Context,
  name: string,
  word: ProtocolWord | undefined,
  upperLayer: (name: string) => number | undefined,
  candidates: () => readonly string[],
  span: Span,
): number {
  const found = lookUp(name, word, upperLayer);
  if (found !== undefined) return found;
  const known = word === 'link' ? [...LINK_PROTOCOLS.keys(), ...ETHER_PROTO_NAMES.keys()] : candidates();
  return context.fail('FILTER_NAME', `unknown protocol "${name}"`, span, {
    suggestion: nearestWord(name, known),
  });
}

function lookUp(
  name: string,
  word: ProtocolWord | undefined,
  upperLayer: (name: string) => number | undefined,
): number | undefined {
  switch (word) {
    case undefined:
    case 'ip':
    case 'ip6':
      return upperLayer(name);
    case 'link':
      return LINK_PROTOCOLS.get(name) ?? ETHER_PROTO_NAMES.get(name);
    case 'iso':
      return OSI_PROTOCOLS.get(name);
    default:
      return undefined;
  }
}

/** Control fields of IEEE 802.2 frames: value and mask. */
const LLC_CONTROLS: ReadonlyMap<string, readonly [value: number, mask: number]> = new Map([
  ['i', [0x00, 0x01]],
  ['s', [0x01, 0x03]],
  ['u', [0x03, 0x03]],
  ['rr', [0x01, 0x0f]],
  ['rnr', [0x05, 0x0f]],
  ['rej', [0x09, 0x0f]],
  ['ui', [0x03, 0xef]],
  ['ua', [0x63, 0xef]],
  ['disc', [0x43, 0xef]],
  ['dm', [0x0f, 0xef]],
  ['sabme', [0x6f, 0xef]],
  ['test', [0xe3, 0xef]],
  ['xid', [0xaf, 0xef]],
  ['frmr', [0x87, 0xef]],
]);

/** Compiles `llc [type]`: a length in place of the Ethernet II type, and no raw IPX after it. */
export function llcTest(context: Context, frame: string | undefined, span: Span): Predicate {
  const { layers, tests } = context;
  if (layers.kind !== 'ethernet') return context.fail('FILTER_LINK_TYPE', '"llc" tests Ethernet frames only', span);
  const parts = [not(tests.greater(layers.protocol(), MAX_802_3_LENGTH)), not(tests.equal(layers.llc(0, 2), 0xffff))];
  if (frame !== undefined) {
    const control = LLC_CONTROLS.get(frame);
    if (control === undefined) {
      return context.fail('FILTER_NAME', `"${frame}" is not an LLC frame type`, span, {
        expected: [...LLC_CONTROLS.keys()],
      });
    }
    const [value, mask] = control;
    parts.push(tests.maskedEqual(layers.llc(2, 1), mask, value));
  }
  return all(...parts);
}

/** Tests a link-layer protocol: up to 1500 an IEEE 802.2 access point of one byte, above that an EtherType. */
function checkLinkProtocol(context: Context, number: number, span: Span): void {
  checkRange(context, number, number <= MAX_802_3_LENGTH ? MAX_ACCESS_POINT : MAX_ETHER_TYPE, span);
}

function checkRange(context: Context, number: number, max: number, span: Span): void {
  if (number > max) context.fail('FILTER_NUMBER', `protocol number ${number} is out of range (0 to ${max})`, span);
}
