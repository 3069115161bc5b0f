/** Tests of TCP, UDP and SCTP ports, in first fragments of IPv4 and in IPv6 without extension headers. @module */
import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import type { Span } from '../language/filter-error.ts';
import type { Direction, Qualifiers } from '../language/syntax.ts';
import type { Context } from './context.ts';
import { inDirection } from './host-tests.ts';
import { carries } from './link-protocols.ts';
import { all, any, assign, not, type Predicate, touch } from './predicate.ts';
import type { Value } from './value.ts';

const IPV4_PROTOCOL = 9;
const IPV4_FRAGMENT = 6;
/** Mask of the fragment offset in the 16 bits at `IPV4_FRAGMENT`; 0 in whole packets and in first fragments. */
const FRAGMENT_OFFSET_MASK = 0x1fff;
const IPV6_NEXT_HEADER = 6;

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;

/** Protocols with ports, the most frequent first. */
const PORT_PROTOCOLS = [IpProtocol.tcp, IpProtocol.udp, IpProtocol.sctp] as const;

/** Tests for ports `from` to `to`, both inclusive. `protocol`: TCP, UDP or SCTP; undefined for any of them. */
export function portTest(
  context: Context,
  from: number,
  to: number,
  protocol: number | undefined,
  { direction, type }: Qualifiers,
  span: Span,
): Predicate {
  const isRange = from !== to || (type === 'portrange' && context.options.asLibpcap);
  const ports = { from, to, isRange, direction, protocols: protocol === undefined ? PORT_PROTOCOLS : [protocol] };
  notePlace(context, ipv6PayloadOf(context).headerEnd, false);
  return context.options.joinFamilies ? joinedTest(context, ports, span) : separateTest(context, ports, span);
}

/** Records a test of the payload of both address families. */
export function notePlace({ layers, joinPlaces }: Context, ipv6HeaderEnd: Value, tunnel: boolean): void {
  joinPlaces.push({
    ipv4: layers.transport(layers.ipv4HeaderEnd(), 0, 4),
    ipv6: layers.transport(ipv6HeaderEnd, 0, 4),
    tunnel,
  });
}

interface Ports {
  readonly from: number;
  readonly to: number;
  readonly isRange: boolean;
  readonly direction: Direction | undefined;
  readonly protocols: readonly number[];
}

/** Tests IPv6 and IPv4 separately. */
function separateTest(context: Context, ports: Ports, span: Span): Predicate {
  const { layers, options } = context;
  const ipv6 = ipv6PayloadOf(context);
  const behind = (conditions: readonly Predicate[], headerEnd: Value) => [
    ...conditions,
    portsMatch(context, headerEnd, ports),
  ];
  const eachProtocol = (field: Value, conditions: readonly Predicate[], headerEnd: Value) =>
    options.asLibpcap
      ? [any(...ports.protocols.map((one) => all(isOneOf(context, field, [one]), ...behind(conditions, headerEnd))))]
      : [isOneOf(context, field, ports.protocols), ...behind(conditions, headerEnd)];
  const ipv6Test = all(carries(context, EtherType.ipv6, span), ...eachProtocol(ipv6.protocol, [], ipv6.headerEnd));
  const ipv4Test = all(
    carries(context, EtherType.ipv4, span),
    ...eachProtocol(layers.network(IPV4_PROTOCOL, 1), [firstFragment(context)], layers.ipv4HeaderEnd()),
  );
  return options.asLibpcap ? any(ipv6Test, ipv4Test) : any(ipv4Test, ipv6Test);
}

/**
 * Sets the end of the header in both families (and the protocol, if several are possible), and then tests the ports
 * once.
 */
function joinedTest(context: Context, ports: Ports, span: Span): Predicate {
  const { layers, values } = context;
  const [only, ...others] = ports.protocols;
  const headerEnd = values.variable();
  const protocol = others.length > 0 ? values.variable() : undefined;
  const ipv4Protocol = layers.network(IPV4_PROTOCOL, 1);
  const ipv6Payload = ipv6PayloadOf(context);
  const isOnly = (value: Value) => (protocol === undefined ? [isOneOf(context, value, [only ?? 0])] : []);
  const setProtocol = (value: Value) => (protocol === undefined ? [] : [assign(protocol, value)]);
  const ipv4 = all(
    carries(context, EtherType.ipv4, span),
    touch(ipv4Protocol),
    ...isOnly(ipv4Protocol),
    firstFragment(context),
    assign(headerEnd, layers.ipv4HeaderEnd()),
    ...setProtocol(ipv4Protocol),
  );
  const ipv6 = all(
    carries(context, EtherType.ipv6, span),
    ...isOnly(ipv6Payload.protocol),
    assign(headerEnd, ipv6Payload.headerEnd),
    ...setProtocol(ipv6Payload.protocol),
  );
  const isTransport = protocol === undefined ? [] : [isOneOf(context, protocol, ports.protocols)];
  return all(any(ipv4, ipv6), ...isTransport, portsMatch(context, headerEnd, ports));
}

/** Tests that an IPv4 packet is not a later fragment, which has no transport header. */
export function firstFragment({ layers, tests }: Context): Predicate {
  return tests.maskedEqual(layers.network(IPV4_FRAGMENT, 2), FRAGMENT_OFFSET_MASK, 0);
}

/** Tests the payload of an IPv6 packet by its fixed header, or after `@exthdr` behind its extension headers. */
export function ipv6PayloadOf({ layers }: Context): { readonly protocol: Value; readonly headerEnd: Value } {
  return layers.ipv6Payload ?? { protocol: layers.network(IPV6_NEXT_HEADER, 1), headerEnd: layers.ipv6HeaderEnd() };
}

function isOneOf({ tests }: Context, value: Value, numbers: readonly number[]): Predicate {
  return any(...numbers.map((number) => tests.equal(value, number)));
}

function portsMatch(context: Context, headerEnd: Value, { from, to, isRange, direction }: Ports): Predicate {
  const { layers, tests } = context;
  const matches = (offset: number) => {
    const port = layers.transport(headerEnd, offset, 2);
    return isRange ? all(tests.atLeast(port, from), not(tests.greater(port, to))) : tests.equal(port, from);
  };
  return inDirection(
    direction,
    () => matches(SOURCE_PORT),
    () => matches(DESTINATION_PORT),
  );
}
