/** The host that a command looks at: this one, or the network namespace that `--netns` names. @module */
import { connectNetlink, type NetlinkConnection } from '../../netlink/index.ts';
import { inNamespace, type NetworkNamespace } from '../../sys/namespace.ts';
import { withNamespace } from './namespace-option.ts';

/** A host to look at. */
export interface Host {
  /** Undefined: the namespace of this process. */
  readonly namespace: NetworkNamespace | undefined;
  readonly netlink: NetlinkConnection;
  /** Runs synchronous work in the namespace: opens a socket, or reads a file below /proc/thread-self. */
  run<T>(work: () => T): T;
}

/** Connects to the host, runs `work`, and closes the connection. @throws StackError `NO_NAMESPACE`, `PRIVILEGE` */
export function withHost<T>(netns: string | undefined, work: (host: Host) => Promise<T>): Promise<T> {
  return withNamespace(netns, async (namespace: NetworkNamespace | undefined) => {
    const run = <Result>(task: () => Result): Result =>
      namespace === undefined ? task() : inNamespace(namespace, task);
    await using netlink = run(connectNetlink);
    return await work({ namespace, netlink, run });
  });
}
