/** Formats the header of a quoted packet as ping(8) does after an ICMP error. @module */
import { formatAddress } from '../../base/address.ts';
import { readU8 } from '../../base/bytes.ts';
import { Ipv4View } from '../../wire/ipv4.ts';
import { Ipv6View } from '../../wire/ipv6.ts';

/** Returns a title line and a line of values, newlines included; empty without a complete header. */
export function formatQuotedHeader(quote: Uint8Array): string {
  const version = quote.length === 0 ? 0 : readU8(quote, 0) >>> 4;
  return version === 6 ? header6(quote) : header4(quote);
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

function header4(quote: Uint8Array): string {
  const view = new Ipv4View();
  if (!view.wrap(quote, 0, quote.length) || !view.isWellFormed) return '';
  const flags = (view.isReservedFlagSet ? 4 : 0) | (view.isDontFragment ? 2 : 0) | (view.hasMoreFragments ? 1 : 0);
  const source = formatAddress(quote.subarray(view.sourceStart, view.sourceStart + 4));
  const destination = formatAddress(quote.subarray(view.destinationStart, view.destinationStart + 4));
  const lengths = `${hex(view.headerLength / 4, 1)}  ${hex(view.typeOfService, 2)} ${hex(view.totalLength, 4)}`;
  const fragment = `${hex(view.identification, 4)}   ${flags} ${hex(view.fragmentOffset / 8, 4)}`;
  const rest = `${hex(view.timeToLive, 2)}  ${hex(view.protocol, 2)} ${hex(view.checksum, 4)}`;
  const options = [...quote.subarray(view.optionsStart, view.payloadStart)].map((byte) => hex(byte, 2)).join('');
  return (
    'Vr HL TOS  Len   ID Flg  off TTL Pro  cks      Src      Dst\n' +
    ` ${view.version}  ${lengths} ${fragment}  ${rest} ${source}  ${destination} ${options}\n`
  );
}

function header6(quote: Uint8Array): string {
  const view = new Ipv6View();
  if (!view.wrap(quote, 0, quote.length)) return '';
  const source = formatAddress(quote.subarray(view.sourceStart, view.sourceStart + 16));
  const destination = formatAddress(quote.subarray(view.destinationStart, view.destinationStart + 16));
  const first = `${hex(view.trafficClass, 2)} ${hex(view.flowLabel, 5)} ${hex(view.payloadLength, 4)}`;
  return (
    'Vr TC  Flow Plen Nxt Hlim\n' +
    ` 6 ${first}  ${hex(view.nextHeader, 2)}   ${hex(view.hopLimit, 2)}\n${source}->${destination}\n`
  );
}
