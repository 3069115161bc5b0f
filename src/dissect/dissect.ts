/** Decodes a frame into a list of layers, from the link layer inwards. @module */
import type { LinkType } from '../base/link-type.ts';
import { DecodeContext, ProtocolTable } from './protocol.ts';
import { type Layer, PROTOCOLS } from './registry.ts';

/** The parts of a `FrameView` that a dissection reads: a frame is `data[offset, offset + length)`. */
export interface DissectedFrame {
  readonly data: Uint8Array;
  readonly offset: number;
  /** Bytes captured. */
  readonly length: number;
  /** Bytes on the wire. */
  readonly wireLength: number;
}

/** Options of a dissection. */
export interface DissectOptions {
  /** Compute checksums, so that layers have an `expectedChecksum`. Default: false. */
  readonly checksums?: boolean;
}

/** A decoded frame. */
export interface Dissection {
  readonly layers: readonly Layer[];
}

const TABLE = new ProtocolTable(PROTOCOLS);

/**
 * Decodes a frame. Any bytes are valid input: a header that cannot be decoded becomes a layer that says so, and the
 * number of layers is bounded. The result consists of plain values and outlives the memory of the frame.
 */
export function dissect(frame: DissectedFrame, linkType: LinkType, options: DissectOptions = {}): Dissection {
  const start = frame.offset;
  const end = Math.min(start + frame.length, frame.data.length);
  const context = new DecodeContext(frame.data, TABLE, options.checksums ?? false);
  context.decode('linkType', linkType, { start, end, wireEnd: Math.max(end, start + frame.wireLength) });
  return { layers: context.layers as Layer[] }; // protocols of the registry add layers of its union only
}
