/** The state of the host: interfaces, their counters, neighbours. @module */
export type { NetworkInterface } from './interface.ts';
export { type InterfaceCounters, listInterfaceCounters } from './interface-counters.ts';
export { listInterfaces } from './interfaces.ts';
export { listNeighbours, type NeighbourEntry } from './neighbours.ts';
