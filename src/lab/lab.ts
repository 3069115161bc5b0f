/**
 * Builds a lab: network namespaces connected by veth pairs. It leaves no names under /run and does not show among the
 * interfaces of the machine; the kernel removes it with the process. @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatIpv4, formatIpv6, parseMac } from '../base/address.ts';
import { StackError } from '../base/errors.ts';
import {
  addAddress,
  addNeighbour,
  addRoute,
  createVeth,
  createVlan,
  decodeNeighbour,
  deleteLink,
  deleteNeighbour,
  dumpNeighbours,
  NeighbourState,
  type NextHop,
  RouteType,
  setLink,
} from '../netlink/index.ts';
import { LabHost, type LabInterface } from './host.ts';
import { disableOffload } from './offload.ts';
import type { EndPlan, LabPlan, RoutePlan, VlanPlan, WirePlan } from './plan.ts';
import { parseAddress, parsePrefix } from './prefix.ts';
import { LAB_LIMIT } from './socket.ts';

const DEFAULT_MTU = 1500;

/** A running lab. Disposing it removes its wires at once, and its namespaces with their last socket. */
export class Lab implements AsyncDisposable {
  readonly #hosts = new Map<string, LabHost>();
  #wires: { readonly host: LabHost; readonly index: number }[] = [];

  get hosts(): readonly LabHost[] {
    return [...this.#hosts.values()];
  }

  /** @throws RangeError if the plan has no such host */
  host(name: string): LabHost {
    const found = this.#hosts.get(name);
    if (found === undefined) throw new RangeError(`the lab has no host ${name}`);
    return found;
  }

  /** Deletes the learned neighbours of all hosts, so that they are resolved again by ARP or NDP. */
  async forgetNeighbours(): Promise<void> {
    const kept = NeighbourState.permanent | NeighbourState.noArp;
    for (const host of this.hosts) {
      const { messages } = await host.netlink.dump(dumpNeighbours(), { wanted: `list neighbours of ${host.name}` });
      for (const message of messages) {
        const neighbour = decodeNeighbour(message);
        if (neighbour === undefined || (neighbour.state & kept) !== 0) continue;
        await host.netlink.execute(deleteNeighbour(neighbour), { wanted: `forget a neighbour of ${host.name}` });
      }
    }
  }

  /** Idempotent; never throws. */
  async close(): Promise<void> {
    const wires = this.#wires;
    this.#wires = [];
    for (const { host, index } of wires) {
      // Removing one end removes the other; a test may have removed it already.
      await host.netlink.execute(deleteLink(index), { wanted: 'remove a wire' }).catch(() => undefined);
    }
    for (const host of this.hosts) host.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** For `createLab`. */
  async build(plan: LabPlan): Promise<void> {
    for (const host of plan.hosts) {
      if (this.#hosts.has(host.name)) throw new TypeError(`the plan has two hosts ${host.name}`);
      this.#hosts.set(host.name, await LabHost.create(host));
    }
    for (const [number, wire] of plan.wires.entries()) await this.#lay(wire, number);
    for (const host of plan.hosts) {
      for (const vlan of host.vlans ?? []) await addVlan(this.host(host.name), vlan);
      for (const route of host.routes ?? []) await addPlannedRoute(this.host(host.name), route);
    }
  }

  async #lay(wire: WirePlan, number: number): Promise<void> {
    const [left, right] = wire.ends;
    const leftHost = this.host(left.host);
    const rightHost = this.host(right.host);
    const { mtu = DEFAULT_MTU } = wire;
    await leftHost.netlink.execute(
      createVeth(
        { name: left.interface, mtu, address: macOf(left, number, 1) },
        {
          name: right.interface,
          mtu,
          address: macOf(right, number, 2),
          namespaceDescriptor: rightHost.namespace.descriptor,
        },
      ),
      { wanted: `lay a wire from ${left.host} to ${right.host}` },
    );
    this.#wires.push({ host: leftHost, index: (await leftHost.link(left.interface)).index });
    const ends = [
      { host: leftHost, end: left },
      { host: rightHost, end: right },
    ];
    for (const { host, end } of ends) {
      if (wire.offload !== true) host.run(() => disableOffload(end.interface));
      await bringUp(host, end.interface);
    }
    const made: LabInterface[] = [];
    for (const { host, end } of ends) {
      await waitForCarrier(host, end.interface);
      made.push(await addAddresses(host, end.interface, end.addresses ?? []));
    }
    const [leftMade, rightMade] = made;
    if (wire.staticNeighbours === true && leftMade !== undefined && rightMade !== undefined) {
      await addStaticNeighbours(leftHost, leftMade, rightMade);
      await addStaticNeighbours(rightHost, rightMade, leftMade);
    }
  }
}

/**
 * Builds a lab; if a part fails, everything created so far is removed.
 * @throws SyscallError, NetlinkError if the kernel refuses; TypeError if the plan is inconsistent
 */
export async function createLab(plan: LabPlan): Promise<Lab> {
  const lab = new Lab();
  try {
    await lab.build(plan);
    return lab;
  } catch (error) {
    await lab.close();
    throw error;
  }
}

function macOf(end: EndPlan, wire: number, side: number): Uint8Array {
  if (end.mac === undefined) return Uint8Array.of(0x02, 0, 0, wire >>> 8, wire, side);
  const mac = parseMac(end.mac);
  if (mac === undefined) throw new TypeError(`not a MAC address: ${end.mac}`);
  return mac;
}

async function bringUp(host: LabHost, name: string): Promise<void> {
  const { index } = await host.link(name);
  await host.netlink.execute(setLink(index, { up: true }), { wanted: `bring up ${name} of ${host.name}` });
}

/** The kernel activates the queue of an interface shortly after its carrier; frames sent earlier are lost. */
async function waitForCarrier(host: LabHost, name: string): Promise<void> {
  const deadline = performance.now() + LAB_LIMIT;
  while ((await host.link(name)).operationalState !== 'up') {
    if (performance.now() > deadline) throw new StackError('LAB', `${name} of ${host.name} does not come up`);
    await sleep(1);
  }
}

async function addAddresses(host: LabHost, name: string, texts: readonly string[]): Promise<LabInterface> {
  const link = await host.link(name);
  const addresses: string[] = [];
  for (const text of texts) {
    const { address, length } = parsePrefix(text);
    const wanted = `add ${text} to ${name} of ${host.name}`;
    await host.netlink.execute(
      addAddress({ interfaceIndex: link.index, address, prefixLength: length, noDad: address.length > 4 }),
      { wanted },
    );
    addresses.push(address.length > 4 ? formatIpv6(address) : formatIpv4(address));
  }
  return host.register(link, addresses);
}

async function addStaticNeighbours(host: LabHost, near: LabInterface, far: LabInterface): Promise<void> {
  const linkAddress = parseMac(far.mac) ?? new Uint8Array(6);
  for (const text of far.addresses) {
    const neighbour = { interfaceIndex: near.index, address: parseAddress(text), linkAddress };
    await host.netlink.execute(addNeighbour(neighbour), { wanted: `add the neighbour ${text} to ${host.name}` });
  }
}

async function addVlan(host: LabHost, plan: VlanPlan): Promise<void> {
  const parent = await host.link(plan.parent);
  const message = createVlan({ name: plan.interface }, { parentIndex: parent.index, id: plan.id });
  await host.netlink.execute(message, { wanted: `make VLAN ${plan.id} on ${plan.parent} of ${host.name}` });
  await bringUp(host, plan.interface);
  await addAddresses(host, plan.interface, plan.addresses ?? []);
}

const DROP_TYPES = {
  blackhole: RouteType.blackhole,
  unreachable: RouteType.unreachable,
  prohibit: RouteType.prohibit,
} as const;

async function addPlannedRoute(host: LabHost, plan: RoutePlan): Promise<void> {
  const { address, length } = parsePrefix(plan.to);
  const gateways = typeof plan.via === 'string' ? [plan.via] : (plan.via ?? []);
  if ((plan.drop === undefined) === (gateways.length === 0)) {
    throw new TypeError(`route to ${plan.to} of ${host.name}: either a gateway or a way to drop`);
  }
  const nextHops: Partial<NextHop>[] = gateways.map((gateway) => ({ gateway: parseAddress(gateway) }));
  const type = plan.drop === undefined ? RouteType.unicast : DROP_TYPES[plan.drop];
  await host.netlink.execute(addRoute({ destination: address, prefixLength: length, type, nextHops, mtu: plan.mtu }), {
    wanted: `add the route to ${plan.to} of ${host.name}`,
  });
}
