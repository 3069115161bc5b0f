/**
 * Generic netlink families. The vector is the answer of Linux 6.18 to CTRL_CMD_GETFAMILY for `nlctrl`; constants are those
 * of linux/genetlink.h. @module
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectNetlink } from '../../src/netlink/connection.ts';
import { FakeNetlinkSocket } from '../../src/netlink/fake-socket.ts';
import { decodeGenericFamily, resolveGenericFamily } from '../../src/netlink/generic.ts';
import { fromHex } from '../support/hex.ts';

const NLCTRL = fromHex(
  '010200000b0002006e6c6374726c0000060001001000000008000300020000000800040000000000080005000000' +
    '00002c000600140001000800010003000000080002000e00000014000200080001000a000000080002000c000000' +
    '1c0007001800010008000200100000000b0001006e6f746966790000',
);

describe('families', () => {
  test('the answer of the kernel', () => {
    expect(decodeGenericFamily({ type: 16, flags: 0, payload: NLCTRL })).toEqual({
      id: 16,
      version: 2,
      groups: new Map([['notify', 16]]),
    });
  });

  test('every truncation and any bytes are rejected or decoded', () => {
    for (let length = 0; length < NLCTRL.length; length += 1) {
      const family = decodeGenericFamily({ type: 16, flags: 0, payload: NLCTRL.subarray(0, length) });
      expect(family?.id ?? 16).toBe(16);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (payload) => {
        decodeGenericFamily({ type: 16, flags: 0, payload: Uint8Array.of(1, 2, 0, 0, ...payload) });
      }),
    );
  });

  test('are found by name; an unknown name is undefined, other refusals are errors', async () => {
    const kernel = new FakeNetlinkSocket(({ payload }) => {
      const name = Buffer.from(payload.subarray(8)).toString('latin1').replace(/\0.*$/s, '');
      if (name === 'forbidden') return 1;
      return name === 'nlctrl' ? [{ type: 16, flags: 0, payload: NLCTRL }] : 2;
    });
    const connection = connectNetlink(kernel);
    expect(await resolveGenericFamily(connection, 'nlctrl')).toMatchObject({ id: 16 });
    expect(await resolveGenericFamily(connection, 'none')).toBeUndefined();
    await expect(resolveGenericFamily(connection, 'forbidden')).rejects.toMatchObject({
      message: 'cannot find the netlink family forbidden: netlink: EPERM',
    });
    expect(Buffer.from(kernel.requests[0]?.payload ?? []).toString('hex')).toBe('030200000b0002006e6c6374726c0000');
  });
});
