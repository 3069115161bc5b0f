/**
 * Extensions of pcap-filter(7). They begin with `@`, which no text of that language contains, are always true, and change
 * the tests after them; with `strict` they are errors. @module
 */
import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import type { Span } from '../language/filter-error.ts';
import type { Extension } from '../language/syntax.ts';
import type { Context } from './context.ts';
import { isOutermostTag, tagIsRemoved, VLAN_TYPES } from './encapsulations.ts';
import { shiftedBy } from './layers.ts';
import { carries } from './link-protocols.ts';
import { all, any, assign, type Predicate, TRUE } from './predicate.ts';
import type { Value, VariableValue } from './value.ts';

const VLAN_TAG_LENGTH = 4;
/** Tags that `@anyvlan` skips: QinQ has two. */
const MAX_TAGS = 2;
/** Extension headers that `@exthdr` skips; RFC 8200, 4.1 recommends an order of no more. */
const MAX_EXTENSION_HEADERS = 6;
/** Headers whose length field counts 8-byte units after the first. */
const COUNTED_HEADERS = [IpProtocol.hopByHop, IpProtocol.destinationOptions, IpProtocol.routing] as const;
const FRAGMENT_HEADER_LENGTH = 8;
const FRAGMENT_OFFSET_MASK = 0xfff8;

export function extensionTest(context: Context, extension: Extension, span: Span): Predicate {
  if (context.options.strict) {
    return context.fail('FILTER_EXTENSION', `"${extension}" is not part of pcap-filter(7)`, span);
  }
  return extension === '@anyvlan' ? anyVlan(context, span) : behindExtensionHeaders(context, span);
}

/** Skips up to two VLAN tags for the tests after it. On a live socket, a tag that the kernel has removed counts. */
function anyVlan(context: Context, span: Span): Predicate {
  const { layers, values, options } = context;
  if (layers.kind !== 'ethernet') {
    return context.fail('FILTER_LINK_TYPE', '"@anyvlan" works on Ethernet frames only', span);
  }
  const shift = values.variable();
  const tagAt = (skipped: number) =>
    any(
      ...VLAN_TYPES.map((type) =>
        context.tests.equal(layers.at(layers.protocolField, skipped * VLAN_TAG_LENGTH, 2), type),
      ),
    );
  const skip = (maximum: number) => {
    let setShift = assign(shift, values.constant(maximum * VLAN_TAG_LENGTH));
    for (let tags = maximum - 1; tags >= 0; tags -= 1) {
      setShift = any(all(tagAt(tags), setShift), assign(shift, values.constant(tags * VLAN_TAG_LENGTH)));
    }
    return setShift;
  };
  const mayBeRemoved = options.live && isOutermostTag(layers);
  const body = mayBeRemoved ? any(all(tagIsRemoved(context), skip(MAX_TAGS - 1)), skip(MAX_TAGS)) : skip(MAX_TAGS);
  layers.protocolField = shiftedBy(values, layers.protocolField, shift);
  layers.payload = shiftedBy(values, layers.payload, shift);
  layers.tags += 1;
  return { kind: 'setup', variables: [shift], body };
}

/** Moves upper-layer tests of IPv6 behind the extension headers. In fragments but the first, the fragment header stays. */
function behindExtensionHeaders(context: Context, span: Span): Predicate {
  const { layers, values } = context;
  const protocol = values.variable();
  const headerEnd = values.variable();
  const start = layers.payload.offset + layers.labelLength;
  const at = (offset: number, size: 1 | 2) => values.load(size, headerEnd, start + offset);
  const set = (next: Value, length: Value) =>
    all(assign(protocol, next), assign(headerEnd, values.binary('add', headerEnd, length)));
  let skip: Predicate = TRUE;
  for (let header = 0; header < MAX_EXTENSION_HEADERS; header += 1) {
    skip = skipHeader(context, protocol, at, set, skip);
  }
  const setup = any(
    all(
      carries(context, EtherType.ipv6, span),
      assign(headerEnd, layers.ipv6HeaderEnd()),
      assign(protocol, layers.network(6, 1)),
      skip,
    ),
    TRUE,
  );
  layers.ipv6Payload = { protocol, headerEnd };
  return { kind: 'setup', variables: [protocol, headerEnd], body: setup };
}

/** Skips one extension header if the packet has one, and then runs `more`. */
function skipHeader(
  { tests, values }: Context,
  protocol: VariableValue,
  at: (offset: number, size: 1 | 2) => Value,
  set: (next: Value, length: Value) => Predicate,
  more: Predicate,
): Predicate {
  const length = at(1, 1);
  const counted = values.binary('lsh', values.binary('add', length, values.constant(1)), values.constant(3));
  const authentication = values.binary('lsh', values.binary('add', length, values.constant(2)), values.constant(2));
  const next = at(0, 1);
  const isFirstFragment = tests.maskedEqual(at(2, 2), FRAGMENT_OFFSET_MASK, 0);
  const skipped = any(
    all(any(...COUNTED_HEADERS.map((number) => tests.equal(protocol, number))), set(next, counted)),
    all(
      tests.equal(protocol, IpProtocol.fragment),
      isFirstFragment,
      set(next, values.constant(FRAGMENT_HEADER_LENGTH)),
    ),
    all(tests.equal(protocol, IpProtocol.ah), set(next, authentication)),
  );
  return any(all(skipped, more), TRUE);
}
