/** The plan of a lab as plain data: hosts, wires, addresses, routes. @module */

/** A host: a network namespace. */
export interface HostPlan {
  readonly name: string;
  /** Forwards packets between its interfaces, IPv4 and IPv6. */
  readonly forwarding?: boolean;
  readonly routes?: readonly RoutePlan[];
  /** 802.1Q interfaces; requires kernel support (`supportsLinkKind('vlan')`). */
  readonly vlans?: readonly VlanPlan[];
}

/** A veth pair. */
export interface WirePlan {
  readonly ends: readonly [EndPlan, EndPlan];
  /** Default 1500. */
  readonly mtu?: number;
  /** Adds permanent neighbour entries at both ends, so that no ARP or NDP is sent. */
  readonly staticNeighbours?: boolean;
  /**
   * Keeps the offloads of veth pairs: TCP segments larger than the MTU, and packets without checksums. By default they
   * are disabled, so that frames look as on a physical wire.
   */
  readonly offload?: boolean;
}

export interface EndPlan {
  readonly host: string;
  /** Name of the interface in the host, for example `eth0`. */
  readonly interface: string;
  /** Default `02:00:00:00:WIRE:END`. */
  readonly mac?: string;
  /** `10.1.1.1/24`, `fd00:1::1/64`; usable when the lab is ready. */
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
  /** The address of a gateway, or several of equal cost; none for kinds that drop. */
  readonly via?: string | readonly string[];
  /** Drops packets instead of forwarding them. */
  readonly drop?: 'blackhole' | 'unreachable' | 'prohibit';
  readonly mtu?: number;
}

export interface LabPlan {
  readonly hosts: readonly HostPlan[];
  readonly wires: readonly WirePlan[];
}
