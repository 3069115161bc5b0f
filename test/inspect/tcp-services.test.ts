/** Joins sockets with processes, units and packages, all of them made. @module */
import { describe, expect, test } from 'vitest';
import type { HostProcess } from '../../src/inspect/process.ts';
import { joinServices } from '../../src/inspect/tcp-services.ts';
import { UnitFiles } from '../../src/inspect/unit-files.ts';
import { inetSocket, makeProcess } from '../support/host-data.ts';

const SSHD = { name: 'openssh-server', version: '1:9.2', summary: 'secure shell server', priority: 'optional' };
const SHELL = { name: 'dash', version: '0.5', summary: '', priority: 'required' };

class KnownUnits extends UnitFiles {
  override description(unit: string): string | undefined {
    return unit === 'ssh.service' ? 'OpenBSD Secure Shell server' : undefined;
  }

  override socketUnit({ port }: { readonly port: number }): string | undefined {
    return port === 22 ? 'ssh.socket' : undefined;
  }
}

function join(...processes: readonly (Partial<HostProcess> & { readonly port?: number })[]) {
  const described = processes.map((values, index) => makeProcess({ pid: 10 + index, ...values }));
  const sockets = processes.map(({ port = 80 }, index) =>
    inetSocket({ state: 'listen', localPort: port, inode: 100 + index }),
  );
  const { services } = joinServices(
    {
      sockets: [...sockets, inetSocket({ state: 'listen', localPort: 1, inode: 99 })],
      isConsistent: true,
      fromProc: [],
    },
    {
      owners: {
        byInode: new Map(described.map(({ pid }, index) => [100 + index, [{ pid, descriptors: [3] }]])),
        hiddenProcesses: 0,
      },
      describe: (pid) => described.find((process) => process.pid === pid),
      units: new KnownUnits(),
      packagesOf: (paths) =>
        new Map(
          [...paths].flatMap((path) =>
            path === '/usr/sbin/sshd' ? [[path, SSHD]] : path === '/bin/sh' ? [[path, SHELL]] : [],
          ),
        ),
    },
  );
  return services;
}

const program = (path: string) => ({ path, state: 'present' }) as const;

describe('the description', () => {
  test.each([
    [{ unit: 'ssh.service', executable: program('/usr/sbin/sshd') }, 'OpenBSD Secure Shell server', 'unit'],
    [{ unit: 'other.service', executable: program('/usr/sbin/sshd') }, 'secure shell server', 'package'],
    [{ command: 'sshd' }, 'The SSH daemon', 'tapline'],
    [{ command: 'sshd', executable: program('/bin/sh') }, 'The SSH daemon', 'tapline'],
    [
      { command: 'nginx', container: 'docker:1', executable: program('/usr/sbin/sshd') },
      'Web server and reverse proxy',
      'tapline',
    ],
  ])('%j', (values, text, source) => {
    expect(join(values)[0]?.description).toEqual({ text, source });
  });

  test('is unknown for other programs, also those with names of object members', () => {
    for (const command of ['own', 'constructor', '__proto__'])
      expect(join({ command })[0]?.description).toBeUndefined();
  });
});

test('a socket that systemd holds has the unit of the socket', () => {
  const [activated, other] = join(
    { pid: 1, command: 'systemd', unit: 'init.scope', port: 22 },
    { pid: 2, command: 'x', unit: 'x.service' },
  );
  expect([activated?.unit, other?.unit]).toEqual(['ssh.socket', 'x.service']);
});

test('system processes are known daemons, and programs of packages that every system has', () => {
  const services = join(
    { command: 'sshd' },
    { executable: program('/bin/sh') },
    { executable: program('/usr/sbin/sshd') },
  );
  expect(services.map(({ isSystem }) => isSystem)).toEqual([true, true, false, false]);
});

test('a socket without a process is last, and a process that ended is none', () => {
  const services = join({ pid: 7 });
  expect(services.map(({ process }) => process?.pid)).toEqual([7, undefined]);
  expect(services[1]).toMatchObject({ descriptors: [], unit: undefined, package: undefined, description: undefined });
});
