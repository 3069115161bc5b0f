/** Looks up interfaces for a capture: index, link type, IPv4 netmask. @module */
import { formatIpv4, formatMac } from '../base/address.ts';
import { readU16le, readU32le } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { LinkType } from '../base/link-type.ts';
import { InterfaceIoctl, InterfaceRequest, REQUEST_UNION } from '../sys/interface-request.ts';
import { type DeviceFacts, readDeviceFacts } from './device-facts.ts';
import { type TimestampType, timestampTypes } from './hardware-timestamps.ts';

/** All interfaces at once, with cooked headers in place of their own. */
const ANY_INTERFACE = 'any';
export const ANY_INTERFACE_INDEX = 0;

/** Offset of the address in a `struct sockaddr_in`. */
const SOCKADDR_IN_ADDRESS = 4;
/** Offset of the address in a `struct sockaddr` of a link address. */
const SOCKADDR_DATA = 2;

/** `linux/if_arp.h` */
export const HardwareType = {
  ethernet: 1,
  tunnel: 768,
  tunnel6: 769,
  loopback: 772,
  sit: 776,
  rawIp: 519,
  none: 0xfffe,
} as const;

/** Hardware types whose frames begin with the IP header. */
export const RAW_IP_TYPES: ReadonlySet<number> = new Set([
  HardwareType.tunnel,
  HardwareType.tunnel6,
  HardwareType.sit,
  HardwareType.rawIp,
  HardwareType.none,
]);

export interface CaptureDevice {
  readonly name: string;
  /** Kernel index; 0 for `any`. */
  readonly index: number;
  readonly linkType: LinkType;
  /** Frames get a cooked header (SLL2) in place of their link header. */
  readonly cooked: boolean;
  /** On loopback and on `any` looped frames appear twice, outgoing and incoming: the outgoing ones are skipped. */
  readonly skipsLoopbackOutgoing: boolean;
  /** What capture files say about it beyond its name. */
  readonly facts: DeviceFacts;
  /** Netmask of the first IPv4 address in dotted notation, for `ip broadcast`; undefined without an address. */
  readonly netmask: string | undefined;
}

/**
 * Returns the link type of a capture on an interface with this ARPHRD number; cooked if we do not read its own header.
 */
export function captureLinkType(hardwareType: number): { linkType: LinkType; cooked: boolean } {
  if (hardwareType === HardwareType.ethernet || hardwareType === HardwareType.loopback) {
    return { linkType: LinkType.ethernet, cooked: false };
  }
  if (RAW_IP_TYPES.has(hardwareType)) return { linkType: LinkType.raw, cooked: false };
  return { linkType: LinkType.linuxSll2, cooked: true };
}

/**
 * Looks up an interface.
 * @throws StackError `NO_INTERFACE`
 */
export function findDevice(name: string): CaptureDevice {
  if (name === ANY_INTERFACE) {
    return {
      name,
      index: ANY_INTERFACE_INDEX,
      linkType: LinkType.linuxSll2,
      cooked: true,
      skipsLoopbackOutgoing: true,
      facts: {},
      netmask: undefined,
    };
  }
  using request = new InterfaceRequest();
  if (!request.ask(InterfaceIoctl.getIndex, name)) throw noInterface(name);
  const index = readU32le(request.bytes, REQUEST_UNION);
  const hasType = request.ask(InterfaceIoctl.getHardwareAddress, name);
  const hardwareType = hasType ? readU16le(request.bytes, REQUEST_UNION) : HardwareType.none;
  const hasMac = hardwareType === HardwareType.ethernet && hasType;
  const mac = hasMac ? formatMac(request.bytes, REQUEST_UNION + SOCKADDR_DATA) : undefined;
  const hasNetmask = request.ask(InterfaceIoctl.getNetmask, name);
  const netmask = hasNetmask ? formatIpv4(request.bytes, REQUEST_UNION + SOCKADDR_IN_ADDRESS) : undefined;
  const skipsLoopbackOutgoing = hardwareType === HardwareType.loopback;
  const facts = readDeviceFacts(name, { index, mac, ask: request.driverOf(name) });
  return { name, index, ...captureLinkType(hardwareType), skipsLoopbackOutgoing, facts, netmask };
}

/**
 * Returns the types of timestamps that frames of an interface can have, `host` first.
 * @throws StackError `NO_INTERFACE`
 */
export function interfaceTimestampTypes(name: string): readonly TimestampType[] {
  if (name === ANY_INTERFACE) return ['host'];
  using request = new InterfaceRequest();
  if (!request.ask(InterfaceIoctl.getIndex, name)) throw noInterface(name);
  return timestampTypes(request.driverOf(name));
}

/**
 * Returns a function that looks up the name of an interface by its index, in the network namespace of the calling
 * thread. It keeps a socket open, so that it works where no socket can be opened later.
 */
export function interfaceNames(): (index: number) => string | undefined {
  const request = new InterfaceRequest();
  return (index) => request.nameOf(index);
}

function noInterface(name: string): StackError {
  return new StackError('NO_INTERFACE', `no interface ${JSON.stringify(name)}; \`tapline interfaces\` lists them`);
}
