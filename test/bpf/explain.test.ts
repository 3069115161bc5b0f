/** Tests in words: fields have names where it is certain what they are (RFC 791, 826, 8200, 9293), and only there. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { explainFilter } from '../../src/bpf/explain.ts';

function testsOf(expression: string, linkType: LinkType = LinkType.ethernet): readonly string[] {
  return explainFilter(expression, { linkType }).steps.flatMap(({ kind, text }) => (kind === 'test' ? [text] : []));
}

describe('fields with names', () => {
  test('IPv4 and its ports', () => {
    expect(testsOf('ip proto 89')).toEqual(['ether type = 2048 (0x800)', 'ip protocol = 89']);
    expect(testsOf('src host 10.1.1.1 and ip')).toContain('ip source address = 167837953 (0xa010101)');
    expect(testsOf('ip and udp dst port 53')).toEqual([
      'ether type = 2048 (0x800)',
      // Fragment offset and protocol in one load.
      '(4 bytes at 20 & 0x1fff00ff) = 17',
      'udp destination port = 53',
    ]);
  });

  test('IPv6, whose ports may belong to any of three protocols', () => {
    expect(testsOf('ip6 and src port 80')).toEqual([
      'ether type = 34525 (0x86dd)',
      'ip6 next header = 6',
      'ip6 next header = 17',
      'ip6 next header = 132',
      'source port = 80',
    ]);
    expect(testsOf('ip6 dst net 2001:db8::/32')).toContain(
      'bytes 0 to 3 of ip6 destination address = 536939960 (0x20010db8)',
    );
  });

  test('ARP, and Ethernet itself', () => {
    expect(testsOf('arp dst host 10.1.1.1')).toContain('arp target address = 167837953 (0xa010101)');
    expect(testsOf('ether src 2:0:0:0:0:1')).toEqual([
      'bytes 2 to 5 of ether source = 1',
      'bytes 0 to 1 of ether source = 512 (0x200)',
    ]);
  });

  test('behind a tag everything is four bytes further', () => {
    expect(testsOf('vlan and arp')).toContain('ether type = 2054 (0x806)');
    expect(testsOf('vlan and ip proto 89')).toContain('ip protocol = 89');
    expect(testsOf('vlan 5 and ip proto 89')).toContain('ip protocol = 89');
  });

  test('other link layers', () => {
    expect(testsOf('ip proto 89', LinkType.linuxSll2)).toEqual(['ether type = 2048 (0x800)', 'ip protocol = 89']);
    expect(testsOf('ip proto 89', LinkType.ipv4)).toEqual(['ip protocol = 89']);
  });
});

describe('places without', () => {
  test('a byte that may be anything', () => {
    expect(testsOf('ether[23] = 6')).toEqual(['byte 23 = 6']);
    expect(testsOf('ether[23] = 6 or ip')).toContain('byte 23 = 6');
  });

  test('bytes of several fields, and of none', () => {
    expect(testsOf('ip[8:2] = 1')).toContain('2 bytes at 22 = 1');
    expect(testsOf('ip[20] = 7')).toContain('byte 34 = 7');
  });

  test('what lies in a tunnel', () => {
    expect(testsOf('mpls and ip proto 89').some((text) => text.includes('ip protocol'))).toBe(false);
    expect(testsOf('pppoes and ip proto 89').some((text) => text.includes('ip protocol'))).toBe(false);
  });
});
