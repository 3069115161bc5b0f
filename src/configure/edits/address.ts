/** Addresses of an interface. @module */
import { formatAddress, parseAddress } from '../../base/address.ts';
import { isEqualBytes } from '../../base/bytes.ts';
import {
  addAddress,
  decodeAddress,
  deleteAddress,
  dumpAddresses,
  type InterfaceAddress,
  type Link,
} from '../../netlink/index.ts';
import type { AddressEdit, Plan } from '../edit.ts';
import type { ConfigureHost } from '../host.ts';
import { findLink } from '../scope.ts';
import { refuse, scopeOf } from './plan-parts.ts';

export interface AddressPrefix {
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** @throws StackError `EDIT` for text that is not ADDRESS/LENGTH, or an address that no interface can have */
function parsePrefix(text: string): AddressPrefix {
  const [addressText = '', lengthText = '', ...rest] = text.split('/');
  const address = parseAddress(addressText);
  const prefixLength = /^\d{1,3}$/.test(lengthText) ? Number(lengthText) : -1;
  if (address === undefined || rest.length > 0 || prefixLength < 0 || prefixLength > address.length * 8) {
    throw refuse(`${JSON.stringify(text)} is not ADDRESS/LENGTH, such as 10.1.1.1/24 or fd00:1::1/64`);
  }
  refuseSpecial(address);
  return { address, prefixLength };
}

/** @throws StackError `EDIT` for multicast and unspecified addresses */
export function refuseSpecial(address: Uint8Array): void {
  const [first = 0] = address;
  const isMulticast = address.length === 4 ? first >= 224 : first === 0xff;
  if (isMulticast || address.every((octet) => octet === 0)) {
    throw refuse(`${formatAddress(address)} cannot be the address of an interface`);
  }
}

export async function readAddresses(host: ConfigureHost): Promise<readonly InterfaceAddress[]> {
  const { messages } = await host.netlink.dump(dumpAddresses(), { wanted: 'list addresses' });
  return messages.flatMap((message) => decodeAddress(message) ?? []);
}

/** `10.1.1.1/24` */
export function prefixText({ address, prefixLength }: AddressPrefix): string {
  return `${formatAddress(address)}/${prefixLength}`;
}

export function isSamePrefix(one: AddressPrefix, other: AddressPrefix): boolean {
  return one.prefixLength === other.prefixLength && isEqualBytes(one.address, other.address);
}

/** @throws StackError `EDIT`, `NO_INTERFACE` */
export async function planAddress(host: ConfigureHost, links: readonly Link[], edit: AddressEdit): Promise<Plan> {
  const link = findLink(links, edit.interface);
  const prefix = parsePrefix(edit.address);
  const here = (await readAddresses(host)).filter(({ interfaceIndex }) => interfaceIndex === link.index);
  const exists = here.some((one) => isSamePrefix(one, prefix));
  const adds = edit.action === 'add';
  const text = prefixText(prefix);
  if (!adds && !exists) {
    const known = here.length === 0 ? 'no addresses' : here.map(prefixText).join(', ');
    throw refuse(`${link.name} has no address ${text}; it has ${known}`);
  }
  const message = { interfaceIndex: link.index, ...prefix };
  return {
    edit,
    title: `${adds ? 'add' : 'delete'} ${text} ${adds ? 'to' : 'from'} ${link.name}`,
    link,
    changes:
      adds && exists
        ? []
        : [
            {
              what: `address ${text} of ${link.name}`,
              from: exists ? 'present' : 'absent',
              to: adds ? 'present' : 'absent',
            },
          ],
    risks: adds ? [] : deletionRisks(prefix, here, link.name),
    scope: scopeOf(links, link),
    created: [],
    apply: (target) =>
      target.netlink.execute(adds ? addAddress(message) : deleteAddress(message), {
        wanted: `${adds ? 'add' : 'delete'} the address ${text} ${adds ? 'to' : 'from'} ${link.name}`,
      }),
    async verify(target) {
      const now = await readAddresses(target);
      const found = now.some((one) => one.interfaceIndex === link.index && isSamePrefix(one, prefix));
      return found === adds ? [] : [`the address ${text} is ${found ? 'still present' : 'missing'}`];
    },
  };
}

function deletionRisks(prefix: AddressPrefix, here: readonly InterfaceAddress[], name: string): string[] {
  const risks = [`connections of ${formatAddress(prefix.address)} break, and routes that depend on it are deleted`];
  const others = here.filter((one) => !isSamePrefix(one, prefix) && isInSubnet(one, prefix));
  if (prefix.address.length === 4 && others.length > 0) {
    risks.push(
      `if it is the primary address of its subnet, ${others.map(prefixText).join(', ')} go with it, ` +
        `unless net.ipv4.conf.${name}.promote_secondaries is 1`,
    );
  }
  return risks;
}

function isInSubnet(one: AddressPrefix, subnet: AddressPrefix): boolean {
  if (one.prefixLength !== subnet.prefixLength || one.address.length !== subnet.address.length) return false;
  return one.address.every((octet, at) => {
    const mask = (0xff << Math.min(8, Math.max(0, (at + 1) * 8 - subnet.prefixLength))) & 0xff;
    return (octet & mask) === ((subnet.address[at] ?? 0) & mask);
  });
}
