/** IP version, addresses and ports of a line. @module */
import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { LayerOf } from '../../dissect/index.ts';
import type { LayerPrinter, Line } from './printer.ts';

/** `IP ` or `IP6 `; empty with `-e`, where the EtherType names it. */
export function ipVersionText(version: 4 | 6, { options }: Line): string {
  if (options.linkHeader === true) return '';
  return version === 4 ? 'IP ' : 'IP6 ';
}

/** `192.0.2.1 > 192.0.2.2:`, the addresses of an IP header. */
export function addressesText({ source, destination }: LayerOf<'ipv4' | 'ipv6'>, { names }: Line): string {
  return `${names.host(source)} > ${names.host(destination)}:`;
}

/** True for the transports that print each address with its port, so that the printer of IP leaves them out. */
export function areAddressesPrintedLater(protocol: number): boolean {
  return protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;
}

/** `10.0.0.1.80 > 10.0.0.2.1024: `; behind an extension header, which follows the addresses, the ports alone. */
export function endpointsText(
  layer: { readonly sourcePort: number; readonly destinationPort: number },
  transport: 'tcp' | 'udp' | 'sctp',
  { ip, names }: Line,
): string {
  const source = names.port(layer.sourcePort, transport);
  const destination = names.port(layer.destinationPort, transport);
  const announced = ip?.kind === 'ipv4' ? ip.protocol : ip?.nextHeader;
  if (ip === undefined || announced !== IpProtocol[transport]) return `${source} > ${destination}: `;
  return `${names.host(ip.source)}.${source} > ${names.host(ip.destination)}.${destination}: `;
}

/** A transport header that was cut off: the addresses, unless the ports were there, then the mark. */
export const truncatedTransport: LayerPrinter<LayerOf<'truncated'>> = {
  text({ protocol }, line) {
    const mark = ` [|${protocol}]`;
    if (line.ip === undefined || line.previous?.kind === 'ports') return mark;
    return `${addressesText(line.ip, line)} ${mark}`;
  },
};
