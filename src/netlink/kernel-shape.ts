/**
 * The form of each kind of kernel object: its message type, the attributes that configure it, and how to remove what only
 * reports. Numbers are those of linux/if_link.h, if_addr.h, rtnetlink.h, nexthop.h, fib_rules.h and neighbour.h. @module
 */
import { readU8, readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
import { align4, bytesAttribute, forEachAttribute, joinParts, nestedAttribute, readAttributes } from './attribute.ts';
import { MessageFlag } from './message.ts';

export type ObjectKind = 'link' | 'address' | 'nextHop' | 'route' | 'rule' | 'neighbour' | 'qdisc';

/** An attribute with its flags (NLA_F_NESTED), which the kernel expects back. */
interface RawAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

export type RawAttributes = Map<number, RawAttribute>;

interface Shape {
  /** RTM_NEW*; RTM_DEL* and RTM_GET* follow it. */
  readonly type: number;
  readonly headerLength: number;
  /** Attributes that identify or configure the object. */
  readonly kept: readonly number[];
  /** Flags of the request that creates the object. */
  readonly create: number;
  /** Removes what must not be sent back. Returns false for objects that no administrator configured. */
  tidy(header: Uint8Array, attributes: RawAttributes): boolean;
}

const { create: CREATE, replace: REPLACE, exclusive: EXCLUSIVE, append: APPEND } = MessageFlag;

/** AF_INET and AF_INET6: other families share some of the tables. */
export const AF_INET6 = 10;
const FAMILIES = [2, AF_INET6];

export const ADDRESS_FLAGS = 8;
/** IFA_F_SECONDARY (IPv4), OPTIMISTIC, DADFAILED, DEPRECATED, TENTATIVE, PERMANENT: set by the kernel. */
const KERNEL_ADDRESS_FLAGS = 0x01 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80;
const SECONDARY = 0x01;

/** RTNH_F_ONLINK; the other flags report the state of the next hop. */
const ON_LINK = 4;
export const MULTIPATH = 9;
const NEXT_HOP_LENGTH = 8;
const NEXT_HOP_FLAGS = 2;
export const NEXT_HOP_ID = 30;
/** RTA_OIF, GATEWAY, MULTIPATH, VIA, ENCAP_TYPE, ENCAP: copies of the next hop object that RTA_NH_ID names. */
const COPIED_FROM_NEXT_HOP = [4, 5, 9, 18, 21, 22];
/** RTM_F_CLONED: an exception, not a route. */
const CLONED = 0x200;

/** IFF_UP, NOARP, PROMISC, ALLMULTI, MULTICAST. */
const LINK_FLAGS = 0x1 | 0x80 | 0x100 | 0x200 | 0x1000;
export const LINK_PARENT = 5;
export const LINK_INFO = 18;
export const INFO_KIND = 1;
export const INFO_DATA = 2;
/** Kinds that can be created again, and their parameters (IFLA_VLAN_*, IFLA_MACVLAN_MODE, FLAGS, BC_QUEUE_LEN). */
const KIND_PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  vlan: [1, 2, 3, 4, 5],
  macvlan: [1, 2, 7],
  dummy: [],
};

/** FIB_RULE_INVERT; other flags report whether the interface exists. */
const RULE_INVERT = 2;

const NEIGHBOUR_STATE = 8;
export const NEIGHBOUR_FLAGS = 10;
const PERMANENT = 0x80;
export const NTF_PROXY = 0x08;

export const QDISC_HANDLE = 8;
const QDISC_INFO = 16;
const QDISC_OPTIONS = 2;

export const SHAPES: Readonly<Record<ObjectKind, Shape>> = {
  link: {
    type: 16,
    headerLength: 16,
    kept: [1, 3, 4, 5, 10, 13, 18, 20, 27],
    create: CREATE | EXCLUSIVE,
    tidy: tidyLink,
  },
  address: { type: 20, headerLength: 8, kept: [1, 2, 3, 4, 8, 9, 11], create: CREATE | REPLACE, tidy: tidyAddress },
  nextHop: {
    type: 104,
    headerLength: 8,
    kept: [1, 2, 3, 4, 5, 6, 7, 8, 11],
    create: CREATE | REPLACE,
    tidy: tidyNextHop,
  },
  route: {
    type: 24,
    headerLength: 12,
    kept: [1, 2, 4, 5, 6, 7, 8, 9, 11, 15, 18, 20, 21, 22, 26, 30],
    create: CREATE | APPEND,
    tidy: tidyRoute,
  },
  rule: {
    type: 32,
    headerLength: 12,
    kept: Array.from({ length: 32 }, (_, type) => type).filter((type) => type !== 18),
    create: CREATE | EXCLUSIVE,
    tidy: tidyRule,
  },
  neighbour: {
    type: 28,
    headerLength: 12,
    kept: [1, 2, 5, 6, 7, 12, 15],
    create: CREATE | REPLACE,
    tidy: tidyNeighbour,
  },
  qdisc: { type: 36, headerLength: 20, kept: [1, 2, 13, 14], create: CREATE | REPLACE, tidy: tidyQdisc },
};

/** Encodes a message with its attributes sorted by type. */
export function encode(header: Uint8Array, attributes: RawAttributes): Uint8Array {
  const sorted = [...attributes].sort(([one], [other]) => one - other);
  return joinParts(header, ...sorted.map(([, { type, value }]) => bytesAttribute(type, value)));
}

/** Visits the next hops of RTA_MULTIPATH: `struct rtnexthop` at each offset. */
export function forEachNextHop(bytes: Uint8Array | undefined, visit: (at: number) => void): void {
  if (bytes === undefined) return;
  for (let at = 0; bytes.length - at >= NEXT_HOP_LENGTH; ) {
    const length = readU16le(bytes, at);
    if (length < NEXT_HOP_LENGTH) return;
    visit(at);
    at += align4(length);
  }
}

function tidyLink(header: Uint8Array, attributes: RawAttributes): boolean {
  writeU16le(header, 2, 0);
  writeU32le(header, 8, readU32le(header, 8) & LINK_FLAGS);
  writeU32le(header, 12, LINK_FLAGS);
  const info = attributes.get(LINK_INFO);
  const parameters = info === undefined ? undefined : kindParameters(info.value);
  if (parameters === undefined) {
    attributes.delete(LINK_INFO);
    attributes.delete(LINK_PARENT);
  } else {
    attributes.set(LINK_INFO, { type: LINK_INFO | 0x8000, value: parameters });
  }
  return true;
}

/** IFLA_LINKINFO with kind and parameters only; undefined for kinds that cannot be created again. */
function kindParameters(info: Uint8Array): Uint8Array | undefined {
  const attributes = readAttributes(info, 0, info.length);
  const kind = attributes?.text(INFO_KIND) ?? '';
  const kept = Object.hasOwn(KIND_PARAMETERS, kind) ? KIND_PARAMETERS[kind] : undefined;
  if (kept === undefined) return undefined;
  const data = attributes?.bytes(INFO_DATA) ?? new Uint8Array(0);
  const parameters: (Uint8Array | undefined)[] = [];
  forEachAttribute(data, 0, data.length, (id, start, end) => {
    if (kept.includes(id)) parameters.push(bytesAttribute(readU16le(data, start - 2), data.slice(start, end)));
  });
  const name = bytesAttribute(INFO_KIND, new TextEncoder().encode(kind));
  return joinParts(name, parameters.length === 0 ? undefined : nestedAttribute(INFO_DATA, ...parameters));
}

function tidyAddress(header: Uint8Array, attributes: RawAttributes): boolean {
  const family = readU8(header, 0);
  header[2] = 0; // repeated in IFA_FLAGS
  const flags = attributes.get(ADDRESS_FLAGS)?.value;
  if (flags !== undefined && flags.length >= 4) {
    // Of an IPv6 address, the bit of SECONDARY says that it is temporary (RFC 8981).
    const removed = family === AF_INET6 ? KERNEL_ADDRESS_FLAGS & ~SECONDARY : KERNEL_ADDRESS_FLAGS;
    writeU32le(flags, 0, readU32le(flags, 0) & ~removed);
  }
  return FAMILIES.includes(family);
}

function tidyNextHop(header: Uint8Array): boolean {
  header[1] = 0; // the kernel derives the scope
  writeU32le(header, 4, readU32le(header, 4) & ON_LINK);
  return true;
}

function tidyRoute(header: Uint8Array, attributes: RawAttributes): boolean {
  if ((readU32le(header, 8) & CLONED) !== 0) return false;
  writeU32le(header, 8, readU32le(header, 8) & ON_LINK);
  if (attributes.has(NEXT_HOP_ID)) for (const id of COPIED_FROM_NEXT_HOP) attributes.delete(id);
  const hops = attributes.get(MULTIPATH)?.value;
  forEachNextHop(hops, (at) => {
    if (hops !== undefined) hops[at + NEXT_HOP_FLAGS] = readU8(hops, at + NEXT_HOP_FLAGS) & ON_LINK;
  });
  return FAMILIES.includes(readU8(header, 0));
}

function tidyRule(header: Uint8Array): boolean {
  writeU32le(header, 8, readU32le(header, 8) & RULE_INVERT);
  return FAMILIES.includes(readU8(header, 0));
}

function tidyNeighbour(header: Uint8Array): boolean {
  const isProxy = (readU8(header, NEIGHBOUR_FLAGS) & NTF_PROXY) !== 0;
  if (!isProxy && readU16le(header, NEIGHBOUR_STATE) !== PERMANENT) return false;
  header[11] = 0; // the type follows from the address
  return FAMILIES.includes(readU8(header, 0));
}

function tidyQdisc(header: Uint8Array, attributes: RawAttributes): boolean {
  writeU32le(header, QDISC_INFO, 0);
  // Parameters of a default discipline depend on the MTU at the time when it was attached.
  if (readU32le(header, QDISC_HANDLE) === 0) attributes.delete(QDISC_OPTIONS);
  return true;
}
