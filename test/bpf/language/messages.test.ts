/** The wording of errors in filters, so that a change of it is seen. @module */
import { expect, test } from 'vitest';
import { LinkType } from '../../../src/base/link-type.ts';
import { compileFilter, type FilterOptions } from '../../../src/bpf/compile-filter.ts';

function messageOf(expression: string, options: FilterOptions = {}): string {
  try {
    compileFilter(expression, options);
  } catch (error) {
    return `${expression}: ${(error as Error).message}`;
  }
  throw new Error(`${expression} is a filter`);
}

test('words, numbers and structure', () => {
  const texts = [
    'hots 10.1.1.1', 'tcp AND udp', 'tcp prot 80', 'tcp port', 'port 80 or', 'and', '(tcp', 'tcp)', 'tcp ; udp', 'len 100',
    'tcp[0', 'tcp[0:3] = 1', 'ah[0] = 1', 'radio', 'type mgt', '@vlan', 'less x', 'port 08', 'len > 0x100000000', 'ip[0] / 0 = 1',
    'ip[0] << 32 = 1', 'host and', 'llc foo', `${'('.repeat(300)}tcp`, 'a'.repeat(70_000),
  ]; // biome-ignore format: a table
  expect(texts.map((text) => messageOf(text).replace(/^(.{40}).*?:/, '$1...:')).join('\n')).toMatchInlineSnapshot(`
    "hots 10.1.1.1: "hots" is not a keyword; expected a protocol, "host", "net", "port", "(" or "not"; did you mean "host"?
    tcp AND udp: "AND" is not a keyword; expected "and", "or" or the end of the filter; did you mean "and"?
    tcp prot 80: "prot" is not a keyword; expected "and", "or" or the end of the filter; did you mean "port"?
    tcp port: the filter is incomplete; expected an address, a number or a name
    port 80 or: the filter is incomplete; expected a protocol, "host", "net", "port", "(" or "not"
    and: unexpected "and"; expected a protocol, "host", "net", "port", "(" or "not"
    (tcp: the filter is incomplete; expected ")"
    tcp): unexpected ")"; expected "and", "or" or the end of the filter
    tcp ; udp: ";" is not allowed in a filter
    len 100: unexpected "100"; expected a relation (= != < <= > >=)
    tcp[0: the filter is incomplete; expected "]"
    tcp[0:3] = 1: 3 is not the size of a load; expected 1, 2 or 4
    ah[0] = 1: "ah" cannot be indexed; expected link[...], ip[...], arp[...], rarp[...], atalk[...], decnet[...], lat[...], sca[...], moprc[...], mopdl[...], ip6[...], tcp[...], udp[...], sctp[...], icmp[...], igmp[...], igrp[...], pim[...], vrrp[...], carp[...] or icmp6[...]
    radio: "radio" cannot stand alone
    type mgt: "type" tests IEEE 802.11 frames only
    @vlan: "@vlan" is not an extension; expected @anyvlan or @exthdr
    less x: unexpected "x"; expected a length in bytes
    port 08: 08 is not a number: a leading 0 makes it octal; did you mean "8"?
    len > 0x100000000: 0x100000000 does not fit in 32 bits
    ip[0] / 0 = 1: division by zero
    ip[0] << 32 = 1: shift by 32 is out of range (0 to 31)
    host and: "and" is a keyword, not a name; expected an address, a number or a name
    llc foo: "foo" is not an LLC frame type; expected i, s, u, rr, rnr, rej, ui, ua, disc, dm, sabme, test, xid or frmr
    ((((((((((((((((((((((((((((((((((((((((...: more than 256 levels of nesting
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...: the filter has 70000 characters; the limit is 65536"
  `);
});

test('addresses, ports and protocols', () => {
  const texts = [
    'port 65536', 'port 10.1.1.1', 'port htpt', 'tcp port tftp', 'portrange 1-x', 'ip proto tcq', 'ip proto 256', 'proto 1.2', 'iso proto \\tcp',
    'host 256.1.1.1', 'net 10.1.1.1/24', 'net 10.0.0.0/33', 'net 2001:db8::1/64', 'net ::/129', 'net example', 'host example.org',
    'ether host 10.1.1.1', 'ether host 1', 'ether host router', 'port ::1', 'decnet host 64.1', 'decnet host a', 'decnet net 1.1',
    'gateway 10.1.1.1', 'tcp gateway a', 'link host $01',
  ]; // biome-ignore format: a table
  expect(texts.map((text) => messageOf(text)).join('\n')).toMatchInlineSnapshot(`
    "port 65536: port 65536 is out of range (0 to 65535)
    port 10.1.1.1: 10.1.1.1 is not a port
    port htpt: unknown port "htpt"; did you mean "http"?
    tcp port tftp: port "tftp" is UDP only
    portrange 1-x: unknown port "x"
    ip proto tcq: unknown protocol "tcq"; did you mean "tcp"?
    ip proto 256: protocol number 256 is out of range (0 to 255)
    proto 1.2: 1.2 is not a protocol number
    iso proto \\tcp: unknown protocol "tcp"
    host 256.1.1.1: 256.1.1.1 is not an IPv4 address: each part is 0 to 255
    net 10.1.1.1/24: host bits are set in "10.1.1.1/24"; did you mean "10.1.1.0/24"?
    net 10.0.0.0/33: prefix length 33 is out of range (0 to 32)
    net 2001:db8::1/64: host bits are set in "2001:db8::1/64"
    net ::/129: prefix length 129 is out of range (0 to 128)
    net example: unknown network "example"
    host example.org: host name "example.org" needs a resolver; expected an address
    ether host 10.1.1.1: 10.1.1.1 is not an Ethernet address
    ether host 1: a number is not an Ethernet address
    ether host router: no Ethernet address is known for "router"
    port ::1: "port" does not accept an IPv6 address
    decnet host 64.1: 64.1 is not a DECnet address: area 0 to 63, node 0 to 1023
    decnet host a: a DECnet host is a number (area.node), not a name
    decnet net 1.1: DECnet has no networks; expected "host"
    gateway 10.1.1.1: "gateway" needs a host name
    tcp gateway a: "tcp" cannot qualify "gateway"; expected "ip", "arp" or "rarp"
    link host $01: one-byte addresses are for ARCnet and MS/TP frames only"
  `);
  expect(messageOf('ip6 host a', { resolver: { host: () => ['10.0.0.1'] } })).toMatchInlineSnapshot(
    `"ip6 host a: "a" has no address for "ip6""`,
  );
  expect(messageOf('host a', { resolver: { host: () => undefined } })).toMatchInlineSnapshot(
    `"host a: unknown host "a""`,
  );
});

test('qualifiers, layers and options', () => {
  const texts = ['udp host 10.1.1.1', 'ip host ::1', 'ip port 80', 'tcp broadcast', 'udp multicast', 'tcp proto 5', 'arp protochain 6', 'mpls and arp']; // biome-ignore format: a table
  const onRaw = ['ether host 00:11:22:33:44:55', 'broadcast', 'multicast', 'llc', '@anyvlan'];
  const messages = [
    ...texts.map((text) => messageOf(text)),
    ...onRaw.map((text) => messageOf(text, { linkType: LinkType.raw })),
    messageOf('@anyvlan and ip', { strict: true }),
    messageOf('ip broadcast', { netmask: '255.255.255' }),
  ];
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "udp host 10.1.1.1: "udp" cannot qualify an IPv4 address; expected "ip", "arp" or "rarp"
    ip host ::1: "ip" cannot qualify an IPv6 address; expected "ip6"
    ip port 80: "ip" cannot qualify "port"; expected "tcp", "udp" or "sctp"
    tcp broadcast: "tcp" cannot qualify "broadcast"; expected "ether" or "ip"
    udp multicast: "udp" cannot qualify "multicast"; expected "ether", "ip" or "ip6"
    tcp proto 5: "tcp" cannot qualify "proto"; expected "ip", "ip6", "ether", "iso" or "isis"
    arp protochain 6: "arp" cannot qualify "protochain"; expected "ip" or "ip6"
    mpls and arp: only "ip" and "ip6" can follow "mpls"
    ether host 00:11:22:33:44:55: this link type has no Ethernet addresses
    broadcast: this link type has no broadcast address
    multicast: this link type has no multicast addresses
    llc: "llc" tests Ethernet frames only
    @anyvlan: "@anyvlan" works on Ethernet frames only
    @anyvlan and ip: "@anyvlan" is not part of pcap-filter(7)
    ip broadcast: 255.255.255 is not a netmask; expected a dotted quad"
  `);
});
