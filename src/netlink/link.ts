/** Network interfaces: RTM_NEWLINK and related messages (linux/rtnetlink.h, linux/if_link.h). @module */
import { readU16, readU16le, readU32le, writeU16, writeU32le } from '../base/bytes.ts';
import {
  type Attributes,
  bytesAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  textAttribute,
  u16Attribute,
  u32Attribute,
} from './attribute.ts';
import { decodeLinkStatistics, type LinkStatistics } from './link-statistics.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';

/** RTM_*LINK. */
const LinkMessageType = { new: 16, delete: 17, get: 18, set: 19 } as const;

/** IFF_* flags of linux/if.h that tapline uses. */
export const LinkFlag = {
  up: 0x1,
  broadcast: 0x2,
  loopback: 0x8,
  pointToPoint: 0x10,
  running: 0x40,
  noArp: 0x80,
  promiscuous: 0x100,
  allMulticast: 0x200,
  multicast: 0x1000,
  lowerUp: 0x1_0000,
} as const;

/** IF_OPER_* of linux/if.h, indexed by number. */
const OPERATIONAL_STATES = ['unknown', 'not present', 'down', 'lower layer down', 'testing', 'dormant', 'up'] as const;

export type OperationalState = (typeof OPERATIONAL_STATES)[number];

/** `struct ifinfomsg`: family, padding, type, index, flags, change. */
const HEADER_LENGTH = 16;
const HEADER_TYPE = 2;
const HEADER_INDEX = 4;
const HEADER_FLAGS = 8;
const HEADER_CHANGE = 12;

/** IFLA_* */
const ADDRESS = 1;
const NAME = 3;
const MTU = 4;
const PARENT = 5;
const MASTER = 10;
const OPERATIONAL_STATE = 16;
const LINK_INFO = 18;
const STATISTICS = 23;
const NAMESPACE_DESCRIPTOR = 28;
const EXTENDED_MASK = 29;
const CARRIER = 33;
const PARENT_NAMESPACE = 37;
const MIN_MTU = 50;
const MAX_MTU = 51;

/** IFLA_INFO_*, VETH_INFO_PEER, IFLA_VLAN_* */
const INFO_KIND = 1;
const INFO_DATA = 2;
const VETH_PEER = 1;
const VLAN_ID = 1;
const VLAN_PROTOCOL = 5;

/** RTEXT_FILTER_SKIP_STATS: counters are most of the bytes of a link. */
const SKIP_STATISTICS = 8;

/** An interface as the kernel reports it; fields that it did not report are undefined. */
export interface Link {
  readonly index: number;
  /** Any bytes except `/`, space and zero: hostile text. */
  readonly name: string;
  /** ARPHRD_*, the type of the link header. */
  readonly hardwareType: number;
  /** `LinkFlag` bits. */
  readonly flags: number;
  readonly mtu: number | undefined;
  readonly minMtu: number | undefined;
  /** 0 for none. */
  readonly maxMtu: number | undefined;
  /** 6 bytes for Ethernet; empty for links without addresses. */
  readonly address: Uint8Array;
  readonly operationalState: OperationalState;
  readonly carrier: boolean | undefined;
  /** `veth`, `vlan`, `bridge`; undefined for real devices and loopback. */
  readonly kind: string | undefined;
  /** The lower interface (VLAN), or the peer (veth; index in the peer's namespace). */
  readonly parentIndex: number | undefined;
  /** Identifier of the namespace of `parentIndex` within this namespace; undefined if it is this one. */
  readonly parentNamespace: number | undefined;
  /** The bridge or bond that this one is a port of. */
  readonly masterIndex: number | undefined;
  readonly vlan: { readonly id: number; readonly protocol: number } | undefined;
  /** Undefined if the request left them out. */
  readonly statistics: LinkStatistics | undefined;
}

/** Changes to an interface; undefined fields are not changed. */
export interface LinkSettings {
  readonly name?: string | undefined;
  readonly up?: boolean | undefined;
  readonly mtu?: number | undefined;
  readonly address?: Uint8Array | undefined;
  /** An open descriptor of the namespace to move the interface to, or to create it in. */
  readonly namespaceDescriptor?: number | undefined;
}

export type NewLink = LinkSettings & { readonly name: string };

/** Request: all interfaces of the namespace. @param withStatistics asks for their counters, too */
export function dumpLinks(withStatistics = false): NetlinkMessage {
  const mask = withStatistics ? undefined : u32Attribute(EXTENDED_MASK, SKIP_STATISTICS);
  const payload = joinParts(linkHeader(0), mask);
  return { type: LinkMessageType.get, flags: MessageFlag.dump, payload };
}

/** Request: one interface. */
export function getLink(which: number | string): NetlinkMessage {
  const payload = joinParts(
    linkHeader(typeof which === 'number' ? which : 0),
    u32Attribute(EXTENDED_MASK, SKIP_STATISTICS),
    textAttribute(NAME, typeof which === 'string' ? which : undefined),
  );
  return { type: LinkMessageType.get, flags: 0, payload };
}

/** Request: create a veth pair, each end in its own namespace if given. */
export function createVeth(end: NewLink, peer: NewLink): NetlinkMessage {
  return createLink(end, 'veth', nestedAttribute(VETH_PEER, linkHeader(0, peer.up), ...settingsAttributes(peer)));
}

/** @param protocol the EtherType of the tag: 0x8100, or 0x88a8 for a service tag */
export function createVlan(
  link: NewLink,
  vlan: { readonly parentIndex: number; readonly id: number; readonly protocol?: number },
): NetlinkMessage {
  const data = joinParts(
    u16Attribute(VLAN_ID, vlan.id),
    vlan.protocol === undefined ? undefined : bytesAttribute(VLAN_PROTOCOL, networkOrder16(vlan.protocol)),
  );
  return createLink(link, 'vlan', data, u32Attribute(PARENT, vlan.parentIndex));
}

/** Request: create an interface of a kind without parameters: `dummy`, `bridge`. */
export function createPlainLink(link: NewLink, kind: string): NetlinkMessage {
  return createLink(link, kind, undefined);
}

export function setLink(index: number, settings: LinkSettings): NetlinkMessage {
  const payload = joinParts(linkHeader(index, settings.up), ...settingsAttributes(settings));
  return { type: LinkMessageType.new, flags: 0, payload };
}

export function deleteLink(index: number): NetlinkMessage {
  return { type: LinkMessageType.delete, flags: 0, payload: linkHeader(index) };
}

/** Decodes RTM_NEWLINK and RTM_DELLINK; undefined for other or malformed messages. */
export function decodeLink(message: NetlinkMessage): Link | undefined {
  const { payload, type } = message;
  if (type !== LinkMessageType.new && type !== LinkMessageType.delete) return undefined;
  const attributes = readAttributes(payload, HEADER_LENGTH, payload.length);
  const name = attributes?.text(NAME);
  if (attributes === undefined || name === undefined) return undefined;
  const info = attributes.nested(LINK_INFO);
  const carrier = attributes.u8(CARRIER);
  const statistics = attributes.bytes(STATISTICS);
  return {
    index: readU32le(payload, HEADER_INDEX),
    name,
    hardwareType: readU16le(payload, HEADER_TYPE),
    flags: readU32le(payload, HEADER_FLAGS),
    mtu: attributes.u32(MTU),
    minMtu: attributes.u32(MIN_MTU),
    maxMtu: attributes.u32(MAX_MTU),
    address: attributes.bytes(ADDRESS) ?? new Uint8Array(0),
    operationalState: OPERATIONAL_STATES[attributes.u8(OPERATIONAL_STATE) ?? 0] ?? 'unknown',
    carrier: carrier === undefined ? undefined : carrier !== 0,
    kind: info?.text(INFO_KIND),
    parentIndex: attributes.u32(PARENT),
    parentNamespace: attributes.u32(PARENT_NAMESPACE),
    masterIndex: attributes.u32(MASTER),
    vlan: info?.text(INFO_KIND) === 'vlan' ? decodeVlan(info.nested(INFO_DATA)) : undefined,
    statistics: statistics === undefined ? undefined : decodeLinkStatistics(statistics),
  };
}

function decodeVlan(data: Attributes | undefined): Link['vlan'] {
  const id = data?.u16(VLAN_ID);
  const protocol = data?.bytes(VLAN_PROTOCOL);
  if (id === undefined || protocol === undefined || protocol.length < 2) return undefined;
  return { id, protocol: readU16(protocol, 0) };
}

function createLink(
  link: NewLink,
  kind: string,
  data: Uint8Array | undefined,
  parent?: Uint8Array | undefined,
): NetlinkMessage {
  const info = nestedAttribute(
    LINK_INFO,
    bytesAttribute(INFO_KIND, new TextEncoder().encode(kind)),
    data === undefined ? undefined : nestedAttribute(INFO_DATA, data),
  );
  const payload = joinParts(linkHeader(0, link.up), parent, ...settingsAttributes(link), info);
  return { type: LinkMessageType.new, flags: MessageFlag.create | MessageFlag.exclusive, payload };
}

function settingsAttributes(settings: LinkSettings): (Uint8Array | undefined)[] {
  return [
    bytesAttribute(ADDRESS, settings.address),
    u32Attribute(MTU, settings.mtu),
    textAttribute(NAME, settings.name),
    u32Attribute(NAMESPACE_DESCRIPTOR, settings.namespaceDescriptor),
  ];
}

/** `ifi_change` selects the flags that `ifi_flags` sets. */
function linkHeader(index: number, up?: boolean): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH);
  writeU32le(header, HEADER_INDEX, index);
  if (up !== undefined) {
    writeU32le(header, HEADER_FLAGS, up ? LinkFlag.up : 0);
    writeU32le(header, HEADER_CHANGE, LinkFlag.up);
  }
  return header;
}

function networkOrder16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, value);
  return bytes;
}
