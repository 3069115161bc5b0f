/** AH, ESP and GRE: headers between IP and what they carry. @module */
import { readU8, readU16, readU32 } from '../base/bytes.ts';
import { hexOf } from './hex.ts';
import type { ExtensionEnd } from './ipv6-extension.ts';
import { after, type LayerList, type Region, wireLengthOf } from './region.ts';

const AH_FIXED_LENGTH = 12;

/** RFC 4302, 2. Undefined: it is cut, or too deep. */
export function dissectAuthentication(list: LayerList, region: Region): ExtensionEnd | undefined {
  const { bytes } = list;
  const { start, end } = region;
  if (end - start < AH_FIXED_LENGTH) {
    list.truncated('AH', region);
    return undefined;
  }
  const lengthField = readU8(bytes, start + 1);
  const headerLength = (lengthField + 2) * 4;
  if (headerLength < AH_FIXED_LENGTH || start + headerLength > end) {
    list.truncated('AH', region);
    return undefined;
  }
  const isDeeper = list.add({
    kind: 'ah',
    start,
    headerLength,
    securityParameters: readU32(bytes, start + 4),
    sequence: readU32(bytes, start + 8),
    integrity: hexOf(bytes, start + AH_FIXED_LENGTH, start + headerLength),
    lengthField,
  });
  return isDeeper ? { nextHeader: readU8(bytes, start), end: start + headerLength, isLaterFragment: false } : undefined;
}

/** RFC 4303, 2: two numbers can be read, the rest is sealed. */
export function dissectEsp(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  if (end - start < 8) {
    list.truncated('ESP', region);
    return;
  }
  const fields = { securityParameters: readU32(bytes, start), sequence: readU32(bytes, start + 4) };
  list.add({ kind: 'esp', start, headerLength: 8, ...fields, length: wireLengthOf(region) });
}

const GRE_CHECKSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;

/** Version 0 (RFC 2784, RFC 2890); any other version is shown and not followed. */
export function dissectGre(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  if (end - start < 2) {
    list.truncated('gre', region);
    return;
  }
  const flags = readU16(bytes, start);
  const version = flags & 7;
  const isCut = end - start < 4;
  const protocol = isCut ? 0 : readU16(bytes, start + 2);
  const common = { kind: 'gre', start, version, flags, protocol, isCut, length: wireLengthOf(region) } as const;
  if (isCut) {
    list.add({ ...common, headerLength: 2 });
    list.truncated('gre', region);
    return;
  }
  if (version !== 0 || (flags & GRE_ROUTING) !== 0) {
    list.add({ ...common, headerLength: 4 });
    list.data(after(region, start + 4));
    return;
  }
  let at = start + 4;
  const fields: { checksum?: number; key?: number; sequence?: number } = {};
  for (const [flag, name] of [
    [GRE_CHECKSUM, 'checksum'],
    [GRE_KEY, 'key'],
    [GRE_SEQUENCE, 'sequence'],
  ] as const) {
    if ((flags & flag) === 0) continue;
    if (at + 4 > end) {
      list.add({ ...common, headerLength: at - start, ...fields, isCut: true });
      list.truncated('gre', region);
      return;
    }
    fields[name] = name === 'checksum' ? readU16(bytes, at) : readU32(bytes, at);
    at += 4;
  }
  if (list.add({ ...common, headerLength: at - start, ...fields })) {
    list.tunnels.etherType(list, after(region, at), protocol);
  }
}
