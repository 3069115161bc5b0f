/** The protocols that `dissect` knows: one line each. @module */
import type { AnyLayer, CommonLayer } from './layer.ts';
import type { Protocol } from './protocol.ts';
import { ah } from './protocols/ah.ts';
import { arp } from './protocols/arp.ts';
import { dns } from './protocols/dns.ts';
import { esp } from './protocols/esp.ts';
import { ethernet } from './protocols/ethernet.ts';
import { gre } from './protocols/gre.ts';
import { icmp4 } from './protocols/icmp4.ts';
import { icmp6 } from './protocols/icmp6.ts';
import { igmp } from './protocols/igmp.ts';
import { ipv4 } from './protocols/ipv4.ts';
import { ipv6 } from './protocols/ipv6.ts';
import { ipv6Extension } from './protocols/ipv6-extension.ts';
import { linuxCooked } from './protocols/linux-cooked.ts';
import { llc } from './protocols/llc.ts';
import { loopback } from './protocols/loopback.ts';
import { mpls } from './protocols/mpls.ts';
import { geneve, vxlan } from './protocols/overlay.ts';
import { pppoe } from './protocols/pppoe.ts';
import { rawIp } from './protocols/raw-ip.ts';
import { sctp } from './protocols/sctp.ts';
import { spanningTree } from './protocols/spanning-tree.ts';
import { tcp } from './protocols/tcp.ts';
import { textProtocol } from './protocols/text-protocol.ts';
import { udp } from './protocols/udp.ts';
import { vlan } from './protocols/vlan.ts';

/** The order matters where both ports of a packet belong to a protocol: the earlier protocol wins. */
export const PROTOCOLS = [
  ethernet,
  linuxCooked,
  loopback,
  rawIp,
  vlan,
  llc,
  spanningTree,
  arp,
  mpls,
  pppoe,
  ipv4,
  ipv6,
  ipv6Extension,
  ah,
  esp,
  gre,
  icmp4,
  icmp6,
  igmp,
  tcp,
  udp,
  sctp,
  textProtocol,
  dns,
  vxlan,
  geneve,
] as const;

type LayersOf<P> = P extends Protocol<infer L extends AnyLayer> ? L : never;

/** A layer of a frame, told apart by `kind`. */
export type Layer = LayersOf<(typeof PROTOCOLS)[number]> | CommonLayer;

/** The kinds of layers: `ethernet`, `ipv4`, `tcp`, `truncated` and so on. */
export type LayerKind = Layer['kind'];

/** The layer of a kind. */
export type LayerOf<K extends LayerKind> = Extract<Layer, { readonly kind: K }>;
