/** Protocol numbers, shared by the filter compiler, the codecs and the printer. @module */

/** EtherTypes that tapline decodes (IANA "IEEE 802 Numbers"). */
export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  reverseArp: 0x8035,
  vlan: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  providerVlan: 0x88a8,
  oldQinQ: 0x9100,
} as const;

/** Upper-layer protocols of IPv4 and IPv6 (IANA "Protocol Numbers"). */
export const IpProtocol = {
  hopByHop: 0,
  icmp: 1,
  igmp: 2,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  pim: 103,
  vrrp: 112,
  sctp: 132,
} as const;

/**
 * Address families in BSD loopback headers (LINKTYPE_NULL, LINKTYPE_LOOP). AF_INET6 differs by system: 24 on NetBSD,
 * OpenBSD and BSD/OS, 28 on FreeBSD, 30 on Darwin. Linux, where it is 10, has no interface of these link types;
 * libpcap and tcpdump do not know 10 in a file either.
 */
export const LOOPBACK_FAMILIES: { readonly ipv4: readonly number[]; readonly ipv6: readonly number[] } = {
  ipv4: [2],
  ipv6: [24, 28, 30],
};

/** Returns the IP protocol number of a probe protocol; ICMP has one per address family. */
export function ipProtocolOf(family: 4 | 6, protocol: 'icmp' | 'udp' | 'tcp'): number {
  if (protocol !== 'icmp') return IpProtocol[protocol];
  return family === 4 ? IpProtocol.icmp : IpProtocol.icmp6;
}

/** The largest value of the Ethernet type field that is an 802.3 length (IEEE 802.3, 3.2.6). */
export const MAX_802_3_LENGTH = 1500;
