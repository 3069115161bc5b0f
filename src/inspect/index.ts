/** The state of the host: its interfaces. @module */
export type { NetworkInterface } from './interface.ts';
export { listInterfaces } from './interfaces.ts';
export { type NumberedInterface, numberInterfaces } from './number-interfaces.ts';
