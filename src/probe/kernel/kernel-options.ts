/** Options of the transport through the Linux kernel. @module */

export interface KernelTransportOptions {
  readonly family: 4 | 6;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** Selects the source address. With many targets, any of them. */
  readonly destination: Uint8Array;
  /** `raw` needs CAP_NET_RAW; `auto`, the default, uses raw sockets if that is available. */
  readonly privilege?: 'auto' | 'raw' | 'none';
  readonly source?: Uint8Array;
  readonly interface?: string;
  /** Firewall mark; needs CAP_NET_ADMIN. */
  readonly mark?: number;
  /** Type of service (IPv4) or traffic class (IPv6). */
  readonly trafficClass?: number;
  /** IPv6 flow label, 20 bits; 0 by default. All probes have the same. */
  readonly flowLabel?: number;
  /** `do` sets "don't fragment", `dont` fragments, `probe` sets it and ignores the cached path MTU. */
  readonly pathMtu?: 'do' | 'dont' | 'want' | 'probe';
  /** Sends the record route option of IPv4 (ping -R). */
  readonly recordRoute?: boolean;
  readonly allowBroadcast?: boolean;
  /** Length of the longest transport message to send and to receive, in bytes. */
  readonly maxMessageLength?: number;
  /** Echo identifier; random by default. The kernel sets that of ping sockets. */
  readonly identifier?: number;
  /** Kind of ICMP request; `echo` by default. The others need CAP_NET_RAW. */
  readonly message?: 'echo' | 'timestamp' | 'mask' | 'node-information';
  /** Requests a kernel transmit timestamp for each probe; true by default. */
  readonly wantsTransmitTime?: boolean;
  /** Number of source ports, after the first, that receive replies. */
  readonly flows?: number;
}
