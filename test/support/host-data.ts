/** Sockets and processes with default values, for tests of reports. @module */
import type { HostProcess } from '../../src/inspect/process.ts';
import type { HostSocket } from '../../src/inspect/sockets.ts';

export function inetSocket(values: Partial<HostSocket>): HostSocket {
  return {
    protocol: 'tcp',
    family: 4,
    state: 'established',
    localAddress: '0.0.0.0',
    remoteAddress: values.family === 6 ? '::' : '0.0.0.0',
    localPort: 0,
    remotePort: 0,
    isDualStack: false,
    interfaceIndex: 0,
    receiveQueue: 0,
    sendQueue: 0,
    uid: 0,
    inode: 1,
    cookie: undefined,
    timer: undefined,
    expires: 0,
    retransmits: 0,
    drops: 0,
    congestion: undefined,
    info: undefined,
    ...values,
  };
}

export function makeProcess(values: Partial<HostProcess>): HostProcess {
  return {
    pid: 1,
    command: 'init',
    uid: 0,
    user: 'root',
    executable: undefined,
    unit: undefined,
    container: undefined,
    ...values,
  };
}
