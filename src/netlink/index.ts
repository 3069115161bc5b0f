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
export { addNeighbour, decodeNeighbour, deleteNeighbour, dumpNeighbours, NeighbourState } from './neighbour.ts';
export { addRoute, decodeRoute, dumpRoutes, type NextHop, type Route, RouteType } from './route.ts';
