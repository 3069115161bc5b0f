/** Netlink: connections, and the messages of rtnetlink and socket diagnosis as plain data. @module */
export {
  AddressFlag,
  addAddress,
  decodeAddress,
  deleteAddress,
  dumpAddresses,
  type InterfaceAddress,
} from './address.ts';
export { connectNetlink, type EntryVisitor, type NetlinkConnection } from './connection.ts';
export { NetlinkError } from './error.ts';
export {
  type Duplex,
  decodeLinkModes,
  getLinkModes,
  type LinkModes,
  type LinkModesChange,
  setLinkModes,
} from './ethtool.ts';
export { netlinkEvents } from './events.ts';
export { FakeNetlinkSocket } from './fake-socket.ts';
export { type GenericFamily, genericRequest, resolveGenericFamily } from './generic.ts';
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
export { MessageFlag, type NetlinkMessage } from './message.ts';
export {
  addNeighbour,
  decodeNeighbour,
  deleteNeighbour,
  dumpNeighbours,
  type Neighbour,
  NeighbourFlag,
  NeighbourMessageType,
  NeighbourState,
  readNeighbour,
} from './neighbour.ts';
export {
  ARP_FAMILY,
  decodeRuleCounter,
  deleteTable,
  dumpTableRules,
  executeBatch,
  newBaseChain,
  newDropRule,
  newTable,
} from './nf-tables.ts';
export { decodeQdisc, dumpQdiscs, type Qdisc, QdiscParent } from './qdisc.ts';
export { decodeRoute, type NextHop, type Route, readRoute } from './route.ts';
export { NextHopFlag, RouteTable, RouteType } from './route-layout.ts';
export { addRoute, dumpRouteExceptions, dumpRoutes, lookUpRoute } from './route-request.ts';
export { decodeRule, dumpRules, type RoutingRule, RuleAction } from './rule.ts';
export {
  addressText,
  dumpSockets,
  type InetSocket,
  SOCKET_MESSAGE_TYPE,
  SocketDecoder,
  type SocketDetails,
  type SocketProtocolName,
  type SocketStateName,
  stateMask,
  stateName,
  timerName,
} from './sock-diag.ts';
export {
  type NetlinkGroupSocket,
  NetlinkProtocol,
  type NetlinkSocket,
  openNetlinkGroups,
  openNetlinkSocket,
} from './socket.ts';
