/** ICMP: the message codecs, ping, and traceroute. @module */
export {
  ExtensionClass,
  type ExtensionObject,
  type ExtensionObjectSpec,
  encodeExtensions,
  encodeMplsLabels,
  type IcmpExtensions,
  type InterfaceInformation,
  type MplsLabel,
  readExtensions,
} from './extensions.ts';
export {
  encodeEchoReply,
  encodeEchoRequest,
  encodeIcmp4,
  encodeTimestamp,
  ICMP4_HEADER_LENGTH,
  Icmp4View,
  type IcmpEcho,
  type IcmpMessage,
} from './header4.ts';
export {
  encodeEcho6,
  encodeIcmp6,
  ICMP6_HEADER_LENGTH,
  Icmp6View,
  isNeighborDiscovery,
} from './header6.ts';
export { NeighborDiscoveryView, NeighborOption, NeighborOptionView } from './neighbor-discovery.ts';
export { QuoteView } from './quote.ts';
export {
  Icmp4Type,
  Icmp6Type,
  isIcmp4Error,
  isIcmp6Error,
  TimeExceededCode,
  Unreachable4Code,
  Unreachable6Code,
} from './types.ts';
