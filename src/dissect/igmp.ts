/** IGMP (RFC 2236 and RFC 3376). @module */
import { formatIpv4 } from '../base/address.ts';
import { readU8, readU16 } from '../base/bytes.ts';
import { readListenerRecords } from './listener.ts';
import { type LayerList, type Region, wireLengthOf } from './region.ts';

const IGMP_LENGTH = 8;
const IGMP_QUERY = 0x11;
const IGMP_REPORT_3 = 0x22;
/** A query of version 3 has at least this (RFC 3376, 7.1). */
const IGMP_QUERY_3_LENGTH = 12;

/** A query, a report, or a message of leaving. */
export function dissectIgmp(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  if (end - start < IGMP_LENGTH) {
    list.truncated('igmp', region);
    return;
  }
  const type = readU8(bytes, start);
  const length = wireLengthOf(region);
  const isReport3 = type === IGMP_REPORT_3;
  const isQuery3 = type === IGMP_QUERY && length >= IGMP_QUERY_3_LENGTH && end - start >= IGMP_QUERY_3_LENGTH;
  const groupCount = isReport3 ? readU16(bytes, start + 6) : isQuery3 ? readU16(bytes, start + 10) : 0;
  const isWhole = list.checksums && start + length <= end;
  list.add({
    kind: 'igmp',
    start,
    headerLength: IGMP_LENGTH,
    type,
    maximumResponse: readU8(bytes, start + 1),
    group: isReport3 ? '0.0.0.0' : formatIpv4(bytes, start + 4),
    checksum: readU16(bytes, start + 2),
    ...(isWhole ? { expectedChecksum: list.checksumWithout(start, start + length, start + 2, 0) } : {}),
    length,
    groups: isReport3 ? readListenerRecords(bytes, start + 8, end, 4, groupCount) : [],
    groupCount,
  });
}
