/** The TCP services of a host: listening sockets with the processes, units and packages behind them. @module */
import type { InetSocket } from '../netlink/index.ts';
import { knownProgram } from './known-programs.ts';
import { packagesOf, type SoftwarePackage } from './package-database.ts';
import { type HostProcess, ProcessTable } from './process.ts';
import { findSocketOwners, type SocketOwner, type SocketOwners } from './socket-owners.ts';
import { listSockets, type SocketQuery, type SocketTable } from './sockets.ts';
import { UnitFiles } from './unit-files.ts';

/** A listening socket with one process that holds it; a socket of several processes occurs several times. */
export interface TcpService {
  readonly socket: InetSocket;
  /** Undefined: no process holds the socket, or it may not be seen. */
  readonly process: HostProcess | undefined;
  /** Descriptors of the socket in the process. */
  readonly descriptors: readonly number[];
  /** The unit of the process; for a socket that systemd itself holds, the .socket unit. */
  readonly unit: string | undefined;
  /** The package of the executable. */
  readonly package: SoftwarePackage | undefined;
  readonly description: ServiceDescription | undefined;
  /** Part of the operating system, not a service that it hosts. */
  readonly isSystem: boolean;
}

interface ServiceDescription {
  readonly text: string;
  /** Unit file, package database, or the list in tapline. */
  readonly source: 'unit' | 'package' | 'tapline';
}

export interface TcpServices extends Omit<SocketTable, 'sockets'> {
  /** In the order of process ids and descriptors; sockets without a process last. */
  readonly services: readonly TcpService[];
  /** Processes whose descriptors may not be read. */
  readonly hiddenProcesses: number;
}

/** The parts of the host that a test replaces. */
interface Host {
  readonly owners: SocketOwners;
  readonly describe: (pid: number) => HostProcess | undefined;
  readonly units: UnitFiles;
  readonly packagesOf: (paths: Iterable<string>) => ReadonlyMap<string, SoftwarePackage>;
}

/**
 * Lists the listening TCP sockets of a namespace with their owners. Owners of other users need root.
 * @throws StackError as `listSockets` does
 */
export async function listTcpServices(
  query: Pick<SocketQuery, 'namespace' | 'netlink' | 'families'> = {},
): Promise<TcpServices> {
  const table = await listSockets({ ...query, protocols: ['tcp'], states: ['listen'], memory: true });
  const processes = new ProcessTable();
  return joinServices(table, {
    owners: findSocketOwners(),
    describe: (pid) => processes.describe(pid),
    units: new UnitFiles(),
    packagesOf,
  });
}

/** Joins sockets with their owners. */
export function joinServices({ sockets, isConsistent, fromProc }: SocketTable, host: Host): TcpServices {
  const { owners, describe } = host;
  const held = sockets.flatMap((socket) => holdersOf(socket, owners).map((owner) => ({ socket, owner })));
  held.sort((left, right) => orderOf(left.owner) - orderOf(right.owner) || descriptorOf(left) - descriptorOf(right));
  const pairs = held.map(({ socket, owner }) => ({ socket, owner, process: owner && describe(owner.pid) }));
  const packages = host.packagesOf(pairs.flatMap(({ process }) => hostPathOf(process) ?? []));
  const services = pairs.map(({ socket, owner, process }): TcpService => {
    const path = hostPathOf(process);
    const found = path === undefined ? undefined : packages.get(path);
    const unit = unitOf(socket, process, host.units);
    const command = process?.command ?? '';
    return {
      socket,
      process,
      descriptors: owner?.descriptors ?? [],
      unit,
      package: found,
      description: describeService(command, unit, found, host.units),
      isSystem: knownProgram(command)?.isSystem ?? SYSTEM_PRIORITIES.includes(found?.priority ?? ''),
    };
  });
  return { services, hiddenProcesses: owners.hiddenProcesses, isConsistent, fromProc };
}

/** Packages of these priorities belong to every Debian system (Debian Policy, 2.5). */
const SYSTEM_PRIORITIES: readonly string[] = ['required', 'important', 'standard'];

function holdersOf({ inode }: InetSocket, owners: SocketOwners): readonly (SocketOwner | undefined)[] {
  return (inode === 0 ? undefined : owners.byInode.get(inode)) ?? [undefined];
}

function orderOf(owner: SocketOwner | undefined): number {
  return owner?.pid ?? Number.MAX_SAFE_INTEGER;
}

function descriptorOf({ owner }: { readonly owner: SocketOwner | undefined }): number {
  return owner?.descriptors[0] ?? 0;
}

/** The executable as a path of this host; undefined in a container, which has packages of its own. */
function hostPathOf(process: HostProcess | undefined): string | undefined {
  return process === undefined || process.container !== undefined ? undefined : process.executable?.path;
}

function unitOf(socket: InetSocket, process: HostProcess | undefined, units: UnitFiles): string | undefined {
  if (process?.pid !== 1) return process?.unit;
  return units.socketUnit({ address: socket.localAddress, port: socket.localPort }) ?? process.unit;
}

function describeService(
  command: string,
  unit: string | undefined,
  found: SoftwarePackage | undefined,
  units: UnitFiles,
): ServiceDescription | undefined {
  const ofUnit = unit === undefined ? undefined : units.description(unit);
  if (ofUnit !== undefined) return { text: ofUnit, source: 'unit' };
  if (found !== undefined && found.summary !== '') return { text: found.summary, source: 'package' };
  const known = knownProgram(command)?.description;
  return known === undefined ? undefined : { text: known, source: 'tapline' };
}
