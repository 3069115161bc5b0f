/**
 * Message types and codes of ICMPv4 and ICMPv6 that tapline uses (IANA "ICMP Parameters", "ICMPv6 Parameters"). @module
 */

/** ICMPv4 types (RFC 792, 950, 1256, 8335). Any other stays a plain number. */
export const Icmp4Type = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  routerAdvertisement: 9,
  routerSolicitation: 10,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
  maskRequest: 17,
  maskReply: 18,
  extendedEchoRequest: 42,
  extendedEchoReply: 43,
} as const;

/** Codes of ICMPv4 "destination unreachable" (RFC 792, 1122, 1812). */
export const Unreachable4Code = {
  net: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  sourceRouteFailed: 5,
  networkUnknown: 6,
  hostUnknown: 7,
  hostIsolated: 8,
  networkProhibited: 9,
  hostProhibited: 10,
  networkTypeOfService: 11,
  hostTypeOfService: 12,
  communicationProhibited: 13,
  hostPrecedence: 14,
  precedenceCutoff: 15,
} as const;

/** ICMPv6 types (RFC 4443, 4861, 2710, 3810, 4620, 8335). */
export const Icmp6Type = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  listenerQuery: 130,
  listenerReport: 131,
  listenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  redirect: 137,
  nodeInformationQuery: 139,
  nodeInformationReply: 140,
  listenerReport2: 143,
  extendedEchoRequest: 160,
  extendedEchoReply: 161,
} as const;

/** Codes of ICMPv6 "destination unreachable" (RFC 4443, 3.1). */
export const Unreachable6Code = {
  noRoute: 0,
  prohibited: 1,
  beyondScope: 2,
  address: 3,
  port: 4,
  sourcePolicy: 5,
  rejectRoute: 6,
} as const;

/** Codes of "time exceeded", the same in both families (RFC 792; RFC 4443, 3.3). */
export const TimeExceededCode = { transit: 0, reassembly: 1 } as const;

/** True for the ICMPv4 errors that quote a packet (RFC 1122, 3.2.2). */
export function isIcmp4Error(type: number): boolean {
  return (
    type === Icmp4Type.destinationUnreachable ||
    type === Icmp4Type.sourceQuench ||
    type === Icmp4Type.redirect ||
    type === Icmp4Type.timeExceeded ||
    type === Icmp4Type.parameterProblem
  );
}

/** True for ICMPv6 errors: the high bit of the type is clear (RFC 4443, 2.1). */
export function isIcmp6Error(type: number): boolean {
  return type < 128;
}
