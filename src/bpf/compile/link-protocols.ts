/**
 * Tests the protocol in the payload of the link layer, by EtherType, IEEE 802.2 service access point, SNAP, PPP protocol
 * number, address family, or the version field of the IP header. @module
 */
import { LinkType } from '../../base/link-type.ts';
import { EtherType, LOOPBACK_FAMILIES, MAX_802_3_LENGTH } from '../../base/protocol-numbers.ts';
import type { Span } from '../language/filter-error.ts';
import type { Context } from './context.ts';
import type { Layers } from './layers.ts';
import { all, any, FALSE, not, type Predicate, TRUE } from './predicate.ts';

/** EtherTypes that only filters use. */
export const FilterEtherType = {
  decnet: 0x6003,
  lat: 0x6004,
  diagnostic: 0x6005,
  sca: 0x6007,
  mopDump: 0x6001,
  mopRemoteConsole: 0x6002,
  appleTalk: 0x809b,
  appleTalkArp: 0x80f3,
  ipx: 0x8137,
  slow: 0x8809,
  lldp: 0x88cc,
  loopback: 0x9000,
  transparentBridging: 0x6558,
} as const;

/** IEEE 802.2 service access points. */
export const LlcSap = { ip: 0x06, spanningTree: 0x42, ipx: 0xe0, netBeui: 0xf0, osi: 0xfe } as const;

/** Cooked captures: frames without an EtherType (linux/if_ether.h, ETH_P_802_3 and ETH_P_802_2). */
const COOKED_802_3 = 1;
const COOKED_802_2 = 4;

/** SNAP: both access points 0xaa, unnumbered information. */
const SNAP_HEADER = 0xaaaa0300;
/** Organisation code of AppleTalk in a SNAP header. */
const APPLE_OUI = 0x080007;

/** PPP protocol numbers (RFC 1661 and its companions) by EtherType or access point, as libpcap maps them. */
const PPP_PROTOCOLS: ReadonlyMap<number, number> = new Map([
  [EtherType.ipv4, 0x0021],
  [EtherType.ipv6, 0x0057],
  [FilterEtherType.decnet, 0x0027],
  [FilterEtherType.appleTalk, 0x0029],
  [LlcSap.osi, 0x0023],
  [LlcSap.spanningTree, 0x0031],
  [LlcSap.ipx, 0x002b],
]);

const VERSION_MASK = 0xf0;

/** Tests for `protocol`: an EtherType, or up to 1500 an IEEE 802.2 access point. */
export function carries(context: Context, protocol: number, span: Span): Predicate {
  const { layers, tests } = context;
  if (layers.labels > 0) return carriedByMpls(context, protocol, span);
  switch (layers.kind) {
    case 'ethernet':
      return carriedByEthernet(context, protocol);
    case 'cooked':
      return carriedByCooked(context, protocol);
    case 'ppp':
      return tests.equal(layers.protocol(), PPP_PROTOCOLS.get(protocol) ?? protocol);
    case 'loopback':
      return carriedByLoopback(context, protocol);
    case 'rawIp':
      return carriedByRawIp(context, protocol);
    case 'ipv4':
      return constantTest(context, protocol === EtherType.ipv4);
    case 'ipv6':
      return constantTest(context, protocol === EtherType.ipv6);
  }
}

/** libpcap has a test for this too, of a constant, and its optimiser uses what that loads. */
function constantTest({ tests, values, options }: Context, truth: boolean): Predicate {
  if (options.asLibpcap) return tests.equal(values.constant(truth ? 0 : 1), 0);
  return truth ? TRUE : FALSE;
}

function carriedByEthernet(context: Context, protocol: number): Predicate {
  const { layers, tests } = context;
  const field = layers.protocol();
  const isLength = not(tests.greater(field, MAX_802_3_LENGTH));
  if (protocol !== LlcSap.ipx) return carriedByType(context, protocol, isLength);
  const llcIpx = any(
    snap(context, 0, FilterEtherType.ipx),
    tests.equal(layers.llc(0, 1), LlcSap.ipx),
    tests.equal(layers.llc(0, 2), 0xffff),
  );
  return any(tests.equal(field, FilterEtherType.ipx), all(isLength, llcIpx));
}

function carriedByCooked(context: Context, protocol: number): Predicate {
  const { layers, tests } = context;
  const field = layers.protocol();
  const hasLlc = tests.equal(field, COOKED_802_2);
  if (protocol !== LlcSap.ipx) return carriedByType(context, protocol, hasLlc);
  return any(
    tests.equal(field, FilterEtherType.ipx),
    tests.equal(field, COOKED_802_3),
    all(hasLlc, any(tests.equal(layers.llc(0, 1), LlcSap.ipx), snap(context, 0, FilterEtherType.ipx))),
  );
}

/** Tests the type field, or in frames with an IEEE 802.2 header, which `hasLlc` tests for, that header. */
function carriedByType(context: Context, protocol: number, hasLlc: Predicate): Predicate {
  const { layers, tests } = context;
  const field = layers.protocol();
  switch (protocol) {
    case LlcSap.osi:
    case LlcSap.ip:
    case LlcSap.netBeui:
      return all(hasLlc, tests.equal(layers.llc(0, 2), bothAccessPoints(protocol)));
    case FilterEtherType.appleTalk:
      return any(tests.equal(field, protocol), all(hasLlc, snap(context, APPLE_OUI, protocol)));
    case FilterEtherType.appleTalkArp:
      return any(tests.equal(field, protocol), all(hasLlc, snap(context, 0, protocol)));
    default:
      if (protocol > MAX_802_3_LENGTH) return tests.equal(field, protocol);
      return all(hasLlc, tests.equal(layers.llc(0, 1), protocol));
  }
}

/** NULL uses the byte order of the capturing machine, so both orders match; LOOP is big-endian. */
function carriedByLoopback(context: Context, protocol: number): Predicate {
  const { layers, tests, options } = context;
  const { ipv4, ipv6 } = LOOPBACK_FAMILIES;
  const families = protocol === EtherType.ipv4 ? ipv4 : protocol === EtherType.ipv6 ? ipv6 : [];
  if (families.length === 0) return constantTest(context, false);
  const bothOrders = options.linkType === LinkType.null && !options.asLibpcap;
  const field = layers.protocol(4);
  return any(
    ...families.flatMap((family) => {
      const bigEndian = tests.equal(field, family);
      return bothOrders ? [tests.equal(field, (family << 24) >>> 0), bigEndian] : [bigEndian];
    }),
  );
}

function carriedByRawIp(context: Context, protocol: number): Predicate {
  if (protocol === EtherType.ipv4) return hasIpVersion(context, 4);
  return protocol === EtherType.ipv6 ? hasIpVersion(context, 6) : constantTest(context, false);
}

/** A label does not identify its payload; the bottom of the stack and the version of IP do (RFC 3032, 2.1). */
function carriedByMpls(context: Context, protocol: number, span: Span): Predicate {
  const { layers, tests } = context;
  if (protocol !== EtherType.ipv4 && protocol !== EtherType.ipv6) {
    return context.fail('FILTER_ENCAPSULATION', 'only "ip" and "ip6" can follow "mpls"', span);
  }
  const bottomOfStack = tests.maskedEqual(layers.network(-2, 1), 1, 1);
  return all(bottomOfStack, hasIpVersion(context, protocol === EtherType.ipv4 ? 4 : 6));
}

function hasIpVersion({ layers, tests }: Context, version: number): Predicate {
  return tests.maskedEqual(layers.network(0, 1), VERSION_MASK, version << 4);
}

function snap({ layers, tests }: Context, organisation: number, protocol: number): Predicate {
  const low = (((organisation & 0xffff) << 16) | protocol) >>> 0;
  const high = (SNAP_HEADER | (organisation >>> 16)) >>> 0;
  return all(tests.equal(layers.llc(4, 4), low), tests.equal(layers.llc(0, 4), high));
}

function bothAccessPoints(sap: number): number {
  return (sap << 8) | sap;
}

/** Returns whether the innermost link layer has MAC addresses. */
export function hasMacAddresses(layers: Layers): boolean {
  return layers.kind === 'ethernet';
}
