/**
 * What all layers share. A layer is a plain object that outlives the memory of its frame. Lengths are in bytes;
 * `payloadLength` counts bytes on the wire according to the headers, which may exceed what was captured. @module
 */
import type { Space } from './space.ts';

/** Position of a header in the frame. */
export interface LayerPlace {
  readonly start: number;
  readonly headerLength: number;
}

/** A layer of any protocol; `kind` tells the kinds apart. */
export interface AnyLayer extends LayerPlace {
  readonly kind: string;
}

/** A layer while its decoder fills it. */
export type Mutable<L> = { -readonly [Key in keyof L]: L[Key] };

/** Bytes that no protocol decodes. */
interface DataLayer extends LayerPlace {
  readonly kind: 'data';
  /** Bytes on the wire; `headerLength` of them were captured. */
  readonly length: number;
}

/** A header that was cut off or that contradicts itself; nothing follows it. */
interface TruncatedLayer extends LayerPlace {
  readonly kind: 'truncated';
  /** The missing header in the abbreviation that tcpdump uses: `ip`, `tcp`, `arp`. */
  readonly protocol: string;
}

/** The end of decoding: the frame nests more headers than are decoded. */
interface NestedLayer extends LayerPlace {
  readonly kind: 'nested';
}

/** A payload whose number has no decoder. */
interface UnknownLayer extends LayerPlace {
  readonly kind: 'unknown';
  readonly space: Space;
  readonly number: number;
  /** Bytes on the wire. */
  readonly length: number;
}

/** A payload of IP whose protocol number has no decoder; 59 is "no next header" (RFC 8200, 4.7). */
interface UnknownProtocolLayer extends LayerPlace {
  readonly kind: 'ip-protocol';
  readonly protocol: number;
  /** Bytes on the wire. */
  readonly length: number;
}

/** Layers that the decoding context itself adds. */
export type CommonLayer = DataLayer | TruncatedLayer | NestedLayer | UnknownLayer | UnknownProtocolLayer;
