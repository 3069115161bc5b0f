/** Direction and interface index: in the header of cooked captures (pcap-linktype(7)), with the kernel elsewhere. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { compileFilter } from '../../src/bpf/compile-filter.ts';
import { FilterError } from '../../src/bpf/language/filter-error.ts';
import { fromHex } from '../support/hex.ts';

const IPV4 = '4500 0014 0000 0000 4006 0000 0a000001 0a000002';
/** LINKTYPE_LINUX_SLL: packet type (4: sent by us), ARPHRD, address length, address, protocol. */
const cooked = (type: string) => fromHex(`${type} 0001 0006 020000000001 0000 0800 ${IPV4}`);
/** LINKTYPE_LINUX_SLL2: protocol, reserved, interface index, ARPHRD, packet type, address length, address. */
const cooked2 = (type: string, index: string) =>
  fromHex(`0800 0000 ${index} 0001 ${type} 06 020000000001 0000 ${IPV4}`);

const WITHOUT = [
  ['null', LinkType.null],
  ['ethernet', LinkType.ethernet],
  ['raw', LinkType.raw],
  ['loop', LinkType.loop],
  ['ipv4', LinkType.ipv4],
  ['ipv6', LinkType.ipv6],
] as const;

function errorOf(expression: string, linkType: LinkType): FilterError {
  try {
    compileFilter(expression, { linkType });
  } catch (error) {
    if (error instanceof FilterError) return error;
  }
  throw new Error(`${expression} compiles`);
}

describe('link types without such a field', () => {
  test.each(WITHOUT)('%s: refused in a file, compiled for a live capture', (_, linkType) => {
    for (const expression of [
      'inbound',
      'outbound',
      'ifindex 3',
      'not inbound',
      'less 99 and (outbound or ifindex 1)',
    ]) {
      expect(errorOf(expression, linkType).code, expression).toBe('FILTER_LINK_TYPE');
      expect(compileFilter(expression, { linkType, live: true }).instructions.length).toBeGreaterThan(2);
    }
  });

  test('the error says which field is missing and where it is', () => {
    expect(errorOf('ip and not inbound', LinkType.ethernet).toText()).toMatchInlineSnapshot(`
      "EN10MB (Ethernet) frames carry no direction; "inbound" works in the filter of a live capture and on LINUX_SLL and LINUX_SLL2 files
        ip and not inbound
                   ^^^^^^^"
    `);
    expect(errorOf('ifindex 3', LinkType.linuxSll).toText()).toMatchInlineSnapshot(`
      "LINUX_SLL (Linux cooked v1) frames carry no interface index; "ifindex" works in the filter of a live capture and on LINUX_SLL2 files
        ifindex 3
        ^^^^^^^^^"
    `);
  });
});

describe('cooked captures', () => {
  const matches = (expression: string, linkType: LinkType, frame: Uint8Array): boolean =>
    compileFilter(expression, { linkType }).match(frame) > 0;

  test('LINUX_SLL has the direction', () => {
    for (const [type, isOutbound] of [
      ['0000', false],
      ['0003', false],
      ['0004', true],
    ] as const) {
      expect(matches('outbound', LinkType.linuxSll, cooked(type))).toBe(isOutbound);
      expect(matches('inbound', LinkType.linuxSll, cooked(type))).toBe(!isOutbound);
    }
  });

  test('LINUX_SLL2 has the direction and the index', () => {
    expect(matches('outbound and ifindex 7', LinkType.linuxSll2, cooked2('04', '00000007'))).toBe(true);
    expect(matches('inbound and ifindex 7', LinkType.linuxSll2, cooked2('00', '00000007'))).toBe(true);
    expect(matches('outbound', LinkType.linuxSll2, cooked2('00', '00000007'))).toBe(false);
    expect(matches('ifindex 7', LinkType.linuxSll2, cooked2('00', '00000008'))).toBe(false);
  });
});
