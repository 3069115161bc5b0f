/** A network interface as plain data. @module */
import type { LinkType } from '../base/link-type.ts';
import { LinkFlag, type OperationalState } from '../netlink/index.ts';

/** An address of an interface. */
export interface AddressOfInterface {
  /** `10.1.1.1`, `fd00:1::1` */
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 4 | 6;
  readonly scope: 'global' | 'link' | 'host';
  /** IPv6: not usable, because duplicate address detection is in progress or has failed. */
  readonly tentative: boolean;
}

/** Only JSON types, so that the list can be printed as is. */
export interface NetworkInterface {
  /** Hostile text: any bytes except `/`, `:`, space and zero. Print it through `printable`. */
  readonly name: string;
  readonly index: number;
  /** Up: enabled and with carrier. */
  readonly state: 'up' | 'down' | 'no carrier';
  /** Names of the `LinkFlag`s that are set. */
  readonly flags: readonly (keyof typeof LinkFlag)[];
  readonly operationalState: OperationalState;
  /** Undefined if the kernel does not report it, as for an interface that is down. */
  readonly carrier: boolean | undefined;
  /** Undefined if the link has no addresses, as for a tunnel. */
  readonly mac: string | undefined;
  readonly mtu: number;
  /** ARPHRD number of linux/if_arp.h. */
  readonly hardwareType: number;
  /** Link type of a capture on this interface. */
  readonly linkType: LinkType;
  readonly linkTypeName: string;
  /** `veth`, `vlan`, `bridge`; undefined for real devices and loopback. */
  readonly kind: string | undefined;
  /** The lower interface of a VLAN or tunnel, if it is in this namespace. */
  readonly parent: string | undefined;
  /** The bridge or bond that this interface is a port of. */
  readonly master: string | undefined;
  readonly vlanId: number | undefined;
  readonly addresses: readonly AddressOfInterface[];
}

/** IFF_RUNNING combines carrier and operational state (RFC 2863). */
export function stateOf(flags: number): NetworkInterface['state'] {
  if ((flags & LinkFlag.up) === 0) return 'down';
  return (flags & LinkFlag.running) === 0 ? 'no carrier' : 'up';
}

export function flagNames(flags: number): (keyof typeof LinkFlag)[] {
  const names = Object.keys(LinkFlag) as (keyof typeof LinkFlag)[];
  return names.filter((name) => (flags & LinkFlag[name]) !== 0);
}

/** RT_SCOPE_* of linux/rtnetlink.h; values in between are defined by the administrator. */
export function scopeOf(scope: number): AddressOfInterface['scope'] {
  if (scope < 253) return 'global';
  return scope === 253 ? 'link' : 'host';
}
