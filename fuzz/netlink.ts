/**
 * Fuzz target: netlink answers. Any datagram must split into messages within its bounds, or be rejected as a whole. Any
 * message must decode, or be rejected, without an exception and without values longer than the message. @module
 */

import { describeRoute } from '../src/inspect/routes.ts';
import { addAddress, decodeAddress } from '../src/netlink/address.ts';
import { joinParts, nestedAttribute, textAttribute, u16Attribute, u32Attribute } from '../src/netlink/attribute.ts';
import { readAcknowledgement } from '../src/netlink/error.ts';
import { decodeLinkModes } from '../src/netlink/ethtool.ts';
import { decodeGenericFamily } from '../src/netlink/generic.ts';
import { createObject, interfacesOf, OBJECT_KINDS, readKernelObject } from '../src/netlink/kernel-object.ts';
import { createVeth, createVlan, decodeLink } from '../src/netlink/link.ts';
import {
  ControlType,
  decodeMessages,
  encodeMessage,
  MessageFlag,
  type NetlinkMessage,
} from '../src/netlink/message.ts';
import { addNeighbour, decodeNeighbour } from '../src/netlink/neighbour.ts';
import { ARP_FAMILY, decodeRuleCounter, newDropRule } from '../src/netlink/nf-tables.ts';
import { decodeQdisc } from '../src/netlink/qdisc.ts';
import { decodeRoute } from '../src/netlink/route.ts';
import { addRoute } from '../src/netlink/route-request.ts';
import { decodeRule } from '../src/netlink/rule.ts';
import { SOCKET_MESSAGE_TYPE, SocketDecoder } from '../src/netlink/sock-diag.ts';
import { formatLinuxRoutes } from '../src/report/host/linux-routes.ts';
import { NEIGHBOUR, QDISC, RULE } from '../test/support/host-messages.ts';
import { RandomSource } from '../test/support/random-source.ts';
import { ESTABLISHED, LISTENING } from '../test/support/socket-answers.ts';
import { mutate } from './mutate.ts';

const IPV4 = Uint8Array.of(10, 1, 1, 1);
const IPV6 = Uint8Array.of(0xfd, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
const REFUSED = joinParts(Uint8Array.of(0xea, 255, 255, 255), new Uint8Array(16), textAttribute(1, 'Invalid address'));

/** GENL_ID_CTRL and CTRL_CMD_NEWFAMILY with an identifier, a version and one group. */
const CONTROLLER = 16;
const FAMILY = joinParts(
  Uint8Array.of(1, 2, 0, 0),
  u16Attribute(1, 27),
  u32Attribute(3, 1),
  nestedAttribute(7, nestedAttribute(1, textAttribute(1, 'monitor'), u32Attribute(2, 6))),
);

/** Requests of rtnetlink, which have the same form as answers. */
const SEEDS: readonly NetlinkMessage[] = [
  createVeth({ name: 'left', mtu: 9000, address: MAC }, { name: 'right', up: true }),
  createVlan({ name: 'eth0.100' }, { parentIndex: 2, id: 100, protocol: 0x8100 }),
  addAddress({ interfaceIndex: 2, address: IPV4, prefixLength: 24, broadcast: IPV4 }),
  addAddress({ interfaceIndex: 2, address: IPV6, prefixLength: 64, noDad: true }),
  addRoute({ destination: IPV4, prefixLength: 8, nextHops: [{ gateway: IPV4, interfaceIndex: 2 }], mtu: 1400 }),
  addRoute({
    destination: IPV6,
    prefixLength: 64,
    nextHops: [
      { gateway: IPV6, interfaceIndex: 2 },
      { gateway: IPV6, interfaceIndex: 3, weight: 7 },
    ],
    table: 1000,
  }),
  addNeighbour({ interfaceIndex: 2, address: IPV4, linkAddress: MAC }),
  NEIGHBOUR,
  QDISC,
  RULE,
  { type: SOCKET_MESSAGE_TYPE, flags: MessageFlag.multi, payload: ESTABLISHED },
  { type: SOCKET_MESSAGE_TYPE, flags: MessageFlag.multi, payload: LISTENING },
  { type: CONTROLLER, flags: 0, payload: FAMILY },
  newDropRule(ARP_FAMILY, 'table', 'chain', { offset: 8, mask: 1 }),
  { type: ControlType.error, flags: MessageFlag.capped | MessageFlag.extended, payload: REFUSED },
  { type: ControlType.done, flags: MessageFlag.multi | MessageFlag.extended, payload: REFUSED },
];

/** Runs one seed. */
export function fuzzNetlink(seed: number): void {
  const random = new RandomSource(seed);
  const count = 1 + random.below(4);
  const messages = Array.from({ length: count }, (_, index) => {
    const chosen = SEEDS[random.below(SEEDS.length)];
    return chosen === undefined ? undefined : encodeMessage(chosen, index);
  });
  const datagram = mutate(joinParts(...messages), random);
  const received = decodeMessages(datagram) ?? [];
  const length = received.reduce((sum, { payload }) => sum + 16 + payload.length, 0);
  if (length > datagram.length) throw new Error(`${length} bytes of messages in ${datagram.length}`);
  for (const message of received) readMessage(message);
}

function readMessage(message: NetlinkMessage): void {
  const limit = message.payload.length;
  const link = decodeLink(message);
  // Each byte that is not valid UTF-8 becomes one character.
  if ((link?.name.length ?? 0) > limit || (link?.address.length ?? 0) > limit) throw new Error('link out of bounds');
  const address = decodeAddress(message);
  if (address !== undefined && address.prefixLength > address.address.length * 8) throw new Error('prefix too long');
  const route = decodeRoute(message);
  if ((route?.nextHops.length ?? 0) * 8 > limit) throw new Error('more next hops than fit into the message');
  if (route !== undefined) formatLinuxRoutes([describeRoute(route, String)]);
  if ((decodeQdisc(message)?.kind.length ?? 0) > limit) throw new Error('queueing discipline out of bounds');
  const rule = decodeRule(message);
  if ((rule?.inputInterface?.length ?? 0) > limit) throw new Error('rule out of bounds');
  const neighbour = decodeNeighbour(message);
  if ((neighbour?.linkAddress?.length ?? 0) > limit) throw new Error('neighbour out of bounds');
  const socket = new SocketDecoder('tcp').decode(message.payload, 0, limit);
  if ((socket?.congestion?.length ?? 0) > limit) throw new Error('congestion control out of bounds');
  if (socket !== undefined && (socket.localPort > 0xffff || limit < 72)) throw new Error('socket out of bounds');
  if ((decodeGenericFamily(message)?.groups.size ?? 0) * 4 > limit) throw new Error('more groups than fit');
  if ((decodeLinkModes(message)?.supported.length ?? 0) > limit) throw new Error('more link modes than bytes');
  if ((decodeRuleCounter(message)?.table.length ?? 0) > limit) throw new Error('rule out of bounds');
  for (const kind of OBJECT_KINDS) {
    const object = readKernelObject(kind, message);
    if (object === undefined) continue;
    if (interfacesOf(object).length > limit) throw new Error('more interfaces than bytes');
    const again = readKernelObject(kind, createObject({ ...object, lifetime: undefined }));
    if (again !== undefined && Buffer.compare(again.payload, object.payload) !== 0)
      throw new Error('an unstable object');
  }
  const outcome = readAcknowledgement(message);
  if (typeof outcome === 'object' && outcome.explanation.length > 512) throw new Error('explanation too long');
}
