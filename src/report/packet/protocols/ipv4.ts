/** IPv4 headers: addresses, and the other fields with `-v`. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { addressesText, areAddressesPrintedLater, ipVersionText } from '../endpoints.ts';
import { hex, nameOf } from '../format.ts';
import { ipProtocolName } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

type Ipv4Layer = LayerOf<'ipv4'>;

export const ipv4: Printers<'ipv4'> = {
  ipv4: { text: ipv4Text },
  '[|ip]': { text: truncatedText },
};

const ECN_NAMES = ['', ',ECT(1)', ',ECT(0)', ',CE'] as const;

function ipv4Text(layer: Ipv4Layer, line: Line): string {
  line.ip = layer;
  const missing = layer.missingLength > 0 ? `truncated-ip - ${layer.missingLength} bytes missing! ` : '';
  const head = `${ipVersionText(4, line)}${missing}${line.verbosity > 0 ? detailsText(layer, line) : ''}`;
  if (layer.fragmentOffset !== 0) return `${head}${addressesText(layer, line)} ip-proto-${layer.protocol}`;
  return areAddressesPrintedLater(layer.protocol) ? head : `${head}${addressesText(layer, line)} `;
}

function detailsText(layer: Ipv4Layer, { options }: Line): string {
  const { expectedChecksum, checksum, typeOfService, totalLength } = layer;
  const flags = [
    layer.hasMoreFragments ? '+' : '',
    layer.isDontFragment ? 'DF' : '',
    layer.isReservedFlagSet ? 'rsvd' : '',
  ].filter((flag) => flag !== '');
  const parts = [
    `tos ${hex(typeOfService)}${ECN_NAMES[typeOfService & 3] ?? ''}`,
    ...(layer.timeToLive > 0 ? [`ttl ${layer.timeToLive}`] : []),
    `id ${layer.identification}`,
    `offset ${layer.fragmentOffset}`,
    `flags [${flags.length === 0 ? 'none' : flags.join(', ')}]`,
    `proto ${ipProtocolName(layer.protocol)} (${layer.protocol})`,
    totalLength === 0
      ? `length ${layer.payloadLength + layer.headerLength} [was 0, presumed TSO]`
      : `length ${totalLength}`,
  ];
  if (layer.headerLength > 20) parts.push(`options (${layer.options.map(optionText).join(',')})`);
  const isShown = options.skipChecksums !== true && expectedChecksum !== undefined && expectedChecksum !== checksum;
  const bad = isShown ? `, bad cksum ${checksum.toString(16)} (->${expectedChecksum.toString(16)})!` : '';
  return `(${parts.join(', ')}${bad})\n    `;
}

/** tcpdump prints the version once it has seen a byte of the header. */
function truncatedText({ headerLength }: LayerOf<'truncated'>, { options }: Line): string {
  return headerLength > 0 && options.linkHeader !== true ? 'IP  [|ip]' : ' [|ip]';
}

const RECORD_ROUTE = 7;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;
const ROUTER_ALERT = 148;

/** RFC 791, 3.1; RFC 2113. */
const OPTION_NAMES: Readonly<Record<number, string>> = {
  0: 'EOL',
  1: 'NOP',
  [RECORD_ROUTE]: 'RR',
  68: 'timestamp',
  130: 'security',
  [LOOSE_SOURCE_ROUTE]: 'LSRR',
  [STRICT_SOURCE_ROUTE]: 'SSRR',
  [ROUTER_ALERT]: 'RA',
  222: 'RFC1393',
};

/** `RR 0.0.0.0 0.0.0.0`, `RA`, `unknown 151`. */
function optionText({ type, data }: Ipv4Layer['options'][number]): string {
  const name = nameOf(OPTION_NAMES, type, `unknown ${type}`);
  switch (type) {
    case RECORD_ROUTE:
    case LOOSE_SOURCE_ROUTE:
    case STRICT_SOURCE_ROUTE:
      return `${name}${routeText(data)}`;
    case ROUTER_ALERT:
      return data === '0000' || data === '' ? name : `${name} value ${Number.parseInt(data, 16)}`;
    default:
      return name;
  }
}

/** A pointer, then addresses; a comma precedes the address that the pointer refers to. */
function routeText(data: string): string {
  const pointer = Number.parseInt(data.slice(0, 2), 16);
  let text = '';
  for (let at = 2; at + 8 <= data.length; at += 8) {
    const quad = [0, 2, 4, 6].map((digit) => Number.parseInt(data.slice(at + digit, at + digit + 2), 16)).join('.');
    const isNext = pointer === at / 2 + 3;
    text += `${isNext && at > 2 ? ',' : ' '}${quad}`;
  }
  return text;
}
