/** Compiles identifiers: their qualifiers decide what `host 10`, `net 10` or `port 10` means. @module */
import { parseIpv4, parseIpv6, parseMac } from '../../base/address.ts';
import { readU32 } from '../../base/bytes.ts';
import { nearestWord } from '../../base/nearest-word.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { portsOfService, protocolNames, protocolNumber, serviceNames } from '../../base/service-names.ts';
import { quoted } from '../language/filter-error.ts';
import type { ProtocolWord } from '../language/keywords.ts';
import type { Identifier, Qualifiers } from '../language/syntax.ts';
import type { Context } from './context.ts';
import { decnetHostTest, gatewayTest, ipv4HostTest, ipv6HostTest, macHostTest } from './host-tests.ts';
import { portTest } from './port-tests.ts';
import { any, type Predicate } from './predicate.ts';
import { protochainTest, protocolByName, protoTest } from './protocol-tests.ts';

const ALL_ONES = 0xffff_ffff;
const MAX_PORT = 65_535;
const MAX_DECNET_AREA = 63;
const MAX_DECNET_NODE = 1023;

/** The networks of Debian's /etc/networks. */
const NETWORKS: ReadonlyMap<string, string> = new Map([
  ['loopback', '127'],
  ['link-local', '169.254'],
]);

type Of<Form extends Identifier['form']> = Extract<Identifier, { form: Form }>;

export function identifierTest(context: Context, identifier: Identifier, qualifiers: Qualifiers): Predicate {
  switch (identifier.form) {
    case 'number':
      return numberTest(context, identifier, qualifiers);
    case 'dotted':
      return dottedTest(context, identifier, qualifiers);
    case 'ipv4Network':
      return ipv4NetworkTest(context, identifier, qualifiers);
    case 'ipv6':
      return ipv6Test(context, identifier, qualifiers);
    case 'mac':
      return macTest(context, identifier, qualifiers);
    case 'name':
      return nameTest(context, identifier, qualifiers);
    case 'arcnet':
      return context.fail('FILTER_LINK_TYPE', 'one-byte addresses are for ARCnet and MS/TP frames only', identifier);
  }
}

function numberTest(context: Context, identifier: Of<'number'>, qualifiers: Qualifiers): Predicate {
  const { value } = identifier;
  const { protocol, direction, type } = qualifiers;
  switch (type) {
    case 'port':
    case 'portrange':
      return portTest(
        context,
        checkPort(context, value, identifier),
        value,
        portProtocol(context, qualifiers),
        qualifiers,
        identifier,
      );
    case 'proto':
      return protoTest(context, value, protocol, identifier);
    case 'protochain':
      return protochainTest(context, value, protocol, identifier);
    case 'gateway':
      return context.fail('FILTER_QUALIFIER', '"gateway" needs a host name', identifier);
    default:
      if (protocol === 'decnet') return decnetHostTest(context, value & 0xffff, direction, identifier);
      if (protocol === 'link') return context.fail('FILTER_ADDRESS', 'a number is not an Ethernet address', identifier);
      return ipv4HostTest(
        context,
        ...(type === 'net' ? shortNetwork(value) : ([value, ALL_ONES] as const)),
        protocol,
        direction,
        identifier,
      );
  }
}

/** `net 10` is 10.0.0.0/8: number and mask are shifted left until the first byte is not 0. */
function shortNetwork(value: number): readonly [address: number, mask: number] {
  let address = value;
  let mask = ALL_ONES;
  while (address !== 0 && (address & 0xff00_0000) === 0) {
    address = (address << 8) >>> 0;
    mask = (mask << 8) >>> 0;
  }
  return [address, mask];
}

function dottedTest(context: Context, identifier: Of<'dotted'>, qualifiers: Qualifiers): Predicate {
  const { protocol, direction, type } = qualifiers;
  switch (type) {
    case undefined:
    case 'host':
    case 'net': {
      if (protocol === 'decnet') {
        if (type === 'net')
          return context.fail('FILTER_QUALIFIER', 'DECnet has no networks', identifier, { expected: ['"host"'] });
        return decnetHostTest(context, readDecnet(context, identifier), direction, identifier);
      }
      if (protocol === 'link')
        return context.fail('FILTER_ADDRESS', `${identifier.text} is not an Ethernet address`, identifier);
      const { address, mask } = readDotted(context, identifier);
      return ipv4HostTest(context, address, mask, protocol, direction, identifier);
    }
    case 'gateway':
      return context.fail('FILTER_QUALIFIER', '"gateway" needs a host name', identifier);
    case 'port':
    case 'portrange':
      portProtocol(context, qualifiers);
      return context.fail('FILTER_NUMBER', `${identifier.text} is not a port`, identifier);
    default:
      return context.fail('FILTER_NUMBER', `${identifier.text} is not a protocol number`, identifier);
  }
}

/** Two to four decimal numbers; fewer than four are the leading bytes of a network. */
function readDotted(
  context: Context,
  { text, offset, length }: Of<'dotted'>,
): { readonly address: number; readonly mask: number } {
  const parts = text.split('.').map(Number);
  const bits = parts.length * 8;
  if (parts.some((part) => part > 255)) {
    return context.fail('FILTER_ADDRESS', `${text} is not an IPv4 address: each part is 0 to 255`, { offset, length });
  }
  const address = parts.reduce((sum, part) => sum * 256 + part, 0) * 2 ** (32 - bits);
  return { address, mask: (ALL_ONES << (32 - bits)) >>> 0 };
}

function readDecnet(context: Context, identifier: Of<'dotted'>): number {
  const [area = 0, node = 0, ...more] = identifier.text.split('.').map(Number);
  if (more.length > 0 || area > MAX_DECNET_AREA || node > MAX_DECNET_NODE) {
    return context.fail(
      'FILTER_ADDRESS',
      `${identifier.text} is not a DECnet address: area 0 to 63, node 0 to 1023`,
      identifier,
    );
  }
  return (area << 10) | node;
}

function ipv4NetworkTest(context: Context, identifier: Of<'ipv4Network'>, qualifiers: Qualifiers): Predicate {
  const { address } = readDotted(context, { ...identifier, form: 'dotted' });
  const mask = readMask(context, identifier);
  if ((address & ~mask) !== 0) {
    return context.fail(
      'FILTER_ADDRESS',
      `host bits are set in ${quoted(context.expression, identifier)}`,
      identifier,
      {
        suggestion: suggestNetwork(address, mask, identifier),
      },
    );
  }
  if (qualifiers.type !== 'net') {
    return context.fail('FILTER_QUALIFIER', `${quoted(context.expression, identifier)} is a network`, identifier, {
      expected: ['"net"'],
    });
  }
  return ipv4HostTest(context, address, mask, qualifiers.protocol, qualifiers.direction, identifier);
}

function suggestNetwork(address: number, mask: number, { prefix }: Of<'ipv4Network'>): string {
  const network = (address & mask) >>> 0;
  const text = [24, 16, 8, 0].map((shift) => (network >>> shift) & 0xff).join('.');
  return typeof prefix === 'number' ? `${text}/${prefix}` : `${text} mask ${prefix}`;
}

function readMask(context: Context, identifier: Of<'ipv4Network'>): number {
  const { prefix } = identifier;
  if (typeof prefix === 'string') return readDotted(context, { ...identifier, text: prefix, form: 'dotted' }).address;
  if (prefix > 32)
    return context.fail('FILTER_ADDRESS', `prefix length ${prefix} is out of range (0 to 32)`, identifier);
  return prefix === 0 ? 0 : (ALL_ONES << (32 - prefix)) >>> 0;
}

function ipv6Test(context: Context, identifier: Of<'ipv6'>, qualifiers: Qualifiers): Predicate {
  const address = parseIpv6(identifier.text);
  if (address === undefined)
    return context.fail('FILTER_ADDRESS', `${identifier.text} is not an IPv6 address`, identifier);
  const prefix = identifier.prefix ?? 128;
  if (prefix > 128)
    return context.fail('FILTER_ADDRESS', `prefix length ${prefix} is out of range (0 to 128)`, identifier);
  const mask = Uint8Array.from(address, (_, at) => (0xff00 >>> Math.min(8, Math.max(0, prefix - at * 8))) & 0xff);
  if (address.some((byte, at) => (byte & ~(mask[at] ?? 0)) !== 0)) {
    return context.fail('FILTER_ADDRESS', `host bits are set in ${quoted(context.expression, identifier)}`, identifier);
  }
  const { protocol, direction, type } = qualifiers;
  if (type === undefined || type === 'host') {
    if (prefix !== 128)
      return context.fail('FILTER_QUALIFIER', `${quoted(context.expression, identifier)} is a network`, identifier, {
        expected: ['"net"'],
      });
  } else if (type !== 'net') {
    return context.fail('FILTER_QUALIFIER', `"${type}" does not accept an IPv6 address`, identifier);
  }
  return ipv6HostTest(context, address, mask, protocol, direction, identifier);
}

function macTest(context: Context, identifier: Of<'mac'>, qualifiers: Qualifiers): Predicate {
  if (qualifiers.protocol !== 'link' || (qualifiers.type !== undefined && qualifiers.type !== 'host')) {
    return context.fail('FILTER_QUALIFIER', `"${identifier.text}" is an Ethernet address`, identifier, {
      expected: ['"ether host"', '"ether src"', '"ether dst"'],
    });
  }
  const mac = readMac(identifier.text);
  if (mac === undefined)
    return context.fail('FILTER_ADDRESS', `${identifier.text} is not an Ethernet address`, identifier);
  return macHostTest(context, mac, qualifiers.direction, identifier);
}

/**
 * Parses any notation of a MAC address: six octets with `:`, `-` or `.`, three groups of four digits, or twelve digits.
 */
function readMac(text: string): Uint8Array | undefined {
  const digits = text.replaceAll('.', '');
  if (/^[0-9a-fA-F]{12}$/.test(digits) && !/^[0-9a-fA-F]{1,2}\./.test(text)) {
    return parseMac((digits.match(/../g) ?? []).join(':'));
  }
  return parseMac(text.replaceAll('.', ':'));
}

function nameTest(context: Context, identifier: Of<'name'>, qualifiers: Qualifiers): Predicate {
  const { text } = identifier;
  const { protocol, direction, type } = qualifiers;
  switch (type) {
    case 'net': {
      const network = context.options.resolver.network?.(text) ?? NETWORKS.get(text);
      if (network === undefined) return context.fail('FILTER_NAME', `unknown network "${text}"`, identifier);
      const { address, mask } = readDotted(context, { ...identifier, form: 'dotted', text: network });
      return ipv4HostTest(context, address, mask, protocol, direction, identifier);
    }
    case 'port':
      return portByName(context, identifier, text, text, qualifiers);
    case 'portrange': {
      const dash = text.indexOf('-');
      const whole = dash < 0 || portsOfService(text) !== undefined;
      return portByName(
        context,
        identifier,
        whole ? text : text.slice(0, dash),
        whole ? text : text.slice(dash + 1),
        qualifiers,
      );
    }
    case 'proto':
    case 'protochain': {
      const number = protocolByName(context, text, protocol, protocolNumber, protocolNames, identifier);
      return type === 'proto'
        ? protoTest(context, number, protocol, identifier)
        : protochainTest(context, number, protocol, identifier);
    }
    case 'gateway':
      return gatewayByName(context, identifier, qualifiers);
    default:
      return hostByName(context, identifier, qualifiers);
  }
}

function hostByName(context: Context, identifier: Of<'name'>, { protocol, direction }: Qualifiers): Predicate {
  if (protocol === 'link') {
    return macHostTest(context, ethernetAddressOf(context, identifier), direction, identifier);
  }
  if (protocol === 'decnet')
    return context.fail('FILTER_NAME', 'a DECnet host is a number (area.node), not a name', identifier);
  const tests: Predicate[] = [];
  for (const text of addressesOf(context, identifier)) {
    const ipv4 = parseIpv4(text);
    if (ipv4 !== undefined && protocol !== 'ip6') {
      tests.push(ipv4HostTest(context, readU32(ipv4, 0), ALL_ONES, protocol, direction, identifier));
    }
    const ipv6 = ipv4 === undefined ? parseIpv6(text) : undefined;
    if (ipv6 !== undefined && protocol !== 'ip') {
      tests.push(ipv6HostTest(context, ipv6, new Uint8Array(16).fill(0xff), protocol, direction, identifier));
    }
  }
  if (tests.length > 0) return any(...tests);
  const family = protocol === undefined ? '' : ` for "${protocol}"`;
  return context.fail('FILTER_NAME', `"${identifier.text}" has no address${family}`, identifier);
}

function addressesOf(context: Context, identifier: Of<'name'>): readonly string[] {
  const { resolver } = context.options;
  if (resolver.host === undefined) {
    return context.fail('FILTER_NAME', `host name "${identifier.text}" needs a resolver`, identifier, {
      expected: ['an address'],
    });
  }
  const addresses = resolver.host(identifier.text);
  return addresses ?? context.fail('FILTER_NAME', `unknown host "${identifier.text}"`, identifier);
}

function ethernetAddressOf(context: Context, identifier: Of<'name'>): Uint8Array {
  const text = context.options.resolver.ethernet?.(identifier.text);
  const mac = text === undefined ? undefined : readMac(text);
  return mac ?? context.fail('FILTER_NAME', `no Ethernet address is known for "${identifier.text}"`, identifier);
}

function gatewayByName(context: Context, identifier: Of<'name'>, { protocol }: Qualifiers): Predicate {
  if (protocol !== undefined && protocol !== 'ip' && protocol !== 'arp' && protocol !== 'rarp') {
    return context.fail('FILTER_QUALIFIER', `"${protocol}" cannot qualify "gateway"`, identifier, {
      expected: ['"ip"', '"arp"', '"rarp"'],
    });
  }
  if (context.layers.labels > 0 || context.layers.linkHeader.base !== undefined) {
    return context.fail('FILTER_ENCAPSULATION', '"gateway" does not work inside a tunnel', identifier);
  }
  const mac = ethernetAddressOf(context, identifier);
  const addresses = addressesOf(context, identifier).map(parseIpv4);
  const ipv4 = addresses.flatMap((address) => (address === undefined ? [] : [readU32(address, 0)]));
  if (ipv4.length === 0) return context.fail('FILTER_NAME', `"${identifier.text}" has no IPv4 address`, identifier);
  return gatewayTest(context, mac, ipv4, protocol, identifier);
}

/** Returns the protocol number that qualifies a port (`tcp port`); undefined for any. */
function portProtocol(context: Context, { protocol, offset, length }: Qualifiers): number | undefined {
  const numbers = new Map<ProtocolWord, number>([
    ['tcp', IpProtocol.tcp],
    ['udp', IpProtocol.udp],
    ['sctp', IpProtocol.sctp],
  ]);
  if (protocol === undefined) return undefined;
  const number = numbers.get(protocol);
  if (number !== undefined) return number;
  return context.fail(
    'FILTER_QUALIFIER',
    `"${protocol}" cannot qualify "port"`,
    { offset, length },
    { expected: ['"tcp"', '"udp"', '"sctp"'] },
  );
}

function checkPort(context: Context, port: number, identifier: Identifier): number {
  if (port > MAX_PORT)
    return context.fail('FILTER_NUMBER', `port ${port} is out of range (0 to ${MAX_PORT})`, identifier);
  return port;
}

/** Compiles ports by name. A name that is registered for one transport only means that transport. */
function portByName(
  context: Context,
  identifier: Of<'name'>,
  first: string,
  last: string,
  qualifiers: Qualifiers,
): Predicate {
  const given = portProtocol(context, qualifiers);
  const from = readPort(context, identifier, first);
  const to = first === last ? from : readPort(context, identifier, last);
  const meant = from.protocol === to.protocol ? from.protocol : undefined;
  if (given !== undefined && meant !== undefined && given !== meant) {
    const only = meant === IpProtocol.tcp ? 'TCP' : 'UDP';
    return context.fail('FILTER_NAME', `port "${identifier.text}" is ${only} only`, identifier);
  }
  const [low, high] = from.port <= to.port ? [from.port, to.port] : [to.port, from.port];
  return portTest(context, low, high, given ?? meant, qualifiers, identifier);
}

interface NamedPort {
  readonly port: number;
  /** The only transport with this name; undefined for names of several transports and for numbers. */
  readonly protocol: number | undefined;
}

function readPort(context: Context, identifier: Of<'name'>, text: string): NamedPort {
  if (/^[0-9]+$/.test(text)) return { port: checkPort(context, Number(text), identifier), protocol: undefined };
  const { tcp, udp } = portsOfService(text) ?? {};
  const port = tcp ?? udp;
  if (port === undefined) {
    return context.fail('FILTER_NAME', `unknown port "${text}"`, identifier, {
      suggestion: nearestWord(text, serviceNames()),
    });
  }
  if (tcp === udp) return { port, protocol: undefined };
  return { port, protocol: tcp === undefined ? IpProtocol.udp : IpProtocol.tcp };
}
