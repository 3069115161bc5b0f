/** Tests in words: fields have names where it is certain what they are (RFC 791, 826, 8200, 9293), and only there. @module */
import { describe, expect, test } from 'vitest';
import { LinkType } from '../../src/base/link-type.ts';
import { explainFilter } from '../../src/bpf/explain.ts';

function testsOf(expression: string, linkType: LinkType = LinkType.ethernet): readonly string[] {
  return explainFilter(expression, { linkType }).steps.flatMap(({ kind, text }) => (kind === 'test' ? [text] : []));
}

describe('fields with names', () => {
  test('IPv4: addresses, networks and protocols as the filter has them', () => {
    expect(testsOf('ip proto 89')).toEqual(['ether type is ip', 'ip protocol is ospf']);
    expect(testsOf('ip src host 10.1.1.1')).toEqual(['ether type is ip', 'ip source address is 10.1.1.1']);
    expect(testsOf('ip src net 10.1.0.0/16')).toEqual(['ether type is ip', 'ip source address is in net 10.1.0.0/16']);
    expect(testsOf('ip multicast')).toEqual(['ether type is ip', 'ip destination address is in net 224.0.0.0/4']);
    expect(testsOf('ip[6:2] & 0x2000 != 0')).toEqual(['ether type is ip', 'last fragment']);
    expect(testsOf('ip[8] > 64')).toEqual(['ether type is ip', 'ip time to live > 64']);
  });

  test('ports, flags and ICMP types', () => {
    // Fragment offset and protocol in one load.
    expect(testsOf('ip and udp dst port 53')).toEqual([
      'ether type is ip',
      'first fragment and ip protocol is udp',
      'udp destination port is 53',
    ]);
    expect(testsOf('ip and udp src portrange 5000-5010')).toContain('udp source port is in portrange 5000-5010');
    expect(testsOf('tcp[tcpflags] & (tcp-syn|tcp-fin) != 0')).toEqual([
      'ether type is ip',
      'first fragment and ip protocol is tcp',
      'tcp flags & (tcp-fin|tcp-syn) = 0',
    ]);
    expect(testsOf('icmp[icmptype] = icmp-echo')).toContain('icmp type is icmp-echo');
  });

  test('ports of IPv4 and IPv6 together', () => {
    expect(explainFilter('tcp port 25').steps.map(({ text }) => text)).toEqual([
      'ether type is ip',
      'first fragment and ip protocol is tcp',
      'header end := ip header length',
      'ether type is ip6',
      'ip6 next header is tcp',
      'header end := 40',
      'tcp source port is 25',
      'tcp destination port is 25',
      'reject',
      'accept',
    ]);
    expect(testsOf('port 53').slice(-5)).toEqual([
      'protocol is tcp',
      'protocol is udp',
      'protocol is sctp',
      'source port is 53',
      'destination port is 53',
    ]);
  });

  test('IPv6, whose ports may belong to any of three protocols', () => {
    expect(testsOf('ip6 and src port 80')).toEqual([
      'ether type is ip6',
      'ip6 next header is tcp',
      'ip6 next header is udp',
      'ip6 next header is sctp',
      'source port is 80',
    ]);
    expect(testsOf('ip6 dst net 2001:db8::/32')).toContain('ip6 destination address is in net 2001:db8::/32');
    expect(testsOf('src host 2001:db8::1')).toEqual(['ether type is ip6', 'ip6 source address is 2001:db8::1']);
    expect(testsOf('icmp6')).toContain('ip6 fragment next header is icmp6');
  });

  test('ARP, and Ethernet itself', () => {
    expect(testsOf('arp dst host 10.1.1.1')).toContain('arp target address is 10.1.1.1');
    expect(testsOf('ether src 2:0:0:0:0:1')).toEqual(['ether source is 02:00:00:00:00:01']);
    expect(testsOf('multicast')).toEqual(['ether destination is unicast']);
    expect(testsOf('ether proto 0x88cc')).toEqual(['ether type is 0x88cc']);
  });

  test('behind a tag everything is four bytes further', () => {
    expect(testsOf('vlan and arp')).toContain('ether type is arp');
    expect(testsOf('vlan and ip proto 89')).toContain('ip protocol is ospf');
    expect(testsOf('vlan 5')).toContain('ether type is vlan and vlan is 5');
    expect(testsOf('vlan 5 and ip')).toContain('vlan is 5 and ether type is ip');
    expect(testsOf('vlan 5 and ip proto 89')).toContain('ip protocol is ospf');
  });

  test('other link layers', () => {
    expect(testsOf('ip proto 89', LinkType.linuxSll2)).toEqual(['ether type is ip', 'ip protocol is ospf']);
    expect(testsOf('ip proto 89', LinkType.ipv4)).toEqual(['ip protocol is ospf']);
  });
});

describe('steps', () => {
  test('the tests of one field are one step, and steps lead to each other', () => {
    expect(explainFilter('ip src net 10.1.0.0/16').steps).toEqual([
      { index: 0, kind: 'test', text: 'ether type is ip', next: [1, 2] },
      { index: 1, kind: 'test', text: 'ip source address is in net 10.1.0.0/16', next: [3, 2] },
      { index: 2, kind: 'reject', text: 'reject', next: [] },
      { index: 3, kind: 'accept', text: 'accept', next: [] },
    ]);
  });
});

describe('places without a name', () => {
  test('a byte that may be anything', () => {
    expect(testsOf('ether[23] = 6')).toEqual(['byte 23 = 6']);
    expect(testsOf('ether[23] = 6 or ip')).toContain('byte 23 = 6');
  });

  test('bytes of several fields, and of none', () => {
    expect(testsOf('ip[8:2] = 1')).toContain('ip time to live is 0 and ip protocol is icmp');
    expect(testsOf('ip[8:2] > 1')).toContain('2 bytes at 22 > 1');
    expect(testsOf('ip[20] = 7')).toContain('byte 34 = 7');
    expect(testsOf('src net 2001:db8::/37')).toContain('bytes 4 to 7 of ip6 source address > 134217727 (0x7ffffff)');
  });

  test('what lies in a tunnel', () => {
    expect(testsOf('mpls and ip proto 89').some((text) => text.includes('ip protocol'))).toBe(false);
    expect(testsOf('pppoes and ip proto 89').some((text) => text.includes('ip protocol'))).toBe(false);
  });
});
