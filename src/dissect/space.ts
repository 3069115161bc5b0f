/** The numbering spaces by which a header announces its payload. @module */

/** Each space with the kind of layer that stands for a payload whose number has no decoder. */
export const SPACES = {
  /** Link types of capture files (IANA "PCAP LINKTYPE"). */
  linkType: 'unknown',
  /** EtherTypes (IEEE 802; IANA "IEEE 802 Numbers"), used by most link layers and tunnels. */
  etherType: 'unknown',
  /** Address families of BSD loopback headers. */
  family: 'unknown',
  /** PPP protocols (RFC 1661, 2; IANA "PPP DLL Protocol Numbers"). */
  ppp: 'unknown',
  /** IEEE 802.2 service access points; both addresses of a frame name the same one. */
  llc: 'data',
  /** SNAP protocols other than EtherTypes: organization × 65536 + protocol (RFC 1042). */
  snap: 'data',
  /** Protocol field of IPv4 (IANA "Protocol Numbers"). */
  ipv4Protocol: 'ip-protocol',
  /** Next header field of IPv6 (IANA "Protocol Numbers"). */
  ipv6Protocol: 'ip-protocol',
  /** TCP ports, source or destination. */
  tcpPort: 'data',
  /** UDP ports, source or destination. */
  udpPort: 'data',
} as const;

/** A numbering space: `etherType`, `ipv4Protocol`, `udpPort` and so on. */
export type Space = keyof typeof SPACES;
