/** What a lab consists of, as plain data: hosts, wires between them, addresses, routes. @module */

/** A host is a network namespace with its own kernel tables. */
export interface HostPlan {
  readonly name: string;
  /** Passes packets on between its interfaces, IPv4 and IPv6. */
  readonly forwarding?: boolean;
  readonly routes?: readonly RoutePlan[];
  /** 802.1Q interfaces; needs a kernel that has them (`supportsLinkKind('vlan')`). */
  readonly vlans?: readonly VlanPlan[];
}

/** A virtual Ethernet cable with two ends. */
export interface WirePlan {
  readonly ends: readonly [EndPlan, EndPlan];
  /** 1500 unless said otherwise. */
  readonly mtu?: number;
  /** Each end knows the other's MAC addresses from the start, so that no ARP and no NDP is ever sent. */
  readonly staticNeighbours?: boolean;
  /**
   * Let the kernel hand over TCP segments bigger than the MTU and packets without checksums, as it does on real veth
   * pairs. Without, which is the default, what crosses the wire is what a real wire would carry.
   */
  readonly offload?: boolean;
}

export interface EndPlan {
  readonly host: string;
  /** The interface's name inside the host, `eth0` for instance. */
  readonly interface: string;
  /** `02:00:00:00:WIRE:END` unless said otherwise. */
  readonly mac?: string;
  /** `10.1.1.1/24`, `fd00:1::1/64`; usable as soon as the lab is there. */
  readonly addresses?: readonly string[];
}

export interface VlanPlan {
  readonly interface: string;
  /** The interface that carries the tagged frames. */
  readonly parent: string;
  /** 1 to 4094. */
  readonly id: number;
  readonly addresses?: readonly string[];
}

export interface RoutePlan {
  /** `10.2.0.0/16`, `default` (IPv4), `::/0`. */
  readonly to: string;
  /** One gateway's address, or several of equal cost. None for the kinds that drop. */
  readonly via?: string | readonly string[];
  /** What is done with the packets instead of passing them on. */
  readonly drop?: 'blackhole' | 'unreachable' | 'prohibit';
  readonly mtu?: number;
}

export interface LabPlan {
  readonly hosts: readonly HostPlan[];
  readonly wires: readonly WirePlan[];
}
