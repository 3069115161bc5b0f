/** Frames taken apart into layers of plain values. @module */
export { dissect } from './dissect.ts';
export type { Dissection, Layer, TruncatedLayer } from './layer.ts';
export type { BadDnsLayer, DnsLayer, DnsQuestion, DnsRecord, TextLayer } from './layer-application.ts';
export type {
  AuthenticationLayer,
  BadIpLayer,
  EspLayer,
  GreLayer,
  Ipv4Layer,
  Ipv4Option,
  Ipv6FragmentLayer,
  Ipv6Layer,
  Ipv6OptionsLayer,
  Ipv6RoutingLayer,
  OverlayLayer,
  UnknownProtocolLayer,
} from './layer-internet.ts';
export type {
  ArpLayer,
  CookedLayer,
  EthernetLayer,
  LlcLayer,
  LoopbackLayer,
  MplsLayer,
  PppoeLayer,
  SpanningTreeLayer,
  UnknownLayer,
  VlanLayer,
} from './layer-link.ts';
export type {
  BadTcpLayer,
  Icmp4Layer,
  Icmp6Layer,
  IgmpLayer,
  ListenerRecord,
  NeighborOptionField,
  PortsLayer,
  SctpLayer,
  TcpLayer,
  TcpOptionField,
  UdpLayer,
} from './layer-transport.ts';
