/** Names of numbers in the words of tcpdump. @module */
import { hex, nameOf } from './format.ts';

const ETHER_TYPES: Readonly<Record<number, string>> = {
  512: 'PUP',
  1536: 'NS',
  2048: 'IPv4',
  2054: 'ARP',
  24577: 'MOP DL',
  24578: 'MOP RC',
  24579: 'DN',
  24580: 'LAT',
  24583: 'SCA',
  25944: 'TEB',
  32821: 'Reverse ARP',
  32923: 'Appletalk',
  33011: 'Appletalk ARP',
  33024: '802.1Q',
  33079: 'IPX',
  34525: 'IPv6',
  34827: 'PPP',
  34824: 'MPCP',
  34825: 'Slow Protocols',
  34887: 'MPLS unicast',
  34888: 'MPLS multicast',
  34915: 'PPPoE D',
  34916: 'PPPoE S',
  34958: 'EAPOL',
  34984: '802.1Q-QinQ',
  35020: 'LLDP',
  35063: 'PTP',
  35074: 'CFM',
  36864: 'Loopback',
  37120: '802.1Q-9100',
};

const PPP_PROTOCOLS: Readonly<Record<number, string>> = {
  33: 'IP',
  87: 'IP6',
  641: 'MPLS',
  49185: 'LCP',
  32801: 'IPCP',
  49187: 'PAP',
  49699: 'CHAP',
};

const IP_PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'Options',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPIP',
  6: 'TCP',
  8: 'EGP',
  9: 'IGRP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  43: 'Routing',
  44: 'Fragment',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  55: 'Mobile IP',
  58: 'ICMPv6',
  62: 'mobility',
  88: 'EIGRP',
  89: 'OSPF',
  103: 'PIM',
  108: 'Compressed IP',
  112: 'VRRP',
  113: 'PGM',
  132: 'SCTP',
};

export function etherTypeName(etherType: number, otherwise = 'Unknown'): string {
  return nameOf(ETHER_TYPES, etherType, otherwise);
}

/** `ethertype IPv4 (0x0800)`; when quiet, `IPv4`. */
export function etherTypeText(etherType: number, isQuiet: boolean): string {
  if (isQuiet) return etherTypeName(etherType, `Unknown Ethertype (${hex(etherType, 4)})`);
  return `ethertype ${etherTypeName(etherType)} (${hex(etherType, 4)})`;
}

export function pppProtocolName(protocol: number, otherwise: string): string {
  return nameOf(PPP_PROTOCOLS, protocol, otherwise);
}

export function ipProtocolName(protocol: number): string {
  return nameOf(IP_PROTOCOLS, protocol, 'unknown');
}
