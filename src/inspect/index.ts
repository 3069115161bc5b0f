/** The state of the host: interfaces, their counters, routes, neighbours. @module */
export type { NetworkInterface } from './interface.ts';
export {
  type CounterReading,
  type InterfaceCounters,
  listInterfaceCounters,
  readInterfaceCounters,
} from './interface-counters.ts';
export { findInterfaceIndex, listInterfaces } from './interfaces.ts';
export { listNeighbours, type NeighbourEntry } from './neighbours.ts';
export { findRoute, type RouteLookupResult } from './route-lookup.ts';
export { tableNumber } from './route-names.ts';
export { isOfMainTables, listRoutes, type RouteEntry } from './routes.ts';
export { listRules, type RuleEntry } from './rules.ts';
export { type InterfaceTraffic, type TrafficCounts, totalTraffic, trafficBetween } from './traffic.ts';
