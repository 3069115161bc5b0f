/** Netlink: a connection with three operations, and rtnetlink messages as plain data. @module */
export {
  AddressFlag,
  addAddress,
  decodeAddress,
  deleteAddress,
  dumpAddresses,
  type InterfaceAddress,
} from './address.ts';
export { connectNetlink, type NetlinkConnection } from './connection.ts';
export { NetlinkError } from './error.ts';
export {
  type Duplex,
  decodeLinkModes,
  getLinkModes,
  type LinkModes,
  type LinkModesChange,
  setLinkModes,
} from './ethtool.ts';
export { type GenericFamily, resolveGenericFamily } from './generic.ts';
export {
  changeLink,
  createObject,
  createWithoutDetection,
  deleteObject,
  dumpObjects,
  interfacesOf,
  isAutomatic,
  type KernelObject,
  type Lifetime,
  needsNewLink,
  nextHopIds,
  OBJECT_KINDS,
  objectMessage,
  ruleInterfaces,
  withParameters,
} from './kernel-object.ts';
export type { ObjectKind } from './kernel-shape.ts';
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
export {
  ARP_FAMILY,
  decodeRuleCounter,
  deleteTable,
  dumpRules,
  executeBatch,
  newBaseChain,
  newDropRule,
  newTable,
} from './nf-tables.ts';
export { decodeQdisc, dumpQdiscs, type Qdisc, QdiscParent } from './qdisc.ts';
export { addRoute, decodeRoute, dumpRoutes, lookUpRoute, type NextHop, type Route, RouteType } from './route.ts';
export { NetlinkProtocol, type NetlinkSocket, openNetlinkSocket } from './socket.ts';
