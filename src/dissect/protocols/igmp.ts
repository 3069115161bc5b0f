/** IGMP (RFC 2236, RFC 3376). @module */
import { formatIpv4 } from '../../base/address.ts';
import { readU8, readU16 } from '../../base/bytes.ts';
import { defined } from '../../base/defined.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { type ExpectedChecksum, expectedChecksum } from '../checksum.ts';
import type { LayerPlace } from '../layer.ts';
import { type ListenerRecord, readListenerRecords } from '../listener-records.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { type Region, wireLengthOf } from '../region.ts';

export interface IgmpLayer extends LayerPlace, ExpectedChecksum {
  readonly kind: 'igmp';
  readonly type: number;
  /** Tenths of a second in version 2, a code in version 3 (RFC 3376, 4.1.1). */
  readonly maximumResponse: number;
  readonly group: string;
  readonly checksum: number;
  readonly length: number;
  /** Records of version 3 reports. */
  readonly groups: readonly ListenerRecord[];
  /** Version 3: number of records in a report, of sources in a query. */
  readonly groupCount: number;
}

const HEADER_LENGTH = 8;
const CHECKSUM = 2;
const QUERY = 0x11;
const REPORT_3 = 0x22;
/** Length of the shortest query of version 3 (RFC 3376, 7.1). */
const QUERY_3_LENGTH = 12;

export const igmp: Protocol<IgmpLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.igmp], ipv6Protocol: [IpProtocol.igmp] },
  decode: decodeIgmp,
};

function decodeIgmp(context: DecodeContext<IgmpLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < HEADER_LENGTH) {
    context.truncated('igmp', region);
    return;
  }
  const type = readU8(bytes, start);
  const length = wireLengthOf(region);
  const isReport3 = type === REPORT_3;
  const isQuery3 = type === QUERY && length >= QUERY_3_LENGTH && end - start >= QUERY_3_LENGTH;
  const groupCount = isReport3 ? readU16(bytes, start + 6) : isQuery3 ? readU16(bytes, start + 10) : 0;
  context.add({
    kind: 'igmp',
    start,
    headerLength: HEADER_LENGTH,
    type,
    maximumResponse: readU8(bytes, start + 1),
    group: isReport3 ? '0.0.0.0' : formatIpv4(bytes, start + 4),
    checksum: readU16(bytes, start + CHECKSUM),
    ...defined({ expectedChecksum: expectedChecksum(context, region, length, CHECKSUM) }),
    length,
    groups: isReport3 ? readListenerRecords(bytes, start + 8, end, 4, groupCount) : [],
    groupCount,
  });
}
