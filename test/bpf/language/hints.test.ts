/** What people type from other tools or by half, and what they are told to write. @module */
import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../../src/bpf/compile-filter.ts';
import { hostNamesOf } from '../../../src/bpf/host-names.ts';
import { FilterError } from '../../../src/bpf/language/filter-error.ts';

function errorOf(expression: string): FilterError {
  try {
    compileFilter(expression);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`${expression} is a filter`);
}

/** The text, the words that are marked in it, and what to write in their place. */
const HINTS: readonly (readonly [text: string, words: string, suggestion: string])[] = [
  ['ip proto tcp', 'ip proto tcp', 'ip proto \\tcp'],
  ['host 10.1.1.1 and proto udp', 'proto udp', 'proto \\udp'],
  ['ether proto arp or ip', 'ether proto arp', 'ether proto \\arp'],
  ['ip proto (icmp)', 'icmp', '\\icmp'],
  ['tcp.port == 80', 'tcp.port == 80', 'tcp port 80'],
  ['tcp.port==80 and ip', 'tcp.port==80', 'tcp port 80'],
  ['udp.dstport eq 53', 'udp.dstport eq 53', 'udp dst port 53'],
  ['ip and udp.port != 53', 'udp.port != 53', 'not udp port 53'],
  ['tcp.port > 1024', 'tcp.port > 1024', 'tcp portrange 1025-65535'],
  ['ip.addr == 10.0.0.1', 'ip.addr == 10.0.0.1', 'host 10.0.0.1'],
  ['ipv6.src == fe80::1', 'ipv6.src == fe80::1', 'src host fe80::1'],
  ['eth.dst == 02:00:00:00:00:01', 'eth.dst == 02:00:00:00:00:01', 'ether dst 02:00:00:00:00:01'],
  ['tcp.flags.syn == 1', 'tcp.flags.syn == 1', 'tcp[tcpflags] & tcp-syn != 0'],
  ['tcp.flags.reset == 0', 'tcp.flags.reset == 0', 'tcp[tcpflags] & tcp-rst = 0'],
  ['frame.len >= 100', 'frame.len >= 100', 'len >= 100'],
  ['icmpv6.type == 135', 'icmpv6.type == 135', 'icmp6[icmp6type] = 135'],
  ['port 80,443', 'port 80,443', 'port (80 or 443)'],
  ['ip and tcp dst port 80, 443, 8080', 'dst port 80, 443, 8080', 'dst port (80 or 443 or 8080)'],
  ['80,443', '80,443', 'port (80 or 443)'],
  ['host 10.0.0.1,10.0.0.2', 'host 10.0.0.1,10.0.0.2', 'host (10.0.0.1 or 10.0.0.2)'],
  ['tcp, udp', 'tcp, udp', '(tcp or udp)'],
  ['80:90', '80:90', 'portrange 80-90'],
  ['tcp port 80:90', 'port 80:90', 'portrange 80-90'],
  ['port 80-90', 'port 80-90', 'portrange 80-90'],
  ['port 80 to 90 and ip', 'port 80 to 90', 'portrange 80-90'],
  ['portrange 80 90', 'portrange 80 90', 'portrange 80-90'],
  ['vlan=100', 'vlan=100', 'vlan 100'],
  ['vlan.id == 100 and ip', 'vlan.id == 100', 'vlan 100'],
  ['ip proto = 6', 'proto = 6', 'proto 6'],
  ['port != 22', 'port != 22', 'not port 22'],
  ['ip and tcp dst port == 22', 'tcp dst port == 22', 'tcp dst port 22'],
  ['dst port >= 1024', 'dst port >= 1024', 'dst portrange 1024-65535'],
  ['src=10.0.0.1', 'src=10.0.0.1', 'src 10.0.0.1'],
  ['icmp type 8', 'icmp type 8', 'icmp[icmptype] = 8'],
  ['icmp type echo', 'icmp type echo', 'icmp[icmptype] = icmp-echo'],
  ['icmp6 code 3', 'icmp6 code 3', 'icmp6[icmp6code] = 3'],
  ['icmp-echo', 'icmp-echo', 'icmp[icmptype] = icmp-echo'],
  ['10.0.0.0/255.255.255.0', '10.0.0.0/255.255.255.0', 'net 10.0.0.0 mask 255.255.255.0'],
  ['src net 10.0.0.0/255.0.0.0', 'src net 10.0.0.0/255.0.0.0', 'src net 10.0.0.0 mask 255.0.0.0'],
  ['10.0.0.0/24', '10.0.0.0/24', 'net 10.0.0.0/24'],
  ['src host 10.0.0.0/24', 'host 10.0.0.0/24', 'net 10.0.0.0/24'],
  ['10.0.0.1', '10.0.0.1', 'host 10.0.0.1'],
  ['2001:db8::1', '2001:db8::1', 'host 2001:db8::1'],
  ['80', '80', 'port 80'],
  ['https', 'https', 'port https'],
  ['tcp https', 'tcp https', 'tcp port https'],
  ['mac AA:BB:CC:DD:EE:FF', 'mac AA:BB:CC:DD:EE:FF', 'ether host AA:BB:CC:DD:EE:FF'],
  ['src host AA:BB:CC:DD:EE:FF', 'src host AA:BB:CC:DD:EE:FF', 'ether src AA:BB:CC:DD:EE:FF'],
  ['00:11:22:33:44:55', '00:11:22:33:44:55', 'ether host 00:11:22:33:44:55'],
  ['subnet 10.0.0.0/8', 'subnet', 'net'],
  ['source 10.0.0.1', 'source', 'src'],
  ['dport 80', 'dport', 'dst port'],
  ['icmpv6', 'icmpv6', 'icmp6'],
  ['tcp-synn', 'tcp-synn', 'tcp[tcpflags] & tcp-syn != 0'],
  ['tcp[tcpflags] & tcp-synn != 0', 'tcp-synn', 'tcp-syn'],
  ['tcp syn', 'tcp syn', 'tcp[tcpflags] & tcp-syn != 0'],
  ['tcp | udp', '|', 'or'],
  ['ip & port 80', '&', 'and'],
  ['host fe80::1%eth0', 'fe80::1%eth0', 'fe80::1'],
];

describe('hints', () => {
  test.each(HINTS)('%s', (text, words, suggestion) => {
    const { offset, length, suggestion: given } = errorOf(text);
    expect(text.slice(offset, offset + length)).toBe(words);
    expect(given).toBe(suggestion);
    expect(() => compileFilter(text.slice(0, offset) + suggestion + text.slice(offset + length))).not.toThrow();
  });

  test('they come before host names are looked up, too', () => {
    expect(() => hostNamesOf('tcp.port == 80')).toThrow('did you mean "tcp port 80"?');
  });

  test('no advice that does not parse, none far from the error, none for right words', () => {
    expect(errorOf('vlan 100,200').suggestion).toBeUndefined();
    expect(errorOf('tcp.bogus == 1').suggestion).toBeUndefined();
    expect(errorOf('port = http and and').suggestion).toBe('port http');
    expect(errorOf('port 80 and host 10.0.0.1 nonsense').suggestion).toBeUndefined();
    expect(errorOf('ip[0:3] = 1').suggestion).toBeUndefined();
    expect(errorOf('host ad-be-ef').message).toBe('host name "ad-be-ef" needs a resolver; expected an address');
  });
});

describe('the whole address is marked', () => {
  test.each([
    ['ether host 00:11:22:33:44', '00:11:22:33:44', 'is not an Ethernet address'],
    ['ether host 00:11:22:33:44:55:66 and ip', '00:11:22:33:44:55:66', 'is not an Ethernet address'],
    ['ether dst 00-11-22-33-44', '00-11-22-33-44', 'is not an Ethernet address'],
    ['host 2001:db8:1', '2001:db8:1', 'is not an IPv6 address'],
  ])('%s', (text, words, message) => {
    const error = errorOf(text);
    expect(text.slice(error.offset, error.offset + error.length)).toBe(words);
    expect(error.message).toContain(`${words} ${message}`);
  });
});

describe('long texts', () => {
  test.each([
    ['a name', `tcp and ${'a'.repeat(60_000)}`],
    ['digits', `${'8'.repeat(60_000)}:90`],
    ['a list', `port ${'80,'.repeat(20_000)}`],
    ['dots', `${'a.'.repeat(30_000)} == 1`],
    ['colons', `ether host ${'00:'.repeat(20_000)}`],
    ['an octal number', `port 0${'9'.repeat(60_000)}`],
    ['an escaped name', `ip proto \\${'x'.repeat(60_000)}`],
    ['an error at the end', `${'tcp or '.repeat(9_000)}foo`],
    ['terms far apart', `ip host 10.1.1.1 ${'and not host 10.1.1.2 '.repeat(40)}and tcp and arp`],
  ])('%s: the message and its excerpt stay short', (_, text) => {
    const error = errorOf(text);
    expect(error.message.length).toBeLessThan(400);
    const [, shown = '', carets = '', ...more] = error.toText().split('\n');
    expect(more).toEqual([]);
    expect(shown.length).toBeLessThan(220);
    expect(carets.trimEnd().length).toBeLessThanOrEqual(shown.length + 1);
  });
});

describe('options', () => {
  test('frames are Ethernet unless something else is said', () => {
    expect(compileFilter('tcp')).toMatchObject({ linkType: 1, warnings: [] });
    expect(compileFilter('ether host 00:11:22:33:44:55', {}).linkType).toBe(1);
  });

  test('a link type that is not known is named', () => {
    expect(() => compileFilter('tcp', { linkType: 147 })).toThrow(
      'link type 147 is not supported; expected 0 (NULL), 1 (EN10MB), 101 (RAW), 108 (LOOP), 113 (LINUX_SLL), 228 (IPV4), 229 (IPV6) or 276 (LINUX_SLL2)',
    );
  });
});
