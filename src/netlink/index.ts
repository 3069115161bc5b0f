/** Netlink without a library: a connection of three verbs, and rtnetlink's messages as plain data. @module */
export * from './address.ts';
export {
  Attributes,
  bytesAttribute,
  forEachAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  textAttribute,
  u8Attribute,
  u16Attribute,
  u32Attribute,
} from './attribute.ts';
export { connectNetlink, type Dump, type NetlinkConnection, type RequestOptions } from './connection.ts';
export { NetlinkError, type NetlinkErrorCode } from './error.ts';
export * from './link.ts';
export { MessageFlag, type NetlinkMessage } from './message.ts';
export * from './neighbour.ts';
export * from './route.ts';
export { NetlinkProtocol, type NetlinkSocket, openNetlinkSocket } from './socket.ts';
