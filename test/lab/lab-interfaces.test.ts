/** The list of interfaces in namespaces that hold every kind of case. @module */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetworkInterface } from '../../src/inspect/interface.ts';
import { listInterfaces } from '../../src/inspect/interfaces.ts';
import { listInterfacesByIoctl } from '../../src/inspect/interfaces-ioctl.ts';
import { createLab, type Lab, type LabHost, twoHosts } from '../../src/lab/index.ts';
import { createPlainLink, deleteLink, setLink } from '../../src/netlink/link.ts';
import { formatInterfaces } from '../../src/report/host/interfaces.ts';
import { eventually } from '../support/eventually.ts';
import { LAB_WIRE } from '../support/lab-wire.ts';

const HOSTILE = 'e\u001b[2J\u0007';

describe('a host with a wire, a bridge that is off, and a hostile name', () => {
  let lab: Lab;
  let host: LabHost;
  let list: readonly NetworkInterface[];
  beforeAll(async () => {
    lab = await createLab(twoHosts());
    host = lab.host('left');
    await host.netlink.execute(createPlainLink({ name: 'br0' }, 'bridge'));
    await host.netlink.execute(createPlainLink({ name: HOSTILE }, 'bridge'));
    list = await listInterfaces({ netlink: host.netlink });
  });
  afterAll(() => lab.close());

  test('all of them, in order of their index', () => {
    expect(list.map(({ name, index, state, kind }) => ({ name, index, state, kind }))).toEqual([
      { name: 'lo', index: 1, state: 'up', kind: undefined },
      { name: 'eth0', index: 2, state: 'up', kind: 'veth' },
      { name: 'br0', index: 3, state: 'down', kind: 'bridge' },
      { name: HOSTILE, index: 4, state: 'down', kind: 'bridge' },
    ]);
  });

  test('the wire in full', () => {
    expect(list[1]).toEqual(LAB_WIRE);
  });

  test('/proc and ioctl know the same, where they know anything', () => {
    const known = ({ name, index, state, mac, mtu, hardwareType, linkType, addresses }: NetworkInterface) => ({
      name,
      index,
      state,
      mac,
      mtu,
      hardwareType,
      linkType,
      addresses,
    });
    expect(host.run(listInterfacesByIoctl).map(known)).toEqual(list.map(known));
  });

  test('is the calling thread’s namespace unless told otherwise', async () => {
    const own = await listInterfaces();
    expect(own.some(({ name }) => name === HOSTILE)).toBe(false);
    const pending = host.run(() => ({ answer: listInterfaces() }));
    expect((await pending.answer).map(({ name }) => name)).toEqual(list.map(({ name }) => name));
  });

  test('the table has no control character in it, the JSON round-trips', () => {
    const table = formatInterfaces(list);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
    expect(table.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(table).toContain('e^[[2J^G');
    expect(JSON.parse(JSON.stringify(list))).toEqual(list.map((one) => JSON.parse(JSON.stringify(one))));
  });

  test('no carrier: the other end is off; gone: it is removed', async () => {
    const right = lab.host('right');
    await right.netlink.execute(setLink(right.interface('eth0').index, { up: false }));
    const stateOf = async () => (await listInterfaces({ netlink: host.netlink })).find(({ name }) => name === 'eth0');
    await eventually(async () => expect((await stateOf())?.state).toBe('no carrier'));
    expect(await stateOf()).toMatchObject({ carrier: false });
    await right.netlink.execute(deleteLink(right.interface('eth0').index));
    await eventually(async () => expect(await stateOf()).toBeUndefined());
  });
});
