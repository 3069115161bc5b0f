/** `dissect`: a frame as a list of layers. Any bytes will do: what cannot be read is said in the list. @module */
import type { LinkType } from '../base/link-type.ts';
import type { Dissection } from './layer.ts';
import { dissectEtherType, dissectLink } from './link.ts';
import { type DissectOptions, LayerList } from './region.ts';

/** A frame, as far as a dissection needs it: a `FrameView` or parts of one. */
export interface DissectedFrame {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly length: number;
  readonly wireLength: number;
}

const TUNNELS = { etherType: dissectEtherType };

/** Takes a frame of the given link type apart. The result is plain values and outlives the frame's memory. */
export function dissect(frame: DissectedFrame, linkType: LinkType, options: DissectOptions = {}): Dissection {
  const start = frame.offset;
  const end = Math.min(start + frame.length, frame.data.length);
  const list = new LayerList(frame.data, TUNNELS, options);
  dissectLink(list, { start, end, wireEnd: Math.max(end, start + frame.wireLength) }, linkType);
  return { layers: list.layers };
}
