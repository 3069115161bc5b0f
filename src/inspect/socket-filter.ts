/** Selects sockets by port, address and interface. @module */
import { parseAddress } from '../base/address.ts';
import { readU8 } from '../base/bytes.ts';
import type { HostSocket } from './sockets.ts';

export interface SocketFilter {
  /** Ranges of ports, ends included; one end of the socket must be in one of them. */
  readonly ports?: readonly (readonly [first: number, last: number])[];
  /** Networks; one end of the socket must be in one of them. */
  readonly networks?: readonly Network[];
}

export interface Network {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** Returns whether a socket matches all given criteria. */
export function matchesSocket(socket: HostSocket, { ports, networks }: SocketFilter): boolean {
  return (
    (ports === undefined || hasPort(socket, ports)) &&
    (networks === undefined || hasAddress(socket.localAddress, networks) || hasAddress(socket.remoteAddress, networks))
  );
}

function hasPort({ protocol, localPort, remotePort }: HostSocket, ports: NonNullable<SocketFilter['ports']>): boolean {
  if (protocol === 'raw') return false;
  return ports.some(
    ([first, last]) => (localPort >= first && localPort <= last) || (remotePort >= first && remotePort <= last),
  );
}

const MAPPED = '::ffff:';

/** An IPv4-mapped address is in networks of both families. */
function hasAddress(text: string, networks: readonly Network[]): boolean {
  const address = parseAddress(text);
  const mapped = text.startsWith(MAPPED) ? parseAddress(text.slice(MAPPED.length)) : undefined;
  return networks.some(
    (network) =>
      (address !== undefined && isInPrefix(address, network)) || (mapped !== undefined && isInPrefix(mapped, network)),
  );
}

function isInPrefix(address: Uint8Array, network: Network): boolean {
  if (address.length !== network.address.length) return false;
  let bits = network.prefixLength;
  for (let at = 0; bits > 0; at += 1, bits -= 8) {
    const mask = bits >= 8 ? 0xff : (0xff00 >>> bits) & 0xff;
    if (((readU8(address, at) ^ readU8(network.address, at)) & mask) !== 0) return false;
  }
  return true;
}
