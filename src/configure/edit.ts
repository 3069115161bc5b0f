/** Changes of the host's links as plain data, and what a plan of one contains. @module */
import type { Link, LinkModesChange } from '../netlink/index.ts';
import type { ConfigureHost } from './host.ts';
import type { SnapshotScope } from './snapshot.ts';

/** Name of a tag: 802.1Q, or 802.1ad for the outer tag of QinQ. */
export type VlanProtocol = '802.1Q' | '802.1ad';

export interface MtuEdit {
  readonly kind: 'mtu';
  readonly interface: string;
  readonly mtu: number;
}

export interface AddressEdit {
  readonly kind: 'address';
  readonly action: 'add' | 'delete';
  readonly interface: string;
  /** `10.1.1.1/24`, `fd00:1::1/64` */
  readonly address: string;
}

/** A service address on the loopback interface, for direct server return: this host accepts it, but answers no ARP for it. */
export interface LoopbackEdit {
  readonly kind: 'loopback';
  readonly action: 'add' | 'delete';
  /** IPv4, without prefix length. */
  readonly address: string;
}

export interface VlanNewEdit {
  readonly kind: 'vlan';
  readonly action: 'new';
  readonly parent: string;
  readonly id: number;
  /** Default `PARENT.ID`. */
  readonly name?: string | undefined;
  readonly protocol?: VlanProtocol | undefined;
  /** Default: that of the parent. */
  readonly mtu?: number | undefined;
}

export interface VlanChangeEdit {
  readonly kind: 'vlan';
  readonly action: 'edit';
  readonly name: string;
  readonly id?: number | undefined;
  readonly protocol?: VlanProtocol | undefined;
}

export interface VlanDeleteEdit {
  readonly kind: 'vlan';
  readonly action: 'delete';
  readonly name: string;
}

/** Whether ARP packets are accepted whose sender has a multicast link address. */
export interface MulticastEdit {
  readonly kind: 'multicast';
  readonly policy: 'accept' | 'reject';
}

export interface MediaEdit extends LinkModesChange {
  readonly kind: 'media';
  readonly interface: string;
}

export type VlanEdit = VlanNewEdit | VlanChangeEdit | VlanDeleteEdit;
export type Edit = MtuEdit | AddressEdit | LoopbackEdit | VlanEdit | MulticastEdit | MediaEdit;

/** A setting before and after the change; texts may be hostile. */
export interface PlannedChange {
  /** `MTU of eth0` */
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** A change that was checked against the host. */
export interface Plan {
  readonly edit: Edit;
  /** `MTU of eth0: 1400` */
  readonly title: string;
  /** The interface that the change affects; undefined for settings of the whole host. */
  readonly link: Link | undefined;
  /** Empty if the host has these settings already. */
  readonly changes: readonly PlannedChange[];
  readonly risks: readonly string[];
  readonly scope: SnapshotScope;
  /** Interfaces that the change creates. */
  readonly created: readonly string[];
  apply(host: ConfigureHost): Promise<void>;
  /** Reads the settings back. @returns what is not as planned */
  verify(host: ConfigureHost): Promise<readonly string[]>;
}
