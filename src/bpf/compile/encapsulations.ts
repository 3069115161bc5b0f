/** Encapsulations: each test also moves the layers inward for the tests after it. @module */

import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import { AncillaryOffset } from '../ancillary.ts';
import type { Span } from '../language/filter-error.ts';
import { LimitError, MAX_TUNNELS } from '../language/limits.ts';
import type { Encapsulation } from '../language/syntax.ts';
import type { Context } from './context.ts';
import { advance, type Layers, shiftedBy } from './layers.ts';
import { carries, FilterEtherType } from './link-protocols.ts';
import { firstFragment, notePlace } from './port-tests.ts';
import { all, any, assign, not, type Predicate, touch } from './predicate.ts';
import type { Value, VariableValue } from './value.ts';

const VLAN_TAG_LENGTH = 4;
const VLAN_ID_MASK = 0x0fff;
export const VLAN_TYPES = [EtherType.vlan, EtherType.providerVlan, EtherType.oldQinQ] as const;

const MPLS_LABEL_LENGTH = 4;
const MAX_MPLS_LABEL = 0xf_ffff;
const BOTTOM_OF_STACK = 1;
/** MPLS unicast in PPP (RFC 3032, 4.3). */
const PPP_MPLS = 0x0281;

const PPPOE_HEADER_LENGTH = 6;
const PPP_PROTOCOL_LENGTH = 2;

const UDP_HEADER_LENGTH = 8;
const MAX_NETWORK_IDENTIFIER = 0xff_ffff;
const ETHERNET_HEADER_LENGTH = 14;
const ETHERNET_PROTOCOL = 12;
const LLC_LENGTH = 3;

/** Geneve (RFC 8926, 3.4). */
const GENEVE_PORT = 6081;
const GENEVE_VERSION_MASK = 0xc0;
const GENEVE_OPTION_WORDS_MASK = 0x3f;
const GENEVE_PROTOCOL = 2;
const GENEVE_HEADER_LENGTH = 8;
/** VXLAN (RFC 7348, 5): the I flag marks the network identifier as valid. */
const VXLAN_PORT = 4789;
const VXLAN_FLAG = 0x08;
const VXLAN_HEADER_LENGTH = 8;

export function encapsulationTest(
  context: Context,
  layer: Encapsulation,
  id: number | undefined,
  span: Span,
): Predicate {
  switch (layer) {
    case 'vlan':
      return vlanTest(context, id, span);
    case 'mpls':
      return mplsTest(context, id, span);
    case 'pppoed':
      return carries(context, EtherType.pppoeDiscovery, span);
    case 'pppoes':
      return pppoeSessionTest(context, id, span);
    case 'geneve':
      return geneveTest(context, id, span);
    case 'vxlan':
      return vxlanTest(context, id, span);
  }
}

function vlanTest(context: Context, id: number | undefined, span: Span): Predicate {
  const { layers, tests, options } = context;
  if (layers.labels > 0) return context.fail('FILTER_ENCAPSULATION', 'no VLAN tag can follow MPLS', span);
  if (layers.kind !== 'ethernet')
    return context.fail('FILTER_LINK_TYPE', '"vlan" is a test of Ethernet frames only', span);
  checkIdentifier(context, 'VLAN', id, VLAN_ID_MASK, span);
  const isTag = any(...VLAN_TYPES.map((type) => carries(context, type, span)));
  const idMatches = id === undefined ? [] : [tests.maskedEqual(layers.network(0, 2), VLAN_ID_MASK, id)];
  const mayBeRemoved = options.live && isOutermostTag(layers);
  layers.tags += 1;
  if (mayBeRemoved) return vlanTestLive(context, all(isTag, ...idMatches), id);
  layers.protocolField = advance(layers.protocolField, VLAN_TAG_LENGTH);
  layers.payload = advance(layers.payload, VLAN_TAG_LENGTH);
  return all(isTag, ...idMatches);
}

/** Returns whether a tag here is the outermost one of the frame, which the kernel removes and keeps as metadata. */
export function isOutermostTag({ tags, linkHeader }: Layers): boolean {
  return tags === 0 && linkHeader.base === undefined && linkHeader.offset === 0;
}

/** Tests whether the kernel has removed a tag from the frame. */
export function tagIsRemoved({ tests, values }: Context): Predicate {
  return tests.equal(values.ancillary(AncillaryOffset.vlanTagPresent), 1);
}

/**
 * Tests a tag in the metadata, or else in the frame. As in a file, the layers move by a tag's length whether or not the
 * frame has a tag; only a tag that the kernel has removed leaves them in place. The shift is set before the first test of
 * the filter, since a path may bypass this one.
 */
function vlanTestLive(context: Context, tagInFrame: Predicate, id: number | undefined): Predicate {
  const { layers, tests, values, prologue } = context;
  const shift = values.variable('vlan tag length');
  const removed = tagIsRemoved(context);
  const tag = values.ancillary(AncillaryOffset.vlanTag);
  const removedMatches = id === undefined ? [] : [tests.maskedEqual(tag, VLAN_ID_MASK, id)];
  prologue.push({
    kind: 'setup',
    variables: [shift],
    body: any(all(removed, assign(shift, values.constant(0))), assign(shift, values.constant(VLAN_TAG_LENGTH))),
  });
  layers.protocolField = shiftedBy(values, layers.protocolField, shift);
  layers.payload = shiftedBy(values, layers.payload, shift);
  return any(all(removed, ...removedMatches), all(not(removed), tagInFrame));
}

function mplsTest(context: Context, label: number | undefined, span: Span): Predicate {
  const { layers, tests } = context;
  checkIdentifier(context, 'MPLS', label, MAX_MPLS_LABEL, span);
  const isLabel =
    layers.labels > 0
      ? tests.maskedEqual(layers.network(-2, 1), BOTTOM_OF_STACK, 0)
      : canCarryMpls(context)
        ? carries(context, layers.kind === 'ppp' ? PPP_MPLS : EtherType.mpls, span)
        : context.fail('FILTER_LINK_TYPE', 'this link type cannot identify MPLS', span);
  const labelMatches = label === undefined ? [] : [tests.maskedEqual(layers.network(0, 4), 0xffff_f000, label << 12)];
  layers.labelLength += MPLS_LABEL_LENGTH;
  layers.labels += 1;
  return all(isLabel, ...labelMatches);
}

function canCarryMpls({ layers }: Context): boolean {
  return layers.kind === 'ethernet' || layers.kind === 'ppp';
}

function pppoeSessionTest(context: Context, session: number | undefined, span: Span): Predicate {
  const { layers, tests } = context;
  checkIdentifier(context, 'PPPoE', session, 0xffff, span);
  const isSession = carries(context, EtherType.pppoeSession, span);
  const sessionMatches = session === undefined ? [] : [tests.equal(layers.network(2, 2), session)];
  layers.linkHeader = advance(layers.payload, layers.labelLength + PPPOE_HEADER_LENGTH);
  layers.protocolField = layers.linkHeader;
  layers.payload = advance(layers.linkHeader, PPP_PROTOCOL_LENGTH);
  layers.kind = 'ppp';
  layers.labelLength = 0;
  layers.llcLength = 0;
  layers.hasLinkHeader = undefined;
  layers.ipv6Payload = undefined;
  return all(isSession, ...sessionMatches);
}

interface Tunnel {
  readonly test: Predicate;
  /** The end of the outer network header, relative to the fixed offset of its start. */
  readonly headerEnd: Value;
  /** 1 once the test has succeeded, else 0. */
  readonly found: VariableValue;
}

/** Tests for a UDP tunnel. */
function tunnelTest(
  context: Context,
  port: number,
  matches: (headerEnd: Value) => readonly Predicate[],
  span: Span,
): Tunnel {
  const { layers, tests, values } = context;
  layers.tunnels += 1;
  if (layers.tunnels > MAX_TUNNELS) throw new LimitError(`more than ${MAX_TUNNELS} tunnels`);
  notePlace(context, layers.ipv6HeaderEnd(), true);
  const found = values.variable('tunnel found');
  const headerEnd = values.variable();
  const through = (end: Value) => all(tests.equal(layers.transport(end, 2, 2), port), ...matches(end));
  const ipv4 = [
    carries(context, EtherType.ipv4, span),
    tests.equal(layers.network(9, 1), IpProtocol.udp),
    firstFragment(context),
  ];
  const ipv6 = [carries(context, EtherType.ipv6, span), tests.equal(layers.network(6, 1), IpProtocol.udp)];
  const setEnd = (end: Value): Predicate => ({ kind: 'setup', variables: [headerEnd], body: assign(headerEnd, end) });
  const test = context.options.joinFamilies
    ? all(
        any(
          all(...ipv4, assign(headerEnd, layers.ipv4HeaderEnd())),
          all(...ipv6, assign(headerEnd, layers.ipv6HeaderEnd())),
        ),
        through(headerEnd),
      )
    : any(
        all(...ipv4, through(layers.ipv4HeaderEnd()), setEnd(layers.ipv4HeaderEnd())),
        all(...ipv6, through(layers.ipv6HeaderEnd()), setEnd(layers.ipv6HeaderEnd())),
      );
  const setFound: Predicate = { kind: 'setup', variables: [found], body: assign(found, values.constant(1)) };
  return { test: all(test, setFound), headerEnd, found };
}

function geneveTest(context: Context, network: number | undefined, span: Span): Predicate {
  const { layers, tests, values } = context;
  checkIdentifier(context, 'Geneve', network, MAX_NETWORK_IDENTIFIER, span);
  const { test, headerEnd, found } = tunnelTest(
    context,
    GENEVE_PORT,
    (end) => [
      tests.maskedEqual(layers.transport(end, UDP_HEADER_LENGTH, 1), GENEVE_VERSION_MASK, 0),
      ...networkMatches(context, layers.transport(end, UDP_HEADER_LENGTH + 4, 4), network),
      touch(layers.transport(end, UDP_HEADER_LENGTH + GENEVE_PROTOCOL, 2)),
    ],
    span,
  );
  const header = layers.payload.offset + layers.labelLength + UDP_HEADER_LENGTH;
  const optionWords = values.binary(
    'and',
    values.load(1, headerEnd, header),
    values.constant(GENEVE_OPTION_WORDS_MASK),
  );
  const optionsEnd = values.binary('add', values.binary('lsh', optionWords, values.constant(2)), headerEnd);
  const inner = header + GENEVE_HEADER_LENGTH;
  const protocol = values.load(2, headerEnd, header + GENEVE_PROTOCOL);
  const bridged = FilterEtherType.transparentBridging;
  const start = values.variable();
  const protocolField = values.variable();
  const payload = values.variable();
  // With these constants, neither position needs arithmetic when the payload has no Ethernet header.
  const bridgedField = GENEVE_HEADER_LENGTH + ETHERNET_PROTOCOL - GENEVE_PROTOCOL;
  const setup = all(
    { kind: 'setup', variables: [start], body: assign(start, optionsEnd) },
    {
      kind: 'setup',
      variables: [protocolField, payload],
      body: any(
        all(
          tests.equal(protocol, bridged),
          assign(protocolField, values.binary('add', start, values.constant(bridgedField))),
          assign(payload, values.binary('add', protocolField, values.constant(ETHERNET_HEADER_LENGTH - bridgedField))),
        ),
        all(assign(protocolField, headerEnd), assign(payload, start)),
      ),
    },
  );
  layers.kind = 'ethernet';
  layers.linkHeader = { base: start, offset: inner };
  layers.protocolField = { base: protocolField, offset: header + GENEVE_PROTOCOL };
  layers.payload = { base: payload, offset: inner };
  layers.hasLinkHeader = () => ({ value: protocol, protocol: bridged });
  enterTunnel(layers, found);
  return all(test, setup);
}

function vxlanTest(context: Context, network: number | undefined, span: Span): Predicate {
  const { layers, tests } = context;
  checkIdentifier(context, 'VXLAN', network, MAX_NETWORK_IDENTIFIER, span);
  const { test, headerEnd, found } = tunnelTest(
    context,
    VXLAN_PORT,
    (end) => [
      tests.maskedEqual(layers.transport(end, UDP_HEADER_LENGTH, 1), VXLAN_FLAG, VXLAN_FLAG),
      ...networkMatches(context, layers.transport(end, UDP_HEADER_LENGTH + 4, 4), network),
    ],
    span,
  );
  const inner = layers.payload.offset + layers.labelLength + UDP_HEADER_LENGTH + VXLAN_HEADER_LENGTH;
  layers.kind = 'ethernet';
  layers.linkHeader = { base: headerEnd, offset: inner };
  layers.protocolField = { base: headerEnd, offset: inner + ETHERNET_PROTOCOL };
  layers.payload = { base: headerEnd, offset: inner + ETHERNET_HEADER_LENGTH };
  layers.hasLinkHeader = undefined;
  enterTunnel(layers, found);
  return test;
}

function enterTunnel(layers: Layers, found: VariableValue): void {
  layers.tunnelFound = found;
  layers.ipv6Payload = undefined;
  layers.labelLength = 0;
  layers.labels = 0;
  layers.llcLength = LLC_LENGTH;
}

/** Tests the 24-bit network identifier, which both tunnels have in the high bits of their second word. */
function networkMatches({ tests }: Context, word: Value, network: number | undefined): readonly Predicate[] {
  return network === undefined ? [] : [tests.maskedEqual(word, 0xffff_ff00, (network << 8) >>> 0)];
}

function checkIdentifier(context: Context, what: string, id: number | undefined, max: number, span: Span): void {
  if (id !== undefined && id > max) {
    context.fail('FILTER_NUMBER', `${what} identifier ${id} is out of range (0 to ${max})`, span);
  }
}
