/** Flushes of a simulated kernel. @module */
import { describe, expect, test } from 'vitest';
import { StackError } from '../../src/base/errors.ts';
import { flushCaches } from '../../src/inspect/flush.ts';
import { connectNetlink } from '../../src/netlink/connection.ts';
import { FakeNetlinkSocket } from '../../src/netlink/fake-socket.ts';
import type { NetlinkMessage } from '../../src/netlink/message.ts';
import { addNeighbour, decodeNeighbour, NeighbourMessageType, NeighbourState } from '../../src/netlink/neighbour.ts';

const EPERM = 1;
const ENOENT = 2;
const EXTERN_LEARNED = 0x10;
/** Offset of the flags in `struct ndmsg`. */
const FLAGS = 10;

function entry(last: number, state: number, interfaceIndex = 2, flags = 0): NetlinkMessage {
  const request = addNeighbour({
    interfaceIndex,
    address: Uint8Array.of(10, 1, 1, last),
    linkAddress: Uint8Array.of(2, 0, 0, 0, 0, last),
    state,
  });
  request.payload[FLAGS] = flags;
  return { ...request, flags: 0 };
}

/** A kernel with a table of IPv4 neighbours, and no other cache. */
class Kernel {
  table: NetlinkMessage[];
  /** Called for each deletion; returns an errno. */
  onDelete = (_deleted: string): number => 0;
  readonly deleted: string[] = [];
  readonly socket = new FakeNetlinkSocket((request) => this.#answer(request));

  constructor(table: NetlinkMessage[]) {
    this.table = table;
  }

  #answer(request: NetlinkMessage): readonly NetlinkMessage[] | number {
    if (request.type === NeighbourMessageType.get) return request.payload[0] === 2 ? this.table : [];
    if (request.type !== NeighbourMessageType.delete) return ENOENT;
    const address = addressOf(request);
    this.deleted.push(address);
    const errno = this.onDelete(address);
    if (errno === 0) this.table = this.table.filter((one) => addressOf(one) !== address);
    return errno === 0 ? [] : errno;
  }
}

function addressOf(message: NetlinkMessage): string {
  return decodeNeighbour(message)?.address.join('.') ?? expect.fail('not a neighbour');
}

function flush(kernel: Kernel, options: Parameters<typeof flushCaches>[1] = {}) {
  const netlink = connectNetlink(kernel.socket);
  // An interface limits the flush to neighbours: the other caches are those of the real kernel.
  const host = { netlink, generic: netlink, run: <T>(work: () => T): T => work() };
  return flushCaches(host, { interfaceIndex: 2, ...options });
}

const { permanent, noArp, reachable, stale, failed, incomplete } = NeighbourState;

describe('neighbours', () => {
  test('permanent, NOARP and externally learned entries stay, and those of other interfaces', async () => {
    const kernel = new Kernel([
      entry(1, permanent),
      entry(2, reachable),
      entry(3, stale),
      entry(4, incomplete),
      entry(5, noArp),
      entry(6, reachable, 2, EXTERN_LEARNED),
      entry(7, reachable, 3),
      entry(8, failed),
    ]);
    const [arp, ndp] = await flush(kernel);
    expect(arp).toEqual({ cache: 'ARP cache', before: 6, kept: 2, after: 2 });
    expect(ndp).toEqual({ cache: 'NDP cache', before: 0, kept: 0, after: 0 });
    expect(kernel.deleted).toEqual(['10.1.1.2', '10.1.1.3', '10.1.1.4', '10.1.1.8']);
  });

  test('a dry run deletes nothing', async () => {
    const kernel = new Kernel([entry(1, permanent), entry(2, reachable)]);
    const [arp] = await flush(kernel, { dryRun: true });
    expect(arp).toEqual({ cache: 'ARP cache', before: 2, kept: 1, after: undefined });
    expect(kernel.deleted).toEqual([]);
  });

  test('rounds repeat while traffic adds entries, and end', async () => {
    const busy = new Kernel([entry(2, reachable)]);
    let added = 0;
    busy.onDelete = () => {
      added += 1;
      if (added <= 3) busy.table = [...busy.table, entry(2 + added, reachable)];
      return 0;
    };
    expect(await flush(busy)).toMatchObject([{ after: 0 }, {}]);
    expect(busy.deleted).toEqual(['10.1.1.2', '10.1.1.3', '10.1.1.4', '10.1.1.5']);
    const endless = new Kernel([entry(2, reachable)]);
    endless.onDelete = () => ENOENT; // it is back at once
    expect(await flush(endless)).toMatchObject([{ after: 1 }, {}]);
    expect(endless.deleted).toHaveLength(10);
  });

  test('an entry in use stays as FAILED, which ends the rounds', async () => {
    const kernel = new Kernel([entry(2, reachable)]);
    kernel.onDelete = () => {
      kernel.table = [entry(2, failed)];
      return ENOENT;
    };
    expect(await flush(kernel)).toMatchObject([{ after: 1 }, {}]);
    expect(kernel.deleted).toHaveLength(2);
  });

  test('without CAP_NET_ADMIN the first deletion fails with advice', async () => {
    const kernel = new Kernel([entry(2, reachable), entry(3, reachable)]);
    kernel.onDelete = () => EPERM;
    const error = await flush(kernel).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StackError);
    expect(error).toMatchObject({
      code: 'PRIVILEGE',
      message: 'cannot flush the ARP cache: netlink: EPERM; run as root, or with CAP_NET_ADMIN',
    });
    expect(kernel.deleted).toHaveLength(1);
  });
});
