/** VLANs: IEEE 802.1Q interfaces, and 802.1ad for the outer tag of QinQ. @module */
import { createVlan, deleteLink, type Link, LinkFlag, NetlinkError, withParameters } from '../../netlink/index.ts';
import { Errno } from '../../sys/syscall.ts';
import type { Plan, VlanChangeEdit, VlanDeleteEdit, VlanEdit, VlanNewEdit, VlanProtocol } from '../edit.ts';
import type { ConfigureHost } from '../host.ts';
import { restoreSnapshot } from '../restore.ts';
import { dependantsOf, findLink, readLinks } from '../scope.ts';
import { linkName, takeSnapshot } from '../snapshot.ts';
import { refuse, refusePort, scopeOf } from './plan-parts.ts';

/** EtherTypes of the tags. */
const PROTOCOLS: Readonly<Record<VlanProtocol, number>> = { '802.1Q': 0x8100, '802.1ad': 0x88a8 };
const FIRST_ID = 1;
const LAST_ID = 4094;
/** IFNAMSIZ, with the final zero. */
const MAX_NAME_BYTES = 15;
/** IFLA_VLAN_ID, IFLA_VLAN_PROTOCOL. */
const VLAN_ID = 1;
const VLAN_PROTOCOL = 5;

/** `802.1Q` of 0x8100; other numbers in hexadecimal. */
export function vlanProtocolName(protocol: number): string {
  const found = Object.entries(PROTOCOLS).find(([, number]) => number === protocol);
  return found?.[0] ?? `0x${protocol.toString(16)}`;
}

/** @throws StackError `EDIT`, `NO_INTERFACE` */
export function planVlan(links: readonly Link[], edit: VlanEdit): Plan {
  if (edit.action === 'new') return planNew(links, edit);
  return edit.action === 'edit' ? planChange(links, edit) : planDelete(links, edit);
}

function planNew(links: readonly Link[], edit: VlanNewEdit): Plan {
  const parent = findLink(links, edit.parent);
  const { id, protocol = '802.1Q' } = edit;
  const name = edit.name ?? `${parent.name}.${id}`;
  const mtu = edit.mtu ?? parent.mtu ?? 1500;
  checkId(id);
  checkName(links, name);
  refusePort(links, parent);
  if ((parent.flags & LinkFlag.loopback) !== 0)
    throw refuse(`${parent.name} is the loopback interface and carries no VLANs`);
  refuseDuplicate(links, parent, id, PROTOCOLS[protocol]);
  if (parent.mtu !== undefined && mtu > parent.mtu) {
    throw refuse(`an MTU of ${mtu} is above the ${parent.mtu} of ${parent.name}; raise ${parent.name} first`);
  }
  return {
    edit,
    title: `new VLAN ${id} on ${parent.name}: ${name}`,
    link: parent,
    changes: [{ what: `VLAN ${name}`, from: 'absent', to: `${protocol} ID ${id} on ${parent.name}, MTU ${mtu}` }],
    risks:
      (parent.flags & LinkFlag.up) === 0 ? [`${parent.name} is down: the VLAN carries no traffic until it is up`] : [],
    scope: scopeOf(links, parent),
    created: [name],
    async apply(host) {
      const vlan = { parentIndex: parent.index, id, protocol: PROTOCOLS[protocol] };
      await explained(() =>
        host.netlink.execute(createVlan({ name, mtu, up: true }, vlan), { wanted: `create the VLAN ${name}` }),
      );
    },
    verify: (host) => verifyVlan(host, name, id, PROTOCOLS[protocol]),
  };
}

/** The kernel cannot change a VLAN in place: it is deleted and created with all that belongs to it. */
function planChange(links: readonly Link[], edit: VlanChangeEdit): Plan {
  const link = findVlan(links, edit.name);
  const parent = links.find(({ index }) => index === link.parentIndex);
  const { vlan } = link;
  if (vlan === undefined || parent === undefined)
    throw refuse(`the parent of ${link.name} is not in this network namespace`);
  const id = edit.id ?? vlan.id;
  const protocol = edit.protocol === undefined ? vlan.protocol : PROTOCOLS[edit.protocol];
  checkId(id);
  refusePort(links, link);
  const isSame = id === vlan.id && protocol === vlan.protocol;
  if (!isSame) refuseDuplicate(links, parent, id, protocol);
  const text = (number: number, tag: number): string => `${vlanProtocolName(tag)} ID ${number}`;
  const scope = scopeOf(links, link);
  return {
    edit,
    title: `VLAN ${link.name}: ${text(id, protocol)}`,
    link,
    changes: isSame ? [] : [{ what: `VLAN ${link.name}`, from: text(vlan.id, vlan.protocol), to: text(id, protocol) }],
    risks: [
      `${link.name} is deleted and created again; its connections are interrupted`,
      ...dependantRisks(links, link),
    ],
    scope,
    created: [],
    async apply(host) {
      const before = await takeSnapshot(host, scope);
      const parameters = new Map([
        [VLAN_ID, Uint8Array.of(id & 0xff, id >>> 8)],
        [VLAN_PROTOCOL, Uint8Array.of(protocol >>> 8, protocol & 0xff)],
      ]);
      const objects = before.objects.map((one) =>
        one.kind === 'link' && linkName(one) === link.name ? withParameters(one, parameters) : one,
      );
      const { errors } = await restoreSnapshot(host, { ...before, objects }, { created: [], isComplete: true });
      if (errors.length > 0) throw refuse(`cannot change the VLAN ${link.name}: ${errors.join('; ')}`);
    },
    verify: (host) => verifyVlan(host, link.name, id, protocol),
  };
}

function planDelete(links: readonly Link[], edit: VlanDeleteEdit): Plan {
  const link = findVlan(links, edit.name);
  refusePort(links, link);
  return {
    edit,
    title: `delete the VLAN ${link.name}`,
    link,
    changes: [{ what: `VLAN ${link.name}`, from: 'present', to: 'absent' }],
    risks: [`the addresses and routes of ${link.name} are deleted`, ...dependantRisks(links, link)],
    scope: scopeOf(links, link),
    created: [],
    apply: (host) => host.netlink.execute(deleteLink(link.index), { wanted: `delete the VLAN ${link.name}` }),
    async verify(host) {
      const found = (await readLinks(host.netlink)).some(({ name }) => name === link.name);
      return found ? [`the VLAN ${link.name} is still present`] : [];
    },
  };
}

function findVlan(links: readonly Link[], name: string): Link {
  const link = findLink(links, name);
  if (link.kind === 'vlan') return link;
  const vlans = links.filter(({ kind }) => kind === 'vlan').map((one) => one.name);
  throw refuse(`${name} is not a VLAN; VLANs of this host: ${vlans.length === 0 ? 'none' : vlans.join(', ')}`);
}

function checkId(id: number): void {
  if (Number.isInteger(id) && id >= FIRST_ID && id <= LAST_ID) return;
  throw refuse(`a VLAN ID must be ${FIRST_ID} to ${LAST_ID}, not ${id} (0 and 4095 are reserved)`);
}

/** The rules of the kernel (dev_valid_name), and no control characters. */
function checkName(links: readonly Link[], name: string): void {
  const length = new TextEncoder().encode(name).length;
  if (length > MAX_NAME_BYTES) {
    throw refuse(
      `the name ${name} is ${length} bytes long; interface names have at most ${MAX_NAME_BYTES}: choose one with --name`,
    );
  }
  if (length === 0 || name === '.' || name === '..' || /[/:\s\p{Cc}]/u.test(name)) {
    throw refuse(`${JSON.stringify(name)} is not a valid interface name`);
  }
  if (links.some((link) => link.name === name)) throw refuse(`there is already an interface ${name}`);
}

function refuseDuplicate(links: readonly Link[], parent: Link, id: number, protocol: number): void {
  const found = links.find(
    (one) => one.parentIndex === parent.index && one.vlan?.id === id && one.vlan.protocol === protocol,
  );
  if (found !== undefined) throw refuse(`${parent.name} already has a VLAN with ID ${id}: ${found.name}`);
}

function dependantRisks(links: readonly Link[], link: Link): string[] {
  const names = dependantsOf(links, link).map(({ name }) => name);
  return names.length === 0 ? [] : [`interfaces on top of it are affected, too: ${names.join(', ')}`];
}

async function verifyVlan(host: ConfigureHost, name: string, id: number, protocol: number): Promise<readonly string[]> {
  const vlan = (await readLinks(host.netlink)).find((link) => link.name === name)?.vlan;
  if (vlan === undefined) return [`the VLAN ${name} is missing`];
  return vlan.id === id && vlan.protocol === protocol ? [] : [`the VLAN ${name} has ID ${vlan.id} instead of ${id}`];
}

/** A kernel without the kind of interface says so in words that do not name VLANs. */
async function explained(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.errno !== Errno.EOPNOTSUPP) throw error;
    throw refuse(
      `VLANs are not available: this kernel lacks 8021q, or the interface cannot carry VLANs (${error.explanation})`,
      error,
    );
  }
}
