/** Group records of multicast listener reports: IGMPv3 (RFC 3376, 4.2.4) and MLDv2 (RFC 3810, 5.2.4). @module */
import { formatIpv4, formatIpv6 } from '../base/address.ts';
import { readU8, readU16 } from '../base/bytes.ts';

/** A multicast address record. */
export interface ListenerRecord {
  readonly type: number;
  readonly group: string;
  readonly sources: readonly string[];
}

const RECORD_HEAD = 4;
/** Limit of records in a report and of sources in a record; a report may claim 65,535 of each. */
const MAXIMUM_KEPT = 64;

/** Reads the complete records in `bytes[start, end)`: at most `count` and at most `MAXIMUM_KEPT`. */
export function readListenerRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  addressLength: 4 | 16,
  count: number,
): ListenerRecord[] {
  const format = addressLength === 4 ? formatIpv4 : formatIpv6;
  const records: ListenerRecord[] = [];
  let at = start;
  while (records.length < Math.min(count, MAXIMUM_KEPT) && at + RECORD_HEAD + addressLength <= end) {
    const sourceCount = readU16(bytes, at + 2);
    const sourcesStart = at + RECORD_HEAD + addressLength;
    const sourcesEnd = sourcesStart + sourceCount * addressLength;
    if (sourcesEnd > end) break;
    const sources: string[] = [];
    for (let source = sourcesStart; source < sourcesEnd && sources.length < MAXIMUM_KEPT; source += addressLength) {
      sources.push(format(bytes, source));
    }
    records.push({ type: readU8(bytes, at), group: format(bytes, at + RECORD_HEAD), sources });
    at = sourcesEnd + readU8(bytes, at + 1) * 4; // auxiliary data, in units of four bytes
  }
  return records;
}
