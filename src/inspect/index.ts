/** What the machine looks like: its interfaces. @module */
export type { NetworkInterface } from './interface.ts';
export { listInterfaces } from './interfaces.ts';
