/**
 * A simulated kernel with a few links and addresses, for tests of changes without privileges: it applies the requests that
 * `src/configure` sends, with the side effects that make rollbacks necessary. @module
 */
import { readU32le, writeU16le, writeU32le } from '../../src/base/bytes.ts';
import type { ConfigureHost } from '../../src/configure/host.ts';
import {
  bytesAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  textAttribute,
  u32Attribute,
} from '../../src/netlink/attribute.ts';
import { connectNetlink } from '../../src/netlink/connection.ts';
import { type FakeAnswer, FakeNetlinkSocket } from '../../src/netlink/fake-socket.ts';
import { MessageFlag, type NetlinkMessage } from '../../src/netlink/message.ts';

/** RTM_* and errno values of the Linux headers. */
const NEW_LINK = 16;
const DELETE_LINK = 17;
const NEW_ADDRESS = 20;
const DELETE_ADDRESS = 21;
const ENODEV = 19;
const EEXIST = 17;
const EADDRNOTAVAIL = 99;
const IFF_UP = 1;

interface FakeLink {
  readonly index: number;
  name: string;
  mtu: number;
  readonly parent: number | undefined;
  /** IFLA_LINKINFO. */
  readonly info: Uint8Array | undefined;
}

export interface FakeLinks {
  readonly host: ConfigureHost;
  readonly links: FakeLink[];
  /** Payloads of RTM_NEWADDR. */
  addresses: Uint8Array[];
  /** Files that the managers of links have written. */
  readonly files: Map<string, string>;
  readonly settings: Map<string, string>;
  /** Requests that change something. */
  readonly changes: () => NetlinkMessage[];
  /** Set by a test: the kernel acknowledges a new MTU and keeps the old one. */
  ignoresMtu: boolean;
  canEdit: boolean;
}

/** lo, eth0 (10.1.1.1/24), and eth0.5 on eth0 (10.5.0.1/24). @param root folder for files that a test writes */
export function fakeLinks(root = ''): FakeLinks {
  const vlan = nestedInfo('vlan', [1, Uint8Array.of(5, 0)], [5, Uint8Array.of(0x81, 0)]);
  const fake = {
    links: [
      { index: 1, name: 'lo', mtu: 65_536, parent: undefined, info: undefined },
      { index: 2, name: 'eth0', mtu: 1500, parent: undefined, info: undefined },
      { index: 3, name: 'eth0.5', mtu: 1500, parent: 2, info: vlan },
    ],
    addresses: [addressPayload(2, [10, 1, 1, 1], 24), addressPayload(3, [10, 5, 0, 1], 24)],
    files: new Map<string, string>(),
    settings: new Map([
      ['ipv4/conf/all/arp_ignore', '0'],
      ['ipv4/conf/all/arp_announce', '0'],
    ]),
    ignoresMtu: false,
    canEdit: true,
  };
  const socket = new FakeNetlinkSocket((request) => answer(fake as unknown as FakeLinks, request));
  const host: ConfigureHost = {
    netlink: connectNetlink(socket),
    generic: () => connectNetlink(new FakeNetlinkSocket(() => 2)),
    openNetfilter: () => new FakeNetlinkSocket(() => 2),
    settings: {
      list: () => [],
      read: (path) => fake.settings.get(path),
      write: (path, value) => fake.settings.set(path, value),
    },
    multicastGroups: () => '',
    readFile: (path) => fake.files.get(path),
    listFiles: (directory) =>
      [...fake.files.keys()]
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => path.slice(directory.length + 1)),
    root,
    canEdit: () => fake.canEdit,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const changes = (): NetlinkMessage[] =>
    socket.requests.filter(({ flags }) => (flags & MessageFlag.dump) !== MessageFlag.dump);
  return Object.assign(fake, { host, changes });
}

function answer(fake: FakeLinks, request: NetlinkMessage): FakeAnswer {
  const { type, flags, payload } = request;
  if ((flags & MessageFlag.dump) === MessageFlag.dump) {
    if (type === NEW_LINK + 2) return fake.links.map(linkMessage);
    if (type === NEW_ADDRESS + 2) return fake.addresses.map((one) => ({ type: NEW_ADDRESS, flags: 0, payload: one }));
    return [];
  }
  if (type === NEW_LINK)
    return (flags & MessageFlag.create) === 0 ? changeLink(fake, payload) : createLink(fake, payload);
  if (type === DELETE_LINK) return deleteLink(fake, readU32le(payload, 4));
  if (type === NEW_ADDRESS) {
    fake.addresses.push(payload);
    return [];
  }
  if (type === DELETE_ADDRESS) {
    const same = (one: Uint8Array): boolean => addressKey(one) === addressKey(payload);
    if (!fake.addresses.some(same)) return EADDRNOTAVAIL;
    fake.addresses = fake.addresses.filter((one) => !same(one));
    return [];
  }
  return [];
}

function changeLink(fake: FakeLinks, payload: Uint8Array): FakeAnswer {
  const link = fake.links.find(({ index }) => index === readU32le(payload, 4));
  if (link === undefined) return ENODEV;
  const mtu = readAttributes(payload, 16, payload.length)?.u32(4);
  if (mtu !== undefined && !fake.ignoresMtu) link.mtu = mtu;
  // vlan_device_event: VLANs never exceed their parent.
  for (const upper of fake.links) if (upper.parent === link.index) upper.mtu = Math.min(upper.mtu, link.mtu);
  return [];
}

function createLink(fake: FakeLinks, payload: Uint8Array): FakeAnswer {
  const attributes = readAttributes(payload, 16, payload.length);
  const name = attributes?.text(3) ?? '';
  if (fake.links.some((link) => link.name === name)) return EEXIST;
  const index = readU32le(payload, 4) || Math.max(...fake.links.map((link) => link.index)) + 1;
  fake.links.push({
    index,
    name,
    mtu: attributes?.u32(4) ?? 1500,
    parent: attributes?.u32(5),
    info: attributes?.bytes(18),
  });
  return [];
}

/** With its VLANs and all addresses. */
function deleteLink(fake: FakeLinks, index: number): FakeAnswer {
  const doomed = fake.links.filter((link) => link.index === index || link.parent === index);
  if (doomed.length === 0) return ENODEV;
  for (const link of doomed) fake.links.splice(fake.links.indexOf(link), 1);
  fake.addresses = fake.addresses.filter((one) => !doomed.some((link) => link.index === readU32le(one, 4)));
  return [];
}

function linkMessage({ index, name, mtu, parent, info }: FakeLink): NetlinkMessage {
  const header = new Uint8Array(16);
  writeU16le(header, 2, 1);
  writeU32le(header, 4, index);
  writeU32le(header, 8, IFF_UP | (name === 'lo' ? 8 : 0));
  const payload = joinParts(
    header,
    textAttribute(3, name),
    u32Attribute(4, mtu),
    u32Attribute(5, parent),
    u32Attribute(50, 68),
    u32Attribute(51, 9000),
    bytesAttribute(18 | 0x8000, info),
  );
  return { type: NEW_LINK, flags: 0, payload };
}

/** The value of IFLA_LINKINFO. */
function nestedInfo(kind: string, ...parameters: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const data = nestedAttribute(2, ...parameters.map(([type, value]) => bytesAttribute(type, value)));
  return joinParts(bytesAttribute(1, new TextEncoder().encode(kind)), data);
}

function addressPayload(index: number, address: readonly number[], length: number): Uint8Array {
  const header = Uint8Array.of(2, length, 0x80, 0, index, 0, 0, 0);
  const value = Uint8Array.from(address);
  return joinParts(header, bytesAttribute(1, value), bytesAttribute(2, value), u32Attribute(8, 0x80));
}

function addressKey(payload: Uint8Array): string {
  return `${readU32le(payload, 4)} ${payload[1]} ${readAttributes(payload, 8, payload.length)?.bytes(2)?.join('.')}`;
}
