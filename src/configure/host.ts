/** The parts of the kernel that a change of the host's links reads and writes, in one network namespace. @module */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  /** Reads a file of the host that describes its links: state of their managers. Undefined if there is none. */
  readFile(path: string): string | undefined;
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
    readFile: (path) => run(() => attempt(() => readFileSync(path, 'utf8'))),
    async [Symbol.asyncDispose]() {
      netlink.close();
      generic?.close();
    },
  };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
