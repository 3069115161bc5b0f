/** A network interface as plain data, however it was learned. @module */
import type { LinkType } from '../base/link-type.ts';
import { LinkFlag, type OperationalState } from '../netlink/index.ts';

/** An address of an interface. */
export interface AddressOfInterface {
  /** `10.1.1.1`, `fd00:1::1` */
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 4 | 6;
  readonly scope: 'global' | 'link' | 'host';
  /** IPv6: not yet usable, duplicate address detection is on its way or has failed. */
  readonly tentative: boolean;
}

/** Everything but JSON's own types is left out, so that the list can be printed as it is. */
export interface NetworkInterface {
  /** Hostile text: any bytes but `/`, `:`, space and zero. Print it through `printable`. */
  readonly name: string;
  readonly index: number;
  /** Up means: switched on and with carrier. */
  readonly state: 'up' | 'down' | 'no carrier';
  /** Names of `LinkFlag` that are set. */
  readonly flags: readonly (keyof typeof LinkFlag)[];
  readonly operationalState: OperationalState;
  /** Undefined when the kernel does not say, as for an interface that is down. */
  readonly carrier: boolean | undefined;
  /** Undefined when the link has no addresses, as a tunnel. */
  readonly mac: string | undefined;
  readonly mtu: number;
  /** ARPHRD number of linux/if_arp.h. */
  readonly hardwareType: number;
  /** What a capture on this interface holds. */
  readonly linkType: LinkType;
  readonly linkTypeName: string;
  /** `veth`, `vlan`, `bridge`; undefined for real devices and loopback. */
  readonly kind: string | undefined;
  /** The interface below a VLAN or a tunnel, where it is in this namespace. */
  readonly parent: string | undefined;
  /** The bridge or bond that this one is a port of. */
  readonly master: string | undefined;
  readonly vlanId: number | undefined;
  readonly addresses: readonly AddressOfInterface[];
}

/** IFF_RUNNING is what the kernel makes of carrier and operational state (RFC 2863). */
export function stateOf(flags: number): NetworkInterface['state'] {
  if ((flags & LinkFlag.up) === 0) return 'down';
  return (flags & LinkFlag.running) === 0 ? 'no carrier' : 'up';
}

export function flagNames(flags: number): (keyof typeof LinkFlag)[] {
  const names = Object.keys(LinkFlag) as (keyof typeof LinkFlag)[];
  return names.filter((name) => (flags & LinkFlag[name]) !== 0);
}

/** RT_SCOPE_* of linux/rtnetlink.h; those between are the administrator's own. */
export function scopeOf(scope: number): AddressOfInterface['scope'] {
  if (scope < 253) return 'global';
  return scope === 253 ? 'link' : 'host';
}
