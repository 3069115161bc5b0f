/** Header codecs of the link and network layers: views that move over bytes, and encoders. @module */
export {
  ARP_ETHERNET_LENGTH,
  ARP_FIXED_LENGTH,
  ARP_HARDWARE_ETHERNET,
  ArpOperation,
  type ArpPacket,
  ArpView,
  encodeArp,
} from './arp.ts';
export {
  ETHERNET_HEADER_LENGTH,
  type EthernetHeader,
  EthernetView,
  encodeEthernet,
  encodeVlanTag,
  isVlanEtherType,
  VLAN_TAG_LENGTH,
  type VlanTag,
  VlanView,
} from './ethernet.ts';
export { encodeIpv4, IPV4_HEADER_LENGTH, IPV4_MAX_HEADER_LENGTH, type Ipv4Header, Ipv4View } from './ipv4.ts';
export { encodeIpv6, IPV6_HEADER_LENGTH, type Ipv6Header, Ipv6View } from './ipv6.ts';
export {
  encodeIpv6Fragment,
  IPV6_FRAGMENT_HEADER_LENGTH,
  IPV6_MAX_EXTENSIONS,
  Ipv6ExtensionCursor,
  type Ipv6FragmentHeader,
  Ipv6FragmentView,
  isIpv6Extension,
} from './ipv6-extension.ts';
export {
  COOKED_ADDRESS_LENGTH,
  encodeSll,
  encodeSll2,
  PacketType,
  SLL_HEADER_LENGTH,
  SLL2_HEADER_LENGTH,
  type Sll2Header,
  Sll2View,
  type SllHeader,
  SllView,
} from './linux-cooked.ts';
export { encodeLoopback, LOOPBACK_HEADER_LENGTH, LoopbackView } from './loopback.ts';
export { OptionCursor, OptionKind } from './option-cursor.ts';
export { pseudoHeaderSum } from './pseudo-header.ts';
