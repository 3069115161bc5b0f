/** Generic netlink (linux/genetlink.h): families that the kernel numbers when they are loaded. @module */
import { readU8 } from '../base/bytes.ts';
import { forEachAttribute, joinParts, readAttributes, textAttribute } from './attribute.ts';
import type { NetlinkConnection } from './connection.ts';
import { NetlinkError } from './error.ts';
import type { NetlinkMessage } from './message.ts';

/** GENL_ID_CTRL: the family that describes the others. */
const CONTROLLER = 0x10;
const CONTROLLER_VERSION = 2;
/** CTRL_CMD_GETFAMILY and CTRL_CMD_NEWFAMILY. */
const GET_FAMILY = 3;
const NEW_FAMILY = 1;

/** CTRL_ATTR_* */
const FAMILY_ID = 1;
const FAMILY_NAME = 2;
const VERSION = 3;
const GROUPS = 7;
/** CTRL_ATTR_MCAST_GRP_* */
const GROUP_NAME = 1;
const GROUP_ID = 2;

/** `struct genlmsghdr`: command, version, reserved. */
export const GENERIC_HEADER_LENGTH = 4;

export interface GenericFamily {
  /** The message type of requests and answers. */
  readonly id: number;
  readonly version: number;
  /** Numbers of the multicast groups by name, for `openNetlinkGroups`. */
  readonly groups: ReadonlyMap<string, number>;
}

/** Encodes a request of a generic family. */
export function genericRequest(
  family: Pick<GenericFamily, 'id' | 'version'>,
  command: number,
  flags: number,
  ...attributes: readonly (Uint8Array | undefined)[]
): NetlinkMessage {
  const header = Uint8Array.of(command, family.version, 0, 0);
  return { type: family.id, flags, payload: joinParts(header, ...attributes) };
}

/**
 * Looks up a family by name, for example `ethtool` or `tcp_metrics`.
 * @param connection to `NetlinkProtocol.generic`
 * @returns undefined if the kernel lacks the family, or its module is not loaded
 * @throws NetlinkError
 */
export async function resolveGenericFamily(
  connection: NetlinkConnection,
  name: string,
): Promise<GenericFamily | undefined> {
  const controller = { id: CONTROLLER, version: CONTROLLER_VERSION };
  const request = genericRequest(controller, GET_FAMILY, 0, textAttribute(FAMILY_NAME, name));
  try {
    for await (const answer of connection.request(request, { wanted: `find the netlink family ${name}` })) {
      const family = decodeGenericFamily(answer);
      if (family !== undefined) return family;
    }
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.errorName !== 'ENOENT') throw error;
  }
  return undefined;
}

/** Decodes CTRL_CMD_NEWFAMILY; undefined for other or malformed messages. */
export function decodeGenericFamily({ type, payload }: NetlinkMessage): GenericFamily | undefined {
  if (type !== CONTROLLER || payload.length < GENERIC_HEADER_LENGTH || readU8(payload, 0) !== NEW_FAMILY) {
    return undefined;
  }
  const attributes = readAttributes(payload, GENERIC_HEADER_LENGTH, payload.length);
  const id = attributes?.u16(FAMILY_ID);
  if (attributes === undefined || id === undefined) return undefined;
  return { id, version: attributes.u32(VERSION) ?? 1, groups: readGroups(attributes.bytes(GROUPS)) };
}

/** CTRL_ATTR_MCAST_GROUPS: a list of nested attributes, numbered from 1. */
function readGroups(list: Uint8Array | undefined): ReadonlyMap<string, number> {
  const groups = new Map<string, number>();
  if (list === undefined) return groups;
  forEachAttribute(list, 0, list.length, (_index, start, end) => {
    const group = readAttributes(list, start, end);
    const name = group?.text(GROUP_NAME);
    const id = group?.u32(GROUP_ID);
    if (name !== undefined && id !== undefined) groups.set(name, id);
  });
  return groups;
}
