/**
 * Kernel objects in the form in which they can be created again: the message of a dump without counters, transient flags
 * and remaining lifetimes. Two objects are the same if their payloads are equal, and sending the payload restores an
 * object with every attribute that the kernel reported, whether tapline knows its meaning or not. @module
 */
import { isEqualBytes, readU8, readU16le, readU32le, writeU32le } from '../base/bytes.ts';
import { Errno } from '../sys/syscall.ts';
import {
  bytesAttribute,
  forEachAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  u32Attribute,
} from './attribute.ts';
import type { NetlinkConnection } from './connection.ts';
import { NetlinkError } from './error.ts';
import {
  ADDRESS_FLAGS,
  AF_INET6,
  encode,
  forEachNextHop,
  INFO_DATA,
  INFO_KIND,
  LINK_INFO,
  LINK_PARENT,
  MULTIPATH,
  NEIGHBOUR_FLAGS,
  NEXT_HOP_ID,
  NTF_PROXY,
  type ObjectKind,
  QDISC_HANDLE,
  type RawAttributes,
  SHAPES,
} from './kernel-shape.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';

/** Seconds that an address or a route stays preferred and valid. */
export interface Lifetime {
  readonly preferred: number;
  readonly valid: number;
}

export interface KernelObject {
  readonly kind: ObjectKind;
  /** Header and attributes, sorted by type; creates the object when it is sent. */
  readonly payload: Uint8Array;
  /** Undefined without a limit. */
  readonly lifetime: Lifetime | undefined;
}

const FOREVER = 0xffff_ffff;

/** `struct ifa_cacheinfo` and `struct rta_cacheinfo`. */
const ADDRESS_CACHE_INFO = 6;
const ROUTE_CACHE_INFO = 12;
const CACHE_INFO_EXPIRES = 8;
const USER_HZ = 100;
const ROUTE_EXPIRES = 23;

/** IFA_F_NODAD. */
const NO_DETECTION = 0x02;
const ROUTE_PRIORITY = 6;
const MASTER = 10;
const LINK_PARENT_NAMESPACE = 37;

/** In the order in which they can be created. */
export const OBJECT_KINDS = Object.keys(SHAPES) as readonly ObjectKind[];

/**
 * Reads all objects of a kind in the order of the kernel. Neighbours are the permanent ones and proxies.
 * @throws NetlinkError
 */
export async function dumpObjects(netlink: NetlinkConnection, kind: ObjectKind): Promise<KernelObject[]> {
  const { type, headerLength } = SHAPES[kind];
  const headers = [new Uint8Array(headerLength)];
  if (kind === 'neighbour') {
    const proxies = new Uint8Array(headerLength);
    proxies[NEIGHBOUR_FLAGS] = NTF_PROXY;
    headers.push(proxies);
  }
  const objects: KernelObject[] = [];
  for (const payload of headers) {
    try {
      const request = { type: type + 2, flags: MessageFlag.dump, payload };
      const { messages } = await netlink.dump(request, { wanted: `list ${NAMES[kind]}` });
      for (const message of messages) {
        const object = readKernelObject(kind, message);
        if (object !== undefined) objects.push(object);
      }
    } catch (error) {
      // Old kernels have no next hop objects.
      if (!(error instanceof NetlinkError) || error.errno !== Errno.EOPNOTSUPP) throw error;
    }
  }
  return objects;
}

const NAMES: Readonly<Record<ObjectKind, string>> = {
  link: 'interfaces',
  address: 'addresses',
  nextHop: 'next hops',
  route: 'routes',
  rule: 'routing rules',
  neighbour: 'neighbours',
  qdisc: 'queueing disciplines',
};

/** Reads one message of a dump; undefined for malformed messages and for objects that the kernel makes by itself. */
export function readKernelObject(kind: ObjectKind, message: NetlinkMessage): KernelObject | undefined {
  const shape = SHAPES[kind];
  const { payload, type } = message;
  if (type !== shape.type || payload.length < shape.headerLength) return undefined;
  const header = payload.slice(0, shape.headerLength);
  const all: RawAttributes = new Map();
  const wellFormed = forEachAttribute(payload, shape.headerLength, payload.length, (id, start, end) => {
    all.set(id, { type: readU16le(payload, start - 2), value: payload.slice(start, end) });
  });
  if (!wellFormed) return undefined;
  const lifetime = readLifetime(kind, all);
  const kept: RawAttributes = new Map([...all].filter(([id]) => shape.kept.includes(id)));
  if (kind === 'link' && all.has(LINK_PARENT_NAMESPACE)) kept.delete(LINK_INFO);
  if (!shape.tidy(header, kept)) return undefined;
  return { kind, payload: encode(header, kept), lifetime };
}

/** Request: create the object. @param lifetime what remains of it */
export function createObject(object: KernelObject, lifetime = object.lifetime): NetlinkMessage {
  const { type, create } = SHAPES[object.kind];
  const limit = lifetime === undefined ? undefined : lifetimeAttribute(object.kind, lifetime);
  return { type, flags: create, payload: joinParts(object.payload, limit) };
}

/** Request: delete the object. */
export function deleteObject(object: KernelObject): NetlinkMessage {
  return { type: SHAPES[object.kind].type + 1, flags: 0, payload: object.payload };
}

/** Request: give an existing link the settings of `wanted`; attributes that are equal are left out. */
export function changeLink(wanted: KernelObject, current: KernelObject): NetlinkMessage {
  const { type, headerLength } = SHAPES.link;
  const before = attributesOf(current);
  const changed = new Map(
    [...attributesOf(wanted)].filter(([id, { value }]) => !equal(value, before.get(id)?.value) && id !== LINK_INFO),
  );
  if (before.has(MASTER) && !attributesOf(wanted).has(MASTER)) {
    changed.set(MASTER, { type: MASTER, value: new Uint8Array(4) });
  }
  return { type, flags: 0, payload: encode(wanted.payload.slice(0, headerLength), changed) };
}

/** Whether a change of the link needs a new link: its parent, kind or parameters differ. */
export function needsNewLink(wanted: KernelObject, current: KernelObject): boolean {
  const [one, other] = [attributesOf(wanted), attributesOf(current)];
  return [LINK_PARENT, LINK_INFO].some((id) => !equal(one.get(id)?.value, other.get(id)?.value));
}

/** Returns the link with other parameters of its kind (IFLA_INFO_DATA); those not in `parameters` stay. */
export function withParameters(link: KernelObject, parameters: ReadonlyMap<number, Uint8Array>): KernelObject {
  const attributes = attributesOf(link);
  const info = attributes.get(LINK_INFO)?.value ?? new Uint8Array(0);
  const found = readAttributes(info, 0, info.length);
  const data = found?.bytes(INFO_DATA) ?? new Uint8Array(0);
  const encoded: (Uint8Array | undefined)[] = [];
  forEachAttribute(data, 0, data.length, (id, start, end) => {
    encoded.push(bytesAttribute(readU16le(data, start - 2), parameters.get(id) ?? data.slice(start, end)));
  });
  const value = joinParts(bytesAttribute(INFO_KIND, found?.bytes(INFO_KIND)), nestedAttribute(INFO_DATA, ...encoded));
  attributes.set(LINK_INFO, { type: LINK_INFO | 0x8000, value });
  return { ...link, payload: encode(link.payload.slice(0, SHAPES.link.headerLength), attributes) };
}

/** The message of a dump that this object was read from, for the decoders. */
export function objectMessage(object: KernelObject): NetlinkMessage {
  return { type: SHAPES[object.kind].type, flags: 0, payload: object.payload };
}

/** Returns the interfaces that an object belongs to, by index; those of a multipath route are several. */
export function interfacesOf(object: KernelObject): number[] {
  const { kind, payload } = object;
  const attributes = readAttributes(payload, SHAPES[kind].headerLength, payload.length);
  const named = (id: number): number[] => [attributes?.u32(id) ?? []].flat();
  if (kind === 'route') return [...named(4), ...multipathInterfaces(attributes?.bytes(MULTIPATH))];
  if (kind === 'nextHop') return named(5);
  return kind === 'rule' ? [] : [readU32le(payload, 4)];
}

/** Returns the names of the interfaces that a rule matches (FRA_IIFNAME, FRA_OIFNAME). */
export function ruleInterfaces({ payload }: KernelObject): string[] {
  const attributes = readAttributes(payload, SHAPES.rule.headerLength, payload.length);
  return [3, 17].flatMap((id) => attributes?.text(id) ?? []);
}

/** Returns the next hop objects that a route or a group refers to, and the id of a next hop object itself. */
export function nextHopIds(object: KernelObject): { id: number | undefined; uses: readonly number[] } {
  const { kind, payload } = object;
  const attributes = readAttributes(payload, SHAPES[kind].headerLength, payload.length);
  if (kind === 'route') return { id: undefined, uses: [attributes?.u32(NEXT_HOP_ID) ?? []].flat() };
  const group = attributes?.bytes(2) ?? new Uint8Array(0);
  const uses = Array.from({ length: group.length >>> 3 }, (_, at) => readU32le(group, at * 8));
  return { id: attributes?.u32(1), uses };
}

/**
 * Whether the kernel makes this object by itself, and refuses to make it on request: a default queueing discipline, the
 * route of an IPv6 address (metric 0), which appears when duplicate address detection has ended, or a real device.
 */
export function isAutomatic({ kind, payload }: KernelObject): boolean {
  if (kind === 'link')
    return readAttributes(payload, SHAPES.link.headerLength, payload.length)?.has(LINK_INFO) !== true;
  if (kind === 'qdisc') return readU32le(payload, QDISC_HANDLE) === 0;
  if (kind !== 'route' || readU8(payload, 0) !== AF_INET6) return false;
  return readAttributes(payload, SHAPES.route.headerLength, payload.length)?.u32(ROUTE_PRIORITY) === 0;
}

/** Request: create an IPv6 address without duplicate address detection, so that it is usable at once. */
export function createWithoutDetection(address: KernelObject, lifetime = address.lifetime): NetlinkMessage {
  const attributes = attributesOf(address);
  const flags = attributes.get(ADDRESS_FLAGS)?.value.slice() ?? new Uint8Array(4);
  writeU32le(flags, 0, readU32le(flags, 0) | NO_DETECTION);
  attributes.set(ADDRESS_FLAGS, { type: ADDRESS_FLAGS, value: flags });
  return createObject(
    { ...address, payload: encode(address.payload.slice(0, SHAPES.address.headerLength), attributes) },
    lifetime,
  );
}

function multipathInterfaces(bytes: Uint8Array | undefined): number[] {
  const found: number[] = [];
  forEachNextHop(bytes, (at) => found.push(readU32le(bytes as Uint8Array, at + 4)));
  return found;
}

function attributesOf({ kind, payload }: KernelObject): RawAttributes {
  const found: RawAttributes = new Map();
  forEachAttribute(payload, SHAPES[kind].headerLength, payload.length, (id, start, end) => {
    found.set(id, { type: readU16le(payload, start - 2), value: payload.slice(start, end) });
  });
  return found;
}

function equal(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return isEqualBytes(one, other);
}

function readLifetime(kind: ObjectKind, attributes: RawAttributes): Lifetime | undefined {
  if (kind === 'address') {
    const info = attributes.get(ADDRESS_CACHE_INFO)?.value;
    if (info === undefined || info.length < 8) return undefined;
    const lifetime = { preferred: readU32le(info, 0), valid: readU32le(info, 4) };
    return lifetime.valid === FOREVER && lifetime.preferred === FOREVER ? undefined : lifetime;
  }
  const info = kind === 'route' ? attributes.get(ROUTE_CACHE_INFO)?.value : undefined;
  if (info === undefined || info.length < CACHE_INFO_EXPIRES + 4) return undefined;
  const ticks = readU32le(info, CACHE_INFO_EXPIRES) | 0;
  const seconds = Math.max(0, Math.round(ticks / USER_HZ));
  return ticks === 0 ? undefined : { preferred: seconds, valid: seconds };
}

function lifetimeAttribute(kind: ObjectKind, { preferred, valid }: Lifetime): Uint8Array | undefined {
  if (kind === 'route') return u32Attribute(ROUTE_EXPIRES, valid);
  const info = new Uint8Array(16);
  writeU32le(info, 0, preferred);
  writeU32le(info, 4, valid);
  return bytesAttribute(ADDRESS_CACHE_INFO, info);
}
