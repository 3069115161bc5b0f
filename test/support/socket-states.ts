/** Brings TCP sockets of a lab into every state: with nonblocking sockets, and a path that loses what one side sends. @module */
import type { LabHost } from '../../src/lab/index.ts';
import { bindSocket, makeSocket, socketAddress } from '../../src/lab/socket.ts';
import { addNeighbour } from '../../src/netlink/neighbour.ts';
import { SOCK_NONBLOCK, SOCK_STREAM } from '../../src/sys/constants.ts';
import { close, connect, listen } from '../../src/sys/libc.ts';
import { check } from '../../src/sys/syscall.ts';

/** Ends what was made, in reverse order. `DisposableStack` is missing from Node 20. */
export class CleanUp implements Disposable {
  readonly #jobs: (() => void)[] = [];

  use<T extends Disposable>(made: T): T {
    this.defer(() => made[Symbol.dispose]());
    return made;
  }

  defer(job: () => void): void {
    this.#jobs.push(job);
  }

  [Symbol.dispose](): void {
    for (const job of this.#jobs.splice(0).reverse()) job();
  }
}

/** A listener that never accepts. */
export function openListener(
  host: LabHost,
  address: string,
  port: number,
  backlog: number,
): Disposable & { fd: number } {
  const fd = makeSocket(host, address, SOCK_STREAM, 0, (descriptor) => {
    bindSocket(descriptor, host, address, port);
    check(listen(descriptor, backlog), 'listen', `listen in ${host.name}`);
  });
  return { fd, [Symbol.dispose]: () => close(fd) };
}

/** Begins to connect from a given address, and does not wait. */
export function beginConnect(
  host: LabHost,
  source: string,
  target: string,
  port: number,
): Disposable & { readonly fd: number } {
  const fd = makeSocket(host, target, SOCK_STREAM | SOCK_NONBLOCK, 0, (descriptor) => {
    bindSocket(descriptor, host, source, 0);
    const remote = socketAddress(target, port);
    connect(descriptor, remote, remote.length); // EINPROGRESS
  });
  return { fd, [Symbol.dispose]: () => close(fd) };
}

/** Makes `host` send all packets for `address` to a station that does not exist. */
export async function losePackets(host: LabHost, address: Uint8Array): Promise<void> {
  const linkAddress = Uint8Array.of(2, 0, 0, 0, 0xde, 0xad);
  const { index: interfaceIndex } = host.interface('eth0');
  await host.netlink.execute(addNeighbour({ interfaceIndex, address, linkAddress }));
}
