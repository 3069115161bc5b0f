/** A TCP or UDP header of which only the ports can be decoded. @module */
import { readU16 } from '../base/bytes.ts';
import type { LayerPlace } from './layer.ts';
import type { DecodeContext } from './protocol.ts';
import type { Region } from './region.ts';

export interface PortsLayer extends LayerPlace {
  readonly kind: 'ports';
  readonly protocol: 'tcp' | 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** UDP: a length below that of the header; absent when the header was cut off. */
  readonly badLength?: number;
  /** UDP: `badLength` is the network layer's, not that of the header. */
  readonly isNetworkLength?: boolean;
}

const PORTS_LENGTH = 4;

/** Adds the ports of a header that was cut off, if they were captured, then the mark. */
export function addTruncatedPorts(context: DecodeContext<PortsLayer>, region: Region, protocol: 'tcp' | 'udp'): void {
  const { start } = region;
  if (region.end - start >= PORTS_LENGTH) {
    context.add({ kind: 'ports', start, headerLength: PORTS_LENGTH, protocol, ...portsAt(context.bytes, start) });
  }
  context.truncated(protocol, region);
}

/** Adds the ports of a datagram that the network layer makes shorter than the header of UDP. */
export function addShortDatagram(context: DecodeContext<PortsLayer>, region: Region, badLength: number): void {
  const { start } = region;
  const ports = portsAt(context.bytes, start);
  const length = { badLength, isNetworkLength: true };
  context.add({ kind: 'ports', start, headerLength: PORTS_LENGTH, protocol: 'udp', ...ports, ...length });
}

function portsAt(bytes: Uint8Array, at: number): { readonly sourcePort: number; readonly destinationPort: number } {
  return { sourcePort: readU16(bytes, at), destinationPort: readU16(bytes, at + 2) };
}
