/** The part of a frame that a decoder works on, and the list that it adds layers to. @module */
import { checksumSum, foldChecksum } from '../base/checksum.ts';
import type { Layer } from './layer.ts';
import type { UnknownLayer } from './layer-link.ts';

/** Deeper than any real stack of tunnels; a hostile frame could nest headers by the hundred. */
const MAXIMUM_LAYERS = 48;

/** Options of a dissection. */
export interface DissectOptions {
  /** Also sum up, so that layers have an `expectedChecksum`. Default: false. */
  readonly checksums?: boolean;
}

/**
 * Decoders that tunnels lead back up to; handed in, because the files that hold them stand above those that need them.
 */
export interface TunnelDecoders {
  readonly etherType: (list: LayerList, region: Region, etherType: number) => void;
}

/** A piece of a frame: `bytes[start, end)` was captured, and the headers before it say that it goes on to `wireEnd`. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly wireEnd: number;
}

/** One dissection under way. */
export class LayerList {
  readonly bytes: Uint8Array;
  readonly checksums: boolean;
  readonly tunnels: TunnelDecoders;
  readonly layers: Layer[] = [];

  constructor(bytes: Uint8Array, tunnels: TunnelDecoders, options: DissectOptions) {
    this.bytes = bytes;
    this.tunnels = tunnels;
    this.checksums = options.checksums ?? false;
  }

  /** Adds a layer. False: there are too many, go no deeper. */
  add(layer: Layer): boolean {
    if (this.layers.length < MAXIMUM_LAYERS) {
      this.layers.push(layer);
      return true;
    }
    if (this.layers.length === MAXIMUM_LAYERS) {
      this.layers.push({ kind: 'nested', start: layer.start, headerLength: 0 });
    }
    return false;
  }

  /**
   * The Internet checksum of `bytes[start, end)` as its sender should have made it: with 0 where the field at `field`
   * stands.
   */
  checksumWithout(start: number, end: number, field: number, initial: number): number {
    const before = checksumSum(this.bytes, start, field, initial);
    return ~foldChecksum(checksumSum(this.bytes, field + 2, end, before)) & 0xffff;
  }

  /** Adds the mark of a header that is not all there. */
  truncated(protocol: string, region: Region): void {
    this.add({ kind: 'truncated', protocol, start: region.start, headerLength: lengthOf(region) });
  }

  /** Adds the mark of a protocol number that has no decoder. */
  unknown(region: Region, space: UnknownLayer['space'], number: number): void {
    this.add({ kind: 'unknown', space, number, length: wireLengthOf(region), start: region.start, headerLength: 0 });
  }

  /** Adds what is left as data. */
  data(region: Region): void {
    const length = wireLengthOf(region);
    if (length > 0) this.add({ kind: 'data', start: region.start, headerLength: lengthOf(region), length });
  }
}

/** Bytes captured. */
function lengthOf(region: Region): number {
  return Math.max(0, region.end - region.start);
}

/** Bytes on the wire. */
export function wireLengthOf(region: Region): number {
  return Math.max(0, region.wireEnd - region.start);
}

/** What follows a header that ends at `start`, which may lie past what was captured. */
export function after(region: Region, start: number): Region {
  return { start, end: region.end, wireEnd: region.wireEnd };
}
