/** nf_tables: transactions and rules. Constants are those of linux/netfilter/nf_tables.h and nfnetlink.h. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesAttribute, joinParts, nestedAttribute, textAttribute } from '../../src/netlink/attribute.ts';
import { type FakeAnswer, FakeNetlinkSocket } from '../../src/netlink/fake-socket.ts';
import {
  ARP_FAMILY,
  decodeRuleCounter,
  deleteTable,
  executeBatch,
  newBaseChain,
  newDropRule,
  newTable,
} from '../../src/netlink/nf-tables.ts';
import { toHex } from '../support/hex.ts';

const CHANGES = [
  newTable(ARP_FAMILY, 't'),
  newBaseChain(ARP_FAMILY, 't', 'c', 0),
  newDropRule(ARP_FAMILY, 't', 'c', { offset: 8, mask: 1 }),
];

describe('a transaction', () => {
  test('is framed by the start and the end of a batch for nf_tables (10)', () => {
    const kernel = new FakeNetlinkSocket(() => []);
    executeBatch(kernel, CHANGES, 'add a table');
    expect(kernel.requests.map(({ type }) => type)).toEqual([0x10, 0xa00, 0xa03, 0xa06, 0x11]);
    expect(toHex(kernel.requests[0]?.payload ?? expect.fail())).toBe('0000000a');
    expect(kernel.requests.map(({ flags }) => flags & 4)).toEqual([0, 0, 0, 4, 0]); // NLM_F_ACK on the last change
  });

  test('fails as a whole if one change fails', () => {
    const answer = ({ type }: { readonly type: number }): FakeAnswer => (type === 0xa03 ? 1 : []);
    expect(() => executeBatch(new FakeNetlinkSocket(answer), CHANGES, 'add a table')).toThrow(
      'cannot add a table: netlink: EPERM',
    );
  });

  test('without an answer times out', () => {
    const silent = { port: 1, send: () => undefined, receive: () => 'timeout' as const, close: () => undefined };
    expect(() => executeBatch(silent, [deleteTable(ARP_FAMILY, 't')], 'delete a table')).toThrow('no answer');
  });
});

describe('a rule', () => {
  const counter = nestedAttribute(
    1,
    textAttribute(1, 'counter'),
    nestedAttribute(2, bytesAttribute(1, new Uint8Array(8)), bytesAttribute(2, Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2))),
  );
  const payload = joinParts(
    Uint8Array.of(3, 0, 0, 0),
    textAttribute(1, 't'),
    textAttribute(2, 'c'),
    nestedAttribute(4, counter),
  );

  test('is read with its counter', () => {
    expect(decodeRuleCounter({ type: 0xa06, flags: 0, payload })).toEqual({ table: 't', chain: 'c', packets: 258n });
  });

  test('of any bytes is rejected or read', () => {
    for (let length = 0; length < payload.length; length += 1) {
      decodeRuleCounter({ type: 0xa06, flags: 0, payload: payload.subarray(0, length) });
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        decodeRuleCounter({ type: 0xa06, flags: 0, payload: bytes });
      }),
    );
  });
});
