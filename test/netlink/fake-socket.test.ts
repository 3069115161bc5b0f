/** The published fake: a simulated kernel behind a real connection. @module */
import { expect, test } from 'vitest';
import { findSocketHolders, listInterfaces, listSockets } from '../../src/inspect/index.ts';
import { connectNetlink, FakeNetlinkSocket } from '../../src/netlink/index.ts';
import { createPlainLink } from '../../src/netlink/link.ts';

/** RTM_NEWLINK, RTM_GETLINK of linux/rtnetlink.h; SOCK_DIAG_BY_FAMILY of linux/sock_diag.h. */
const NEW_LINK = 16;
const GET_LINK = 18;
const DIAGNOSIS = 20;

test('answers dumps with tables, which the functions of tapline/inspect read', async () => {
  const links = Array.from({ length: 40 }, (_, index) => {
    const { payload } = createPlainLink({ name: `eth${index}`, mtu: 1500 }, 'bridge');
    payload[4] = index + 1; // ifi_index
    return { type: NEW_LINK, flags: 0, payload };
  });
  const kernel = new FakeNetlinkSocket(({ type }) => (type === GET_LINK ? links : []));
  const interfaces = await listInterfaces({ netlink: connectNetlink(kernel) });
  expect(interfaces.map(({ name }) => name)).toEqual(links.map((_, index) => `eth${index}`));
  expect(kernel.requests.map(({ type }) => type)).toEqual([GET_LINK, 22]);
});

test('refuses dumps inside NLMSG_DONE; the list then comes from /proc', async () => {
  const kernel = new FakeNetlinkSocket(() => 2); // ENOENT: the kernel has no such module
  const netlink = connectNetlink(kernel);
  const table = await listSockets({ netlink, protocols: ['tcp', 'udp'] });
  expect(table.fromProc).toEqual(['tcp', 'udp']);
  expect(kernel.requests.map(({ type }) => type)).toEqual([DIAGNOSIS, DIAGNOSIS]);
  netlink.close();
  expect(kernel.isClosed).toBe(true);
  expect(findSocketHolders().hiddenProcesses).toBeGreaterThanOrEqual(0);
});
