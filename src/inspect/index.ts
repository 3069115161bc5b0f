/** The state of the host: interfaces, routes, neighbours, sockets, and the services behind sockets. @module */
export { type NetworkNamespace, openNetworkNamespace } from '../sys/namespace.ts';
export { type FlushResult, flushCaches } from './flush.ts';
export { type HostDrops, readHostDrops } from './host-drops.ts';
export type { NetworkInterface } from './interface.ts';
export { type InterfaceCounters, listInterfaceCounters, readInterfaceCounters } from './interface-counters.ts';
export { findInterfaceIndex, listInterfaces, noInterface } from './interfaces.ts';
export { type ListenQueue, listListenQueues } from './listen-queues.ts';
export type { NeighbourEntry } from './neighbour-entry.ts';
export type { NeighbourFinding } from './neighbour-findings.ts';
export { type NeighbourCache, readNeighbours, subscribeToNeighbours, watchNeighbours } from './neighbours.ts';
export { type NumberedInterface, numberInterfaces } from './number-interfaces.ts';
export type { HostProcess } from './process.ts';
export { findRoute, type RouteLookupResult } from './route-lookup.ts';
export { tableNumber } from './route-names.ts';
export { isOfMainTables, listRoutes, type RouteEntry } from './routes.ts';
export { listRules, type RuleEntry } from './rules.ts';
export {
  compareServices,
  parseBaseline,
  type ServiceChanges,
  type ServiceIdentity,
  serviceIdentity,
} from './service-baseline.ts';
export { readServiceNames } from './services-file.ts';
export { compareSockets, type SocketChange, type SocketChanges } from './socket-changes.ts';
export { matchesSocket, type Network, type SocketFilter } from './socket-filter.ts';
export { findSocketHolders, type SocketHolder } from './socket-holders.ts';
export { type HostSocket, listSockets, type SocketTable } from './sockets.ts';
export { listTcpServices, type TcpService, type TcpServices } from './tcp-services.ts';
export { type InterfaceTraffic, type TrafficCounts, totalTraffic, trafficBetween } from './traffic.ts';
