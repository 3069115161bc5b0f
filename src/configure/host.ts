/** The parts of the kernel that a change of the host's links reads and writes, in one network namespace. @module */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import {
  connectNetlink,
  type NetlinkConnection,
  NetlinkProtocol,
  type NetlinkSocket,
  openNetlinkSocket,
} from '../netlink/index.ts';

/** Settings below /proc/sys/net, by paths such as `ipv4/conf/eth0/arp_ignore`. */
export interface KernelSettings {
  /** Returns the names in a directory; empty if there is none. */
  list(directory: string): readonly string[];
  /** Undefined if the setting does not exist or cannot be read. */
  read(path: string): string | undefined;
  /** @throws Error of node:fs */
  write(path: string, value: string): void;
}

export interface ConfigureHost extends AsyncDisposable {
  readonly netlink: NetlinkConnection;
  /** Opened at the first call. */
  generic(): NetlinkConnection;
  /** Opens a socket of nf_tables, which the caller closes. */
  openNetfilter(): NetlinkSocket;
  readonly settings: KernelSettings;
  /** Returns /proc/net/dev_mcast: the multicast addresses that interfaces receive. */
  multicastGroups(): string;
  /**
   * Reads a file that the managers of links write or read; undefined if there is none. Managers work in the first network
   * namespace of the machine: in others, there are no such files.
   */
  readFile(path: string): string | undefined;
  /** Lists such files. */
  listFiles(directory: string): readonly string[];
  /** Folder that these paths are below: `''`, except in tests. */
  readonly root: string;
  /** Whether this process has CAP_NET_ADMIN. */
  canEdit(): boolean;
}

const SETTINGS = '/proc/sys/net';

/**
 * Opens the host. The paths below /proc follow the namespace of the calling thread.
 * @param run runs synchronous work in the network namespace concerned; by default, the caller's own
 */
export function openConfigureHost(run: <T>(work: () => T) => T = (work) => work()): ConfigureHost {
  let generic: NetlinkConnection | undefined;
  const netlink = run(() => connectNetlink());
  return {
    netlink,
    generic() {
      generic ??= run(() => connectNetlink(openNetlinkSocket(NetlinkProtocol.generic)));
      return generic;
    },
    openNetfilter: () => run(() => openNetlinkSocket(NetlinkProtocol.netfilter)),
    settings: {
      list: (directory) => run(() => attempt(() => readdirSync(`${SETTINGS}/${directory}`)) ?? []),
      read: (path) => run(() => attempt(() => readFileSync(`${SETTINGS}/${path}`, 'latin1').trimEnd())),
      write: (path, value) => run(() => writeFileSync(`${SETTINGS}/${path}`, value)),
    },
    multicastGroups: () => run(() => attempt(() => readFileSync('/proc/thread-self/net/dev_mcast', 'latin1')) ?? ''),
    readFile: (path) => run(() => (isFirstNamespace() ? attempt(() => readFileSync(path, 'utf8')) : undefined)),
    listFiles: (path) => run(() => (isFirstNamespace() ? (attempt(() => readdirSync(path)) ?? []) : [])),
    root: '',
    canEdit: () => hasCapability(NET_ADMIN),
    async [Symbol.asyncDispose]() {
      netlink.close();
      generic?.close();
    },
  };
}

/** CAP_NET_ADMIN of linux/capability.h. */
const NET_ADMIN = 12n;

function hasCapability(bit: bigint): boolean {
  const status = attempt(() => readFileSync('/proc/thread-self/status', 'latin1')) ?? '';
  const digits = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${digits}`) & (1n << bit)) !== 0n;
}

/** Whether the calling thread is in the network namespace of process 1; assumed if that cannot be read. */
function isFirstNamespace(): boolean {
  const first = attempt(() => readlinkSync('/proc/1/ns/net'));
  return first === undefined || first === readlinkSync('/proc/thread-self/ns/net');
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
