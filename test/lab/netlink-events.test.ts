/** Events and generic families of a real kernel, in a lab. @module */
import { expect, test } from 'vitest';
import { createLab, twoHosts } from '../../src/lab/index.ts';
import { connectNetlink } from '../../src/netlink/connection.ts';
import { netlinkEvents } from '../../src/netlink/events.ts';
import { resolveGenericFamily } from '../../src/netlink/generic.ts';
import { addNeighbour, decodeNeighbour } from '../../src/netlink/neighbour.ts';
import { NetlinkProtocol, openNetlinkGroups, openNetlinkSocket } from '../../src/netlink/socket.ts';

/** RTNLGRP_NEIGH of linux/rtnetlink.h. */
const NEIGHBOUR_GROUP = 3;

test('a multicast group reports a change in its namespace, and ends with the signal', async () => {
  await using lab = await createLab(twoHosts());
  const host = lab.host('left');
  const stop = new AbortController();
  const socket = host.run(() => openNetlinkGroups(NetlinkProtocol.route, [NEIGHBOUR_GROUP]));
  const added = {
    interfaceIndex: host.interface('eth0').index,
    address: Uint8Array.of(10, 1, 1, 77),
    linkAddress: Uint8Array.of(2, 0, 0, 0, 0, 77),
  };
  await host.netlink.execute(addNeighbour(added));
  const seen: unknown[] = [];
  for await (const messages of netlinkEvents(socket, stop.signal)) {
    if (messages === 'lost') throw new Error('events lost');
    seen.push(...messages.map(decodeNeighbour));
    if (seen.some((one) => (one as { address?: Uint8Array } | undefined)?.address?.[3] === 77)) stop.abort();
  }
  expect(seen).toContainEqual(expect.objectContaining({ ...added, state: 0x80 }));
});

test('the kernel numbers its generic families', async () => {
  const connection = connectNetlink(openNetlinkSocket(NetlinkProtocol.generic));
  expect(await resolveGenericFamily(connection, 'nlctrl')).toMatchObject({ id: 16, version: 2 });
  expect(await resolveGenericFamily(connection, 'no-such-family')).toBeUndefined();
  connection.close();
});
