/** The ground floor's public face. @module */
export {
  formatAddress,
  formatIpv4,
  formatIpv6,
  formatMac,
  parseAddress,
  parseIpv4,
  parseIpv6,
  parseMac,
  parseScopedAddress,
} from './address.ts';
export { type Clock, systemClock } from './clock.ts';
export { messageOf, StackError, SyscallError } from './errors.ts';
export {
  type CaptureSource,
  type CaptureStatistics,
  type FrameBatch,
  type FrameSink,
  type FrameView,
  ownFrame,
  ownPackets,
  type Packet,
  type ReadOptions,
  sumStatistics,
} from './frame.ts';
export { describeLinkType, LINK_TYPE_NAMES, LinkType, linkTypeName, parseLinkType } from './link-type.ts';
export { nearestWord } from './nearest-word.ts';
export { jsonText, printable, printableLines } from './text.ts';
export { explainWriteError } from './write-error.ts';
