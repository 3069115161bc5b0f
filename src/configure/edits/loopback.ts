/**
 * Service addresses on the loopback interface, for direct server return: a load balancer sends packets for the address to
 * this host, which accepts them and replies itself. It must not answer ARP requests for the address: `arp_ignore` 1, and
 * not name it in its own: `arp_announce` 2 (Documentation/networking/ip-sysctl.rst). @module
 */
import { formatIpv4, parseIpv4, parseIpv6 } from '../../base/address.ts';
import { addAddress, deleteAddress, type InterfaceAddress, type Link, LinkFlag } from '../../netlink/index.ts';
import type { LoopbackEdit, Plan, PlannedChange } from '../edit.ts';
import type { ConfigureHost, KernelSettings } from '../host.ts';
import { findLink } from '../scope.ts';
import { isSamePrefix, readAddresses, refuseSpecial } from './address.ts';
import { refuse, scopeOf } from './plan-parts.ts';

const LOOPBACK = 'lo';
const HOST_PREFIX = 32;
const LOOPBACK_NETWORK = 127;

/** The settings of all interfaces, which the kernel combines with those of each by their maximum. */
const ARP_SETTINGS = [
  { name: 'arp_ignore', value: '1' },
  { name: 'arp_announce', value: '2' },
] as const;

/** Settings that a loopback edit changes, below /proc/sys/net. */
const ARP_PATHS = ARP_SETTINGS.map(({ name }) => `ipv4/conf/all/${name}`);

/** Whether an address of the loopback interface is a service address. */
export function isServiceAddress({ address, prefixLength }: InterfaceAddress): boolean {
  return address.length === 4 && prefixLength === HOST_PREFIX && address[0] !== LOOPBACK_NETWORK;
}

/** Returns the interfaces that would answer ARP requests for addresses of the loopback interface. */
export function answeringInterfaces(settings: KernelSettings, links: readonly Link[]): readonly string[] {
  const combined = (name: string, setting: string): number =>
    Math.max(...['all', name].map((one) => Number(settings.read(`ipv4/conf/${one}/${setting}`) ?? 0)));
  const candidates = links.filter(({ flags }) => (flags & (LinkFlag.loopback | LinkFlag.noArp)) === 0);
  return candidates
    .filter(({ name }) => combined(name, 'arp_ignore') < 1 || combined(name, 'arp_announce') < 2)
    .map(({ name }) => name);
}

/** @throws StackError `EDIT`, `NO_INTERFACE` */
export async function planLoopback(host: ConfigureHost, links: readonly Link[], edit: LoopbackEdit): Promise<Plan> {
  const link = findLink(links, LOOPBACK);
  const address = parseService(edit.address);
  const prefix = { address, prefixLength: HOST_PREFIX };
  const shown = formatIpv4(address);
  const all = await readAddresses(host);
  const holder = all.find((one) => isSamePrefix({ ...one, prefixLength: HOST_PREFIX }, prefix));
  const exists = all.some((one) => one.interfaceIndex === link.index && isSamePrefix(one, prefix));
  const adds = edit.action === 'add';
  if (adds && holder !== undefined && !exists) {
    const name = links.find(({ index }) => index === holder.interfaceIndex)?.name ?? 'another interface';
    throw refuse(`${shown} is already an address of ${name}, with a prefix of ${holder.prefixLength} bits`);
  }
  if (!adds && !exists)
    throw refuse(`${LOOPBACK} has no service address ${shown}; \`tapline etherconfig loopback\` lists them`);
  const changes: PlannedChange[] = [];
  if (adds) changes.push(...ARP_SETTINGS.flatMap((one) => settingChange(host, one)));
  if (exists !== adds) {
    changes.push({
      what: `service address ${shown} on ${LOOPBACK}`,
      from: exists ? 'present' : 'absent',
      to: adds ? 'present' : 'absent',
    });
  }
  return {
    edit,
    title: `${adds ? 'add' : 'delete'} the service address ${shown}`,
    link,
    changes,
    risks: adds
      ? ['arp_ignore and arp_announce apply to all interfaces: addresses of one are no longer announced on another']
      : ['net.ipv4.conf.all.arp_ignore and arp_announce keep their values'],
    scope: scopeOf(links, link, { settings: ARP_PATHS }),
    created: [],
    async apply(target) {
      // Settings first: the host must not answer a single ARP request for the address.
      if (adds) for (const one of ARP_SETTINGS) if (settingChange(target, one).length > 0) writeAll(target, one);
      const message = { interfaceIndex: link.index, ...prefix };
      const wanted = `${adds ? 'add' : 'delete'} the service address ${shown}`;
      if (exists !== adds)
        await target.netlink.execute(adds ? addAddress(message) : deleteAddress(message), { wanted });
    },
    async verify(target) {
      const now = await readAddresses(target);
      const found = now.some((one) => one.interfaceIndex === link.index && isSamePrefix(one, prefix));
      if (found !== adds) return [`the service address ${shown} is ${found ? 'still present' : 'missing'}`];
      const answering = adds ? answeringInterfaces(target.settings, links) : [];
      return answering.map((name) => `${name} still answers ARP requests for ${shown}`);
    },
  };
}

type ArpSetting = (typeof ARP_SETTINGS)[number];

function settingChange(host: ConfigureHost, { name, value }: ArpSetting): PlannedChange[] {
  const before = host.settings.read(`ipv4/conf/all/${name}`) ?? '?';
  // A stricter value serves as well.
  return Number(before) >= Number(value) ? [] : [{ what: `net.ipv4.conf.all.${name}`, from: before, to: value }];
}

function writeAll(host: ConfigureHost, { name, value }: ArpSetting): void {
  host.settings.write(`ipv4/conf/all/${name}`, value);
}

function parseService(text: string): Uint8Array {
  const bare = text.replace(/\/32$/, '');
  const address = parseIpv4(bare);
  if (address === undefined) {
    if (parseIpv6(bare.replace(/\/\d+$/, '')) !== undefined) {
      throw refuse(
        `${text} is an IPv6 address; Linux answers neighbour solicitations for it on all interfaces, so only IPv4 is possible`,
      );
    }
    throw refuse(`${JSON.stringify(text)} is not an IPv4 address`);
  }
  refuseSpecial(address);
  if (address[0] === LOOPBACK_NETWORK) throw refuse(`${bare} is a loopback address already (127.0.0.0/8)`);
  return address;
}
