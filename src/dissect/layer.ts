/**
 * What a frame is made of: a list of layers from the link inwards, as plain values. Printers, the web page and JSON all
 * read these; nothing in them points into the frame's memory. Lengths are in bytes; `payloadLength` counts what the
 * headers say was on the wire, which may be more than was captured. @module
 */
import type { ApplicationLayer } from './layer-application.ts';
import type { InternetLayer } from './layer-internet.ts';
import type { LinkLayer } from './layer-link.ts';
import type { LayerPlace } from './layer-place.ts';
import type { TransportLayer } from './layer-transport.ts';

/** Bytes that no decoder here reads: application data, or a protocol without one. */
interface DataLayer extends LayerPlace {
  readonly kind: 'data';
  /** Bytes on the wire; `headerLength` of them were captured. */
  readonly length: number;
}

/** A header that was cut off, or contradicts itself; nothing follows it. */
export interface TruncatedLayer extends LayerPlace {
  readonly kind: 'truncated';
  /** What the header would have been, as tcpdump abbreviates it: `ip`, `tcp`, `arp`. */
  readonly protocol: string;
}

/** Tunnels in tunnels, deeper than anyone builds them; the rest is left alone. */
interface NestedLayer extends LayerPlace {
  readonly kind: 'nested';
}

/** What follows is the packet that an ICMP error quotes, as far as it quotes it. */
interface QuoteLayer extends LayerPlace {
  readonly kind: 'quote';
}

export type Layer =
  | LinkLayer
  | InternetLayer
  | TransportLayer
  | ApplicationLayer
  | DataLayer
  | TruncatedLayer
  | NestedLayer
  | QuoteLayer;

/** A frame taken apart. */
export interface Dissection {
  readonly layers: readonly Layer[];
}
