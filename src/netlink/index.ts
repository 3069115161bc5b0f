/** Netlink: a connection with three operations, and rtnetlink messages as plain data. @module */
export { AddressFlag, addAddress, decodeAddress, dumpAddresses, type InterfaceAddress } from './address.ts';
export { connectNetlink, type NetlinkConnection } from './connection.ts';
export { NetlinkError } from './error.ts';
export {
  createPlainLink,
  createVeth,
  createVlan,
  decodeLink,
  deleteLink,
  dumpLinks,
  getLink,
  type Link,
  LinkFlag,
  type OperationalState,
  setLink,
} from './link.ts';
export type { LinkStatistics } from './link-statistics.ts';
export {
  addNeighbour,
  decodeNeighbour,
  deleteNeighbour,
  dumpNeighbours,
  type Neighbour,
  NeighbourFlag,
  NeighbourState,
} from './neighbour.ts';
export { decodeQdisc, dumpQdiscs, type Qdisc, QdiscParent } from './qdisc.ts';
export { addRoute, decodeRoute, dumpRoutes, type NextHop, type Route, RouteType } from './route.ts';
