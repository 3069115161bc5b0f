/** Layout of route messages, RTM_NEWROUTE and related ones (linux/rtnetlink.h). @module */

/** RTM_*ROUTE. */
export const RouteMessageType = { new: 24, delete: 25, get: 26 } as const;

/** RTN_*: treatment of matching packets. */
export const RouteType = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  /** Dropped silently. */
  blackhole: 6,
  /** Dropped with ICMP "host unreachable". */
  unreachable: 7,
  /** Dropped with ICMP "administratively prohibited". */
  prohibit: 8,
  throw: 9,
} as const;

/** RT_TABLE_* */
export const RouteTable = { default: 253, main: 254, local: 255 } as const;

/** RTNH_F_* of a next hop, in the flags of a route with one next hop, too. */
export const NextHopFlag = {
  dead: 0x01,
  pervasive: 0x02,
  onlink: 0x04,
  offload: 0x08,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const;

/** `struct rtmsg`. */
export const ROUTE_HEADER_LENGTH = 12;
export const RouteHeader = {
  family: 0,
  destinationLength: 1,
  sourceLength: 2,
  typeOfService: 3,
  /** Tables above 255 are in the attribute only. */
  table: 4,
  protocol: 5,
  scope: 6,
  type: 7,
  flags: 8,
} as const;

/** RTA_* */
export const RouteAttribute = {
  destination: 1,
  source: 2,
  outputInterface: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  metrics: 8,
  multipath: 9,
  cacheInfo: 12,
  table: 15,
  via: 18,
  preference: 20,
  nextHopId: 30,
} as const;

/** RTAX_*, inside RTA_METRICS. */
export const RouteMetric = { lock: 1, mtu: 2 } as const;

/** `struct rtnexthop`: length, flags, hops (weight - 1), index; attributes follow. */
export const NEXT_HOP_LENGTH = 8;
export const NextHopHeader = { flags: 2, hops: 3, index: 4 } as const;
