/** What a transport through the Linux kernel can be told. @module */

export interface KernelTransportOptions {
  readonly family: 4 | 6;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** Where the probes go: our source address depends on it. With many targets, any of them. */
  readonly destination: Uint8Array;
  /** `raw` needs CAP_NET_RAW; `auto`, the default, takes it where it is to be had. */
  readonly privilege?: 'auto' | 'raw' | 'none';
  readonly source?: Uint8Array;
  readonly interface?: string;
  /** Firewall mark; needs CAP_NET_ADMIN. */
  readonly mark?: number;
  /** Type of service or traffic class. */
  readonly trafficClass?: number;
  /** IPv6 flow label, 20 bits; 0 by default, the same for all probes in any case. */
  readonly flowLabel?: number;
  /** `do` sets "don't fragment", `dont` fragments, `probe` sets it and ignores what is known of the path. */
  readonly pathMtu?: 'do' | 'dont' | 'want' | 'probe';
  /** Asks for the way by IPv4's record route option (ping -R). */
  readonly recordRoute?: boolean;
  readonly allowBroadcast?: boolean;
  /** Largest transport message to send and to receive. */
  readonly maxMessageLength?: number;
  /** Echo identifier; random by default. Ping sockets have their own. */
  readonly identifier?: number;
  /** What is asked by ICMP; `echo` by default. The others need CAP_NET_RAW. */
  readonly message?: 'echo' | 'timestamp' | 'mask' | 'node-information';
  /** The kernel's time of sending, for each probe; true by default. */
  readonly wantsTransmitTime?: boolean;
  /** Source ports beside the first that answers may go to. */
  readonly flows?: number;
}
