/** Constants of Linux IP sockets under their header names; identical on x64 and arm64. @module */

/** `linux/in.h`, `linux/in6.h`: protocols for socket(2), and option levels. */
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_ICMPV6 = 58;
export const SOL_IP = 0;
export const SOL_IPV6 = 41;
export const SOL_RAW = 255;

/** `asm-generic/socket.h`. The `_OLD` time stamp options carry 64-bit times on 64-bit machines. */
export const SO_BROADCAST = 6;
export const SO_BINDTODEVICE = 25;
export const SO_RCVBUF = 8;
export const SO_RCVBUFFORCE = 33;
export const SO_TIMESTAMPNS = 35;
export const SO_MARK = 36;
export const SO_TIMESTAMPING = 37;
export const SO_RXQ_OVFL = 40;

/** `linux/net_tstamp.h`. */
export const SOF_TIMESTAMPING_TX_SOFTWARE = 1 << 1;
export const SOF_TIMESTAMPING_RX_SOFTWARE = 1 << 3;
export const SOF_TIMESTAMPING_SOFTWARE = 1 << 4;
export const SOF_TIMESTAMPING_OPT_ID = 1 << 7;
export const SOF_TIMESTAMPING_OPT_TSONLY = 1 << 11;

/** `linux/errqueue.h`: origins of error-queue entries. */
export const SO_EE_ORIGIN_LOCAL = 1;
export const SO_EE_ORIGIN_ICMP = 2;
export const SO_EE_ORIGIN_ICMP6 = 3;
export const SO_EE_ORIGIN_TIMESTAMPING = 4;

/** `linux/socket.h`. */
export const MSG_ERRQUEUE = 0x2000;

/** `linux/in.h`. */
export const IP_TOS = 1;
export const IP_TTL = 2;
export const IP_OPTIONS = 4;
export const IP_MTU_DISCOVER = 10;
export const IP_RECVERR = 11;
export const IP_RECVTTL = 12;
export const IP_MTU = 14;
/** `linux/in6.h`. */
export const IPV6_MTU_DISCOVER = 23;
export const IPV6_MTU = 24;
export const IPV6_RECVERR = 25;
export const IPV6_FLOWLABEL_MGR = 32;
export const IPV6_FLOWINFO_SEND = 33;
export const IPV6_RECVHOPLIMIT = 51;
export const IPV6_HOPLIMIT = 52;
export const IPV6_TCLASS = 67;
export const IPV6_AUTOFLOWLABEL = 70;

/** `linux/icmp.h`, `linux/icmpv6.h`: options of raw sockets; a set bit blocks a type. */
export const ICMP_FILTER = 1;
export const ICMP6_FILTER = 1;

/** `linux/time.h` */
export const CLOCK_REALTIME = 0;
