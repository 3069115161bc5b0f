/** Names of kernel objects in messages: `address 10.1.1.1/24 on eth0`. @module */
import { formatAddress } from '../base/address.ts';
import {
  decodeAddress,
  decodeNeighbour,
  decodeQdisc,
  decodeRoute,
  interfacesOf,
  type KernelObject,
  objectMessage,
  ruleInterfaces,
} from '../netlink/index.ts';
import { linkName } from './snapshot.ts';

const MAIN_TABLE = 254;

/** @param names of interfaces by index; they are hostile text */
export function describeObject(object: KernelObject, names: ReadonlyMap<number, string>): string {
  const message = objectMessage(object);
  const places = interfacesOf(object).map((index) => names.get(index) ?? `interface ${index}`);
  const where = [...new Set(places)].join(', ');
  switch (object.kind) {
    case 'link':
      return `interface ${linkName(object)}`;
    case 'address': {
      const found = decodeAddress(message);
      return `address ${found === undefined ? '?' : `${formatAddress(found.address)}/${found.prefixLength}`} on ${where}`;
    }
    case 'route':
      return `route ${routeText(object)}${where === '' ? '' : ` on ${where}`}`;
    case 'nextHop':
      return `next hop on ${where}`;
    case 'rule':
      return `routing rule for ${ruleInterfaces(object).join(', ')}`;
    case 'neighbour': {
      const found = decodeNeighbour(message);
      return `neighbour ${found === undefined ? '?' : formatAddress(found.address)} on ${where}`;
    }
    case 'qdisc':
      return `queueing discipline ${decodeQdisc(message)?.kind ?? '?'} of ${where}`;
  }
}

function routeText(object: KernelObject): string {
  const route = decodeRoute(objectMessage(object));
  if (route === undefined) return '?';
  const { destination, prefixLength, nextHops, table, priority } = route;
  const to = destination === undefined ? 'default' : `${formatAddress(destination)}/${prefixLength}`;
  const gateways = nextHops.flatMap(({ gateway }) => (gateway === undefined ? [] : formatAddress(gateway)));
  const via = gateways.length === 0 ? '' : ` via ${gateways.join(', ')}`;
  const metric = priority === undefined ? '' : ` metric ${priority}`;
  return `${to}${via}${metric}${table === MAIN_TABLE ? '' : ` in table ${table}`}`;
}
