/** The state of the host: its interfaces, sockets, and the services behind them. @module */
export type { NetworkInterface } from './interface.ts';
export { listInterfaces } from './interfaces.ts';
export type { HostProcess } from './process.ts';
export { listTcpServices, type TcpService, type TcpServices } from './tcp-services.ts';
