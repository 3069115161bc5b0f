/** The printers of all kinds of layers: one line a protocol. @module */
import type { LayerKind } from '../../dissect/index.ts';
import type { Printers } from './printer.ts';
import { ah } from './protocols/ah.ts';
import { arp } from './protocols/arp.ts';
import { badIp } from './protocols/bad-ip.ts';
import { common } from './protocols/common.ts';
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
import { overlay } from './protocols/overlay.ts';
import { ports } from './protocols/ports.ts';
import { pppoe } from './protocols/pppoe.ts';
import { sctp } from './protocols/sctp.ts';
import { spanningTree } from './protocols/spanning-tree.ts';
import { tcp } from './protocols/tcp.ts';
import { textProtocol } from './protocols/text-protocol.ts';
import { udp } from './protocols/udp.ts';
import { vlan } from './protocols/vlan.ts';

/** A kind of layer without a printer is an error of the compiler. */
export const PRINTERS: Printers<LayerKind> = {
  ...common,
  ...ethernet,
  ...linuxCooked,
  ...loopback,
  ...vlan,
  ...llc,
  ...spanningTree,
  ...arp,
  ...mpls,
  ...pppoe,
  ...badIp,
  ...ipv4,
  ...ipv6,
  ...ipv6Extension,
  ...ah,
  ...esp,
  ...gre,
  ...icmp4,
  ...icmp6,
  ...igmp,
  ...tcp,
  ...udp,
  ...sctp,
  ...ports,
  ...textProtocol,
  ...dns,
  ...overlay,
};
