/** One host of a lab: a namespace, a netlink connection into it, and its interfaces. @module */
import { existsSync, writeFileSync } from 'node:fs';
import { formatMac } from '../base/address.ts';
import { StackError } from '../base/errors.ts';
import { connectNetlink, decodeLink, getLink, type Link, type NetlinkConnection, setLink } from '../netlink/index.ts';
import { createNetworkNamespace, inNamespace, type NetworkNamespace } from '../sys/namespace.ts';
import type { HostPlan } from './plan.ts';

/** An interface of a host. */
export interface LabInterface {
  readonly name: string;
  readonly index: number;
  /** `02:00:00:00:00:01` */
  readonly mac: string;
  readonly mtu: number;
  /** Without prefix lengths: `10.1.1.1`. */
  readonly addresses: readonly string[];
}

/** Settings under /proc/sys/net that make a host behave the same on every machine, and keep its wires quiet. */
const SETTINGS: readonly (readonly [file: string, value: string])[] = [
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
  // Every probe is answered (RFC 1812, 4.3.2.8 allows rate limits). Set by the mask, because a limit of 0 would use up the budget that the kernel shares with the errors of unreachable and prohibit routes.
  ['ipv4/icmp_ratemask', '0'],
  ['ipv4/icmp_msgs_per_sec', '1000000'],
  ['ipv6/icmp/ratelimit', '0'],
  // No duplicate address detection, no link-local addresses, no router solicitations.
  ['ipv6/conf/default/disable_ipv6', '0'],
  ['ipv6/conf/default/accept_dad', '0'],
  ['ipv6/conf/default/addr_gen_mode', '1'],
  ['ipv6/conf/default/accept_ra', '0'],
  ['ipv6/conf/default/router_solicitations', '0'],
];

export class LabHost {
  readonly name: string;
  readonly namespace: NetworkNamespace;
  /** Netlink connection of this host. */
  readonly netlink: NetlinkConnection;
  readonly #interfaces = new Map<string, LabInterface>();

  private constructor(name: string, namespace: NetworkNamespace) {
    this.name = name;
    this.namespace = namespace;
    this.netlink = inNamespace(namespace, connectNetlink);
  }

  /** Creates the namespace, with loopback up. */
  static async create(plan: HostPlan): Promise<LabHost> {
    const host = new LabHost(plan.name, createNetworkNamespace());
    try {
      for (const [file, value] of SETTINGS) host.#setIfThere(file, value);
      if (plan.forwarding === true) host.#forward();
      const loopback = await host.link('lo');
      await host.netlink.execute(setLink(loopback.index, { up: true }), { wanted: `bring up lo of ${plan.name}` });
      return host;
    } catch (error) {
      host.close();
      throw error;
    }
  }

  /** Runs synchronous `work` in the namespace of the host; see `inNamespace`. */
  run<T>(work: () => T): T {
    return inNamespace(this.namespace, work);
  }

  get interfaces(): readonly LabInterface[] {
    return [...this.#interfaces.values()];
  }

  /** @throws RangeError if the plan has no such interface */
  interface(name: string): LabInterface {
    const found = this.#interfaces.get(name);
    if (found === undefined) throw new RangeError(`host ${this.name} has no interface ${name}`);
    return found;
  }

  /** Returns the first address of a family. @throws RangeError if there is none */
  address(family: 4 | 6 = 4): string {
    const all = this.interfaces.flatMap((one) => one.addresses);
    const found = all.find((address) => address.includes(':') === (family === 6));
    if (found === undefined) throw new RangeError(`host ${this.name} has no IPv${family} address`);
    return found;
  }

  /** Returns the current state of an interface. */
  async link(name: string): Promise<Link> {
    for await (const message of this.netlink.request(getLink(name), { wanted: `find ${name} of ${this.name}` })) {
      const link = decodeLink(message);
      if (link !== undefined) return link;
    }
    throw new StackError('LAB', `the kernel did not describe ${name} of ${this.name}`);
  }

  /** Writes a file below /proc/sys/net of this host. */
  setKernelParameter(file: string, value: string): void {
    this.run(() => {
      writeFileSync(`/proc/sys/net/${file}`, value);
    });
  }

  /** For the builder: records an interface. */
  register(link: Link, addresses: readonly string[]): LabInterface {
    const { name, index, mtu = 0 } = link;
    const made = { name, index, mtu, mac: formatMac(link.address, 0, link.address.length), addresses };
    this.#interfaces.set(name, made);
    return made;
  }

  close(): void {
    this.netlink.close();
    this.namespace.close();
  }

  #forward(): void {
    // A router solicits neighbours from its link-local address (RFC 4861, 7.2.2).
    this.#setIfThere('ipv6/conf/default/addr_gen_mode', '0');
    this.setKernelParameter('ipv4/ip_forward', '1');
    this.#setIfThere('ipv6/conf/all/forwarding', '1');
    // Equal-cost routes are selected by ports too, so that flows spread and each flow keeps its path.
    this.#setIfThere('ipv4/fib_multipath_hash_policy', '1');
    this.#setIfThere('ipv6/fib_multipath_hash_policy', '1');
  }

  /** Kernels without IPv6 and older kernels lack some of the files. */
  #setIfThere(file: string, value: string): void {
    this.run(() => {
      if (existsSync(`/proc/sys/net/${file}`)) writeFileSync(`/proc/sys/net/${file}`, value);
    });
  }
}
