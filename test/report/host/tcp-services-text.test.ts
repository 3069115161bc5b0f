/** The screens of `tapline tcpservices`: the rows of the reference appliance, byte for byte, from fixed data. @module */
import { describe, expect, test } from 'vitest';
import { compareServices, parseBaseline, serviceIdentity } from '../../../src/inspect/service-baseline.ts';
import { joinServices, type TcpService } from '../../../src/inspect/tcp-services.ts';
import { UnitFiles } from '../../../src/inspect/unit-files.ts';
import {
  formatServiceChanges,
  formatTcpServices,
  formatTcpServicesWide,
} from '../../../src/report/host/tcp-services-text.ts';
import { inetSocket, makeProcess } from '../../support/host-data.ts';

/** Command, user, address and port, in the order of the reference. */
const REFERENCE = [
  ['postgres', 'pgsql', '127.0.0.1', 5432],
  ['interface', 'root', '127.0.0.1', 53],
  ['ftpd.main', 'root', '10.0.202.7', 21],
  ['gui', 'root', '10.0.202.7', 80],
  ['gui', 'root', '10.0.202.7', 443],
  ['ginetd', 'root', '10.0.202.7', 22],
  ['java', 'root', '::127.0.0.1', 18081],
  ['hermes', 'root', '10.0.202.7', 25],
  ['hermes', 'root', '10.0.202.7', 7025],
  ['api_server', 'root', '10.0.202.7', 6080],
  ['api_server', 'root', '127.0.0.1', 60001],
  ['api_server', 'root', '10.0.202.7', 6443],
  ['nginx', 'root', '0.0.0.0', 4431],
  ['nginx', 'nobody', '0.0.0.0', 4431],
  ['nginx', 'nobody', '0.0.0.0', 4431],
  ['java', 'root', '127.0.0.1', 9999],
] as const;

/** The rows of the reference. Its header has lost its alignment with them. */
const TABLE = `\
COMMAND      USER     TYPE NODE  NAME
postgres     pgsql    IPv4 TCP   127.0.0.1:5432
interface    root     IPv4 TCP   127.0.0.1:53
ftpd.main    root     IPv4 TCP   10.0.202.7:21
gui          root     IPv4 TCP   10.0.202.7:80
gui          root     IPv4 TCP   10.0.202.7:443
ginetd       root     IPv4 TCP   10.0.202.7:22
java         root     IPv6 TCP   [::127.0.0.1]:18081
hermes       root     IPv4 TCP   10.0.202.7:25
hermes       root     IPv4 TCP   10.0.202.7:7025
api_serve    root     IPv4 TCP   10.0.202.7:6080
api_serve    root     IPv4 TCP   127.0.0.1:60001
api_serve    root     IPv4 TCP   10.0.202.7:6443
nginx        root     IPv4 TCP   *:4431
nginx        nobody   IPv4 TCP   *:4431
nginx        nobody   IPv4 TCP   *:4431
java         root     IPv4 TCP   127.0.0.1:9999
`;

/** A host on which each service is a process of its own; the sockets on port 4431 are one socket of three. */
function referenceHost() {
  const processes = REFERENCE.map(([command, user], index) => makeProcess({ pid: 100 + index, command, user }));
  const sockets = REFERENCE.map(([, , localAddress, localPort], index) =>
    inetSocket({
      state: 'listen',
      family: localAddress.includes(':') ? 6 : 4,
      localAddress,
      localPort,
      inode: localPort === 4431 ? 4431 : 7000 + index,
    }),
  ).filter(({ inode }, index, all) => all.findIndex((one) => one.inode === inode) === index);
  const byInode = new Map<number, { pid: number; descriptors: number[] }[]>();
  for (const [index, [, , , port]] of REFERENCE.entries()) {
    const inode = port === 4431 ? 4431 : 7000 + index;
    byInode.set(inode, [...(byInode.get(inode) ?? []), { pid: 100 + index, descriptors: [6] }]);
  }
  return joinServices(
    { sockets, isConsistent: true, fromProc: [] },
    {
      owners: { byInode, hiddenProcesses: 0 },
      describe: (pid) => processes.find((process) => process.pid === pid),
      units: new UnitFiles('/nonexistent'),
      packagesOf: () => new Map(),
    },
  ).services;
}

describe('the screen of the appliance', () => {
  const screen = formatTcpServices(referenceHost());

  test('the table: one row for each process that holds the socket', () => {
    expect(screen.slice(screen.indexOf('COMMAND'))).toBe(TABLE);
  });

  test('the descriptions of its programs', () => {
    expect(screen.slice(0, screen.indexOf('\nCOMMAND'))).toBe(`\
System Processes (Note: All processes may not always be present)
interface - The interface controller for inter-process communication
ftpd.main - The FTP daemon
ginetd    - The INET daemon

Feature Processes
postgres   - SQL database
gui        - GUI process
java       - Java program
hermes     - MGA mail server
api_server - (no description)
nginx      - Web server and reverse proxy
`);
  });
});

describe('the wide table', () => {
  test('queue, drops, unit, package, executable and the source of the description', () => {
    const socket = inetSocket({
      state: 'listen',
      localAddress: '::',
      family: 6,
      localPort: 22,
      sendQueue: 128,
      drops: 3,
    });
    const service: TcpService = {
      socket: { ...socket, receiveQueue: 2 },
      process: makeProcess({ pid: 7, command: 'sshd', executable: { path: '/usr/sbin/sshd', state: 'replaced' } }),
      descriptors: [3],
      unit: 'ssh.service',
      package: { name: 'openssh-server', version: '1:9.2', summary: 'server', priority: 'optional' },
      description: { text: 'OpenBSD Secure Shell server', source: 'unit' },
      isSystem: true,
    };
    const nobody: TcpService = {
      socket: { ...socket, drops: undefined },
      process: undefined,
      descriptors: [],
      unit: undefined,
      package: undefined,
      description: undefined,
      isSystem: false,
    };
    expect(formatTcpServicesWide([service, nobody])).toBe(`\
COMMAND  PID  USER  TYPE  NAME  QUEUE  DROPS  UNIT         PACKAGE               EXECUTABLE                 DESCRIPTION
sshd       7  root  IPv6  *:22  2/128      3  ssh.service  openssh-server 1:9.2  /usr/sbin/sshd (replaced)  OpenBSD Secure Shell server (unit)
-          -  -     IPv6  *:22  0/128      -  -            -                     -                          -
`);
  });

  test('hostile names are visible', () => {
    const [service] = referenceHost();
    const hostile = { ...service, process: makeProcess({ command: '\u001b[2J', user: '\u0007' }) } as TcpService;
    for (const text of [formatTcpServices([hostile]), formatTcpServicesWide([hostile])]) {
      expect(text).toContain('^[[2J');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
  });
});

describe('a baseline', () => {
  const services = referenceHost();
  const saved = JSON.stringify({ services });

  test('that was saved as JSON is the same list', () => {
    const now = services.map(serviceIdentity);
    expect(parseBaseline(saved, 'file')).toEqual(now);
    expect(compareServices(parseBaseline(saved, 'file'), now)).toEqual({ appeared: [], vanished: [] });
  });

  test('what appeared and vanished; the number of workers does not matter', () => {
    const before = services.filter((_, index) => index !== 14).map(serviceIdentity);
    const now = before
      .filter(({ command }) => command !== 'ftpd.main')
      .map((one) => (one.localPort === 22 ? { ...one, executable: '/tmp/x' } : one));
    expect(formatServiceChanges(compareServices(services.map(serviceIdentity), now))).toBe(`\
+ ginetd       root     IPv4 TCP   10.0.202.7:22
- ftpd.main    root     IPv4 TCP   10.0.202.7:21
- ginetd       root     IPv4 TCP   10.0.202.7:22
1 appeared, 2 vanished
`);
  });

  test.each([
    ['not JSON', '{'],
    ['another document', '{}'],
    ['null', 'null'],
    ['a service without a socket', '{"services":[{}]}'],
    ['an address that is a number', '{"services":[{"socket":{"family":4,"localAddress":1,"localPort":2}}]}'],
  ])('%s is refused', (_, text) => {
    expect(() => parseBaseline(text, 'b.json')).toThrow('b.json is not a list of services; write one with');
  });
});
