/** Ends of sockets in the notations of FreeBSD netstat, ss and net-tools. @module */
import { printable } from '../../base/text.ts';
import type { HostSocket } from '../../inspect/index.ts';

/** Names in place of numbers; undefined where there is none. */
export interface EndNames {
  readonly hostOf?: (address: string) => string | undefined;
  readonly serviceOf?: (protocol: string, port: number) => string | undefined;
}

/** One end of a socket. */
export interface SocketEnd {
  readonly protocol: HostSocket['protocol'];
  readonly address: string;
  readonly port: number;
  readonly interface: string | undefined;
}

const MAPPED = '::ffff:';

export function localEnd(socket: HostSocket): SocketEnd {
  const { protocol, localAddress, localPort } = socket;
  return { protocol, address: localAddress, port: localPort, interface: socket.interface };
}

export function remoteEnd({ protocol, remoteAddress, remotePort }: HostSocket): SocketEnd {
  return { protocol, address: remoteAddress, port: remotePort, interface: undefined };
}

/** `10.1.1.1.25`, `fd00:1::1.25`, `*.25`, `*.*`: the port after a dot. An IPv4-mapped address is shown as IPv4. */
export function dottedEnd(end: SocketEnd, names: EndNames, maxHostLength?: number): string {
  const address = end.address.startsWith(MAPPED) ? end.address.slice(MAPPED.length) : end.address;
  const host = isWildcard(address) ? '*' : hostText(address, end, names);
  const shown = maxHostLength === undefined ? host : host.slice(0, maxHostLength);
  return `${shown}.${portText(end, names)}`;
}

/** `10.1.1.1:25`, `::1:25`, `0.0.0.0:*`, as net-tools writes it. */
export function colonEnd(end: SocketEnd, names: EndNames): string {
  const scope = end.interface === undefined ? '' : `%${printable(end.interface)}`;
  const address = isWildcard(end.address) ? end.address : (names.hostOf?.(end.address) ?? end.address);
  return `${printable(address)}${scope}:${portText(end, names)}`;
}

/** Raw sockets by IP protocol; FreeBSD shows three letters. */
const RAW_NAMES: Readonly<Record<number, string>> = { 1: 'icm', 2: 'igm', 58: 'icm', 89: 'osp', 103: 'pim' };

/** `tcp4`, `tcp6`, `tcp46` for a listener of both families; `icm4` for a raw socket of ICMP. */
export function bsdProtocol({ protocol, family, localAddress, localPort, isDualStack }: HostSocket): string {
  const name = protocol === 'raw' ? (RAW_NAMES[localPort] ?? protocol) : protocol;
  const version = isDualStack ? '46' : family === 6 && !localAddress.startsWith(MAPPED) ? '6' : '4';
  return name + version;
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

function hostText(address: string, end: SocketEnd, { hostOf }: EndNames): string {
  const name = hostOf?.(end.address);
  if (name !== undefined) return printable(name);
  const isLinkLocal = address.startsWith('fe80:') && end.interface !== undefined;
  return isLinkLocal ? `${address}%${printable(end.interface ?? '')}` : address;
}

/** Raw sockets have no ports. */
function portText({ protocol, port }: SocketEnd, { serviceOf }: EndNames): string {
  if (port === 0 || protocol === 'raw') return '*';
  const name = serviceOf?.(protocol, port);
  return name === undefined ? String(port) : printable(name);
}
