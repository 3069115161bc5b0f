/** What the machine looks like: its interfaces. @module */
export type { AddressOfInterface, NetworkInterface } from './interface.ts';
export { type ListOptions, listInterfaces } from './interfaces.ts';
